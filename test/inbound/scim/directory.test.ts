import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createScimDirectory } from '../../../src/records/scim-resources.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
let sourceId: string;
beforeAll(async () => {
  scim = await startScimServer();
  for (const name of ['a', 'b', 'c']) await scim.call('POST', '/Users', { userName: name, externalId: 'e' });
  sourceId = scim.intakes[0]?.sourceId ?? '';
});
afterAll(() => scim.close());

test('a page and its total come in one round trip', async () => {
  const asked: unknown[] = [];
  const counting = { query: (...args: [string, unknown[]]) => (asked.push(args), scim.pool.query(...args)) };
  const directory = createScimDirectory(counting as unknown as pg.Pool);
  const where = { sql: 'external_id = $1', params: ['e'] };
  const page = await directory.list({ sourceId, type: 'User', where, startIndex: 2, count: 1 });
  expect(page).toMatchObject({
    total: 3,
    rows: [{ nameKey: 'b', externalId: 'e', active: true, version: 1 }],
  });
  expect(page.rows[0]?.createdAt).toBeInstanceOf(Date);
  expect(asked).toHaveLength(1);
});

test('users made in the same millisecond keep one order', async () => {
  await scim.pool.query('UPDATE scim_resources SET created_at = now() WHERE source_id = $1', [sourceId]);
  const directory = createScimDirectory(scim.pool);
  const where = { sql: 'TRUE', params: [] };
  const page = (startIndex: number, count: number) =>
    directory.list({ sourceId, type: 'User', where, startIndex, count });
  const all = (await page(1, 3)).rows.map(({ id }) => id);
  const walked = [await page(1, 1), await page(2, 1), await page(3, 1)].flatMap(({ rows }) =>
    rows.map(({ id }) => id),
  );
  expect(walked).toEqual(all);
  expect([...all].sort()).toEqual(all);
});

test('a database that does not answer is called so', async () => {
  const pool = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none', max: 1 });
  const directory = createScimDirectory(pool);
  await expect(directory.findByName({ sourceId, type: 'User', nameKey: 'a' })).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
  });
  await pool.end();
});
