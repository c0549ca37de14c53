import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { QueryTooLong } from '../../../src/records/ask-in-time.js';
import type { ListQuery } from '../../../src/records/scim-list.js';
import { createScimDirectory } from '../../../src/records/scim-resources.js';
import { statementsOf } from '../../harness/statements.js';
import { whileHeld } from '../../harness/while-held.js';
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

test('a page and its total come with one question', async () => {
  const directory = createScimDirectory(scim.pool);
  const found = { ...everybody, where: 'r.external_id = $1', params: ['e'], effort: 'lookup' as const };
  const asked = await statementsOf(async () => {
    const page = await directory.list({ ...found, page: place(1, 1) });
    expect(page).toMatchObject({
      total: 3,
      rows: [{ nameKey: 'b', externalId: 'e', active: true, version: 1 }],
    });
    expect(page.rows[0]?.createdAt).toBeInstanceOf(Date);
    expect((await directory.list({ ...everybody, page: place(3, 1) })).total).toBe(3);
  });
  expect(asked.filter((text) => text.includes('scim_resources'))).toHaveLength(2);
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

/** While nobody else can read a table. */
function whileLocked(table: string, work: () => Promise<void>): Promise<void> {
  return whileHeld(scim.database.url, `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`, [], work);
}

test.each(['all', 'scan', 'lookup'] as const)(
  'a list that takes too long is broken off (%s), and its connection is as good as before',
  async (effort) => {
    const pool = new pg.Pool({ ...scim.pool.options, max: 1 });
    const query = { ...everybody, effort, page: place(0, 1) };
    await whileLocked('scim_resources', () =>
      expect(createScimDirectory(pool, { ms: 50 }).list(query)).rejects.toBeInstanceOf(QueryTooLong),
    );
    expect((await pool.query('SHOW statement_timeout')).rows).toEqual([{ statement_timeout: '0' }]);
    expect(await createScimDirectory(pool).list(query)).toMatchObject({ total: 3 });
    await pool.end();
  },
);

test('members that take too long are broken off, in a list and of one group; without them it is answered', async () => {
  const { body } = await scim.call('POST', '/Groups', { displayName: 'Slow' });
  const directory = createScimDirectory(scim.pool, { ms: 50 });
  const patient = createScimDirectory(scim.pool);
  const list = { ...everybody, where: `r.type = 'Group'`, page: place(0, 1) };
  const group = { sourceId: everybody.sourceId, type: 'Group', id: String(body['id']) } as const;
  await whileLocked('scim_members', async () => {
    await expect(directory.list({ ...list, memberships: ['Group'] })).rejects.toBeInstanceOf(QueryTooLong);
    await expect(directory.find({ ...group, memberships: true })).rejects.toBeInstanceOf(QueryTooLong);
    expect((await patient.list(list)).rows).toMatchObject([{ nameKey: 'slow' }]);
    expect(await patient.find(group)).toMatchObject({ nameKey: 'slow' });
  });
});

test('a group whose members take too long to read says how to ask instead', async () => {
  const hasty = await startScimServer({ beside: scim, listLimits: { ms: 50 } });
  const { body } = await scim.call('POST', '/Groups', { displayName: 'Slow to read' });
  await whileLocked('scim_members', async () => {
    const answer = await hasty.call('GET', `/Groups/${String(body['id'])}`);
    expect(answer).toMatchObject({ status: 400, body: { scimType: 'tooMany' } });
    expect(answer.body['detail']).toContain('excludedAttributes=members');
  });
  await hasty.close();
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
