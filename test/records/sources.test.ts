import { createSecretKey, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { newId } from '../../src/records/id.js';
import { createKeyRing } from '../../src/records/key-ring.js';
import { createSeal } from '../../src/records/seal.js';
import { secretPlace } from '../../src/records/source-rows.js';
import { createWebhookSources } from '../../src/records/sources.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';

const seal = createSeal(createKeyRing([{ id: 'test', key: createSecretKey(randomBytes(32)) }]));

let database: TestDatabase;
let pool: pg.Pool;
let asked: number;
let time: number;
let find: ReturnType<typeof createWebhookSources>;

beforeEach(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 4 });
  asked = 0;
  time = 0;
  const counting = { query: (config: never) => (asked++, pool.query(config)) } as unknown as pg.Pool;
  find = createWebhookSources({ pool: counting, seal, clock: () => time });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

async function add(name: string, secret: string): Promise<string> {
  const id = newId();
  const sealed = seal.seal(secret, secretPlace(id, 1));
  await pool.query(
    `INSERT INTO sources (id, name, kind, secret, secret_generation) VALUES ($1, $2, 'zoom', $3, 1)`,
    [id, name, sealed],
  );
  return id;
}

test('a burst of notices asks once, and a change is noticed within a second', async () => {
  const id = await add('zoom', 'secret-one');
  const found = await Promise.all(Array.from({ length: 50 }, () => find('zoom')));
  expect(found).toEqual(Array(50).fill({ id, name: 'zoom', kind: 'zoom', secrets: ['secret-one'] }));
  expect(asked).toBe(1);
  await pool.query('UPDATE sources SET removed_at = now()');
  time = 1_000;
  expect(await find('zoom')).toBeNull();
});

test('a source without a secret, and one that is not there, is null', async () => {
  await pool.query(`INSERT INTO sources (id, name, kind) VALUES ($1, 'okta', 'scim')`, [newId()]);
  expect([await find('okta'), await find('nobody'), await find('operator')]).toEqual([null, null, null]);
});

test('a failure is not kept: the next notice asks again', async () => {
  const id = await add('zoom', 'secret-one');
  const kept = await pool.query('SELECT secret FROM sources WHERE id = $1', [id]);
  await pool.query(`UPDATE sources SET secret = 'v1.test.AAAA.AAAA' WHERE id = $1`, [id]);
  await expect(find('zoom')).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
  await pool.query('UPDATE sources SET secret = $2 WHERE id = $1', [id, kept.rows[0].secret]);
  expect((await find('zoom'))?.secrets).toEqual(['secret-one']);
});

test('names that anybody may make up do not fill the memory', async () => {
  for (let n = 0; n < 1_001; n++) await find(`made-up-${n}`);
  expect(asked).toBe(1_001);
  await find('made-up-1000');
  expect(asked).toBe(1_001);
  await find('made-up-0');
  expect(asked).toBe(1_002);
});
