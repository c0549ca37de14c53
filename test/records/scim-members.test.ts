import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Client } from '../../src/records/database.js';
import { addMembers, removeMembers, type MemberWriting } from '../../src/records/scim-members.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';

let database: TestDatabase;
let pool: pg.Pool;
let client: Client;
const sourceId = randomUUID();
const groupId = randomUUID();
const writing: MemberWriting = { sourceId, groupId, groupName: 'G', noticeId: randomUUID(), isNews: false };

const ADD = `INSERT INTO scim_resources (source_id, id, type, name_key, active, resource, created_at, updated_at)`;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
  await pool.query(`${ADD} VALUES ($1, $2, 'Group', 'g', true, '{}', now(), now())`, [sourceId, groupId]);
  await pool.query(
    `WITH users AS (${ADD} SELECT $1, gen_random_uuid(), 'User', n, true, '{}', now(), now() FROM generate_series(1, 5000) n RETURNING id)
     INSERT INTO scim_members (source_id, group_id, member_id) SELECT $1, $2, id FROM users`,
    [sourceId, groupId],
  );
  client = await pool.connect();
});
afterAll(async () => {
  client.release();
  await pool.end();
  await database.drop();
});

/** Memberships that this transaction has read so far, by any way of reading. */
async function read(): Promise<number> {
  const { rows } = await client.query<{ read: number }>(
    `SELECT (seq_tup_read + idx_tup_fetch)::integer AS read FROM pg_stat_xact_user_tables WHERE relname = 'scim_members'`,
  );
  return rows[0]?.read ?? 0;
}

test.each(['at first', 'when the statements are known', 'once the tables are analysed'])(
  'of five thousand members, %s, one comes and goes without a look at the others',
  async (when) => {
    if (when === 'once the tables are analysed') await client.query('ANALYZE scim_members, scim_resources');
    const rounds = when === 'at first' ? 1 : 6;
    for (let round = 0; round < rounds; round++) {
      const id = randomUUID();
      await client.query(`${ADD} VALUES ($1, $2, 'User', $3, true, '{}', now(), now())`, [sourceId, id, id]);
      await client.query('BEGIN');
      expect(await addMembers(client, writing, [{ id, display: null }])).toEqual({
        changed: true,
        unknown: null,
      });
      expect(await removeMembers(client, writing, [id])).toBe(true);
      expect(await read()).toBeLessThan(50);
      await client.query('COMMIT');
    }
  },
);
