import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { QueryTooLong, type ListQuery } from '../../../src/records/scim-list.js';
import { createScimDirectory } from '../../../src/records/scim-resources.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
let everybody: Omit<ListQuery, 'page'>;
beforeAll(async () => {
  scim = await startScimServer();
  for (const name of ['a', 'b', 'c']) await scim.call('POST', '/Users', { userName: name, externalId: 'e' });
  const sourceId = scim.intakes[0]?.sourceId ?? '';
  everybody = { sourceId, where: 'true', params: [], sort: null, effort: 'all', memberships: [] };
});
afterAll(() => scim.close());

const place = (offset: number, count: number) => ({ by: 'place', offset, count }) as const;

test('a page and its total come in one round trip', async () => {
  const asked: unknown[] = [];
  const counting = { query: (...args: [string, unknown[]]) => (asked.push(args), scim.pool.query(...args)) };
  const directory = createScimDirectory(counting as unknown as pg.Pool);
  const found = { ...everybody, where: 'r.external_id = $1', params: ['e'], effort: 'lookup' as const };
  const page = await directory.list({ ...found, page: place(1, 1) });
  expect(page).toMatchObject({
    total: 3,
    rows: [{ nameKey: 'b', externalId: 'e', active: true, version: 1 }],
  });
  expect(page.rows[0]?.createdAt).toBeInstanceOf(Date);
  expect((await directory.list({ ...everybody, page: place(3, 1) })).total).toBe(3);
  expect(asked).toHaveLength(2);
});

test('users made in the same millisecond keep one order', async () => {
  await scim.pool.query('UPDATE scim_resources SET created_at = now() WHERE source_id = $1', [
    everybody.sourceId,
  ]);
  const directory = createScimDirectory(scim.pool);
  const page = async (offset: number, count: number) =>
    (await directory.list({ ...everybody, page: place(offset, count) })).rows.map(({ id }) => id);
  const all = await page(0, 3);
  expect([...(await page(0, 1)), ...(await page(1, 1)), ...(await page(2, 1))]).toEqual(all);
  expect([...all].sort()).toEqual(all);
});

test('a list that takes too long is broken off, and its connection is as good as before', async () => {
  const pool = new pg.Pool({ ...scim.pool.options, max: 1 });
  const holder = await scim.pool.connect();
  await holder.query('BEGIN; LOCK TABLE scim_resources IN ACCESS EXCLUSIVE MODE');
  const query = { ...everybody, effort: 'scan', page: place(0, 1) } as const;
  await expect(createScimDirectory(pool, 50).list(query)).rejects.toBeInstanceOf(QueryTooLong);
  await holder.query('ROLLBACK');
  holder.release();
  expect((await pool.query('SHOW statement_timeout')).rows).toEqual([{ statement_timeout: '0' }]);
  expect(await createScimDirectory(pool).list(query)).toMatchObject({ total: 3 });
  await pool.end();
});

test('a database that does not answer is called so', async () => {
  const pool = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none', max: 1 });
  const directory = createScimDirectory(pool);
  await expect(
    directory.findByName({ sourceId: everybody.sourceId, type: 'User', nameKey: 'a' }),
  ).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
  });
  for (const effort of ['all', 'scan'] as const)
    await expect(directory.list({ ...everybody, effort, page: place(0, 1) })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
  await pool.end();
});
