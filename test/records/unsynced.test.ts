import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createPgBudgetStore } from '../../src/records/budget-pg.js';
import { noteTold } from '../../src/records/sweeps.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function setting(): Promise<string> {
  const { rows } = await client.query<{ synchronous_commit: string }>('SHOW synchronous_commit');
  return rows[0]?.synchronous_commit ?? '';
}

const pool = () => client as unknown as pg.Pool;

async function makeJob(): Promise<string> {
  const text = `WITH made AS (INSERT INTO people (id) VALUES ($1) RETURNING id)
    INSERT INTO jobs (id, person_id, action, state, reason, priority, next_attempt_at)
    SELECT id, id, 'set', 'queued', 'test', 1, now() FROM made`;
  const id = randomUUID();
  await client.query(text, [id]);
  return id;
}

test.each<[string, (jobId: string) => Promise<unknown>]>([
  ['call slots', () => createPgBudgetStore({ pool: pool() }).take('heavy', 1, 100, 0)],
  ['what the queue was told', (jobId) => noteTold(pool(), [jobId])],
])('%s need not be on disk, and whatever the connection commits next must', async (_name, work) => {
  const jobId = await makeJob();
  await client.query('BEGIN');
  await work(jobId);
  expect(await setting()).toBe('off');
  await client.query('COMMIT');
  expect(await setting()).toBe('on');
});
