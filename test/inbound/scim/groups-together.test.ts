import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { groupingOf, type Made } from './grouping.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
/** Another process on the same database. */
let other: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
  other = await startScimServer({ beside: scim });
});
afterAll(async () => {
  await other.close();
  await scim.close();
});

const { user, group, patch, members, version } = groupingOf(() => scim);
const add = ({ id }: Made) => ({ op: 'add', path: 'members', value: [{ value: id }] });
const users = (count: number) => Promise.all(Array.from({ length: count }, () => user()));
const idsOf = (all: Made[]) => all.map(({ id }) => id).sort();
const numberOf = (etag: string | null) => Number(/\d+/.exec(etag ?? '')?.[0] ?? 0);
const serverOf = (index: number) => (index % 2 ? other : scim);

test('twenty clients that add different members at once lose none', async () => {
  const [there, all] = [await group(), await users(20)];
  const answers = await Promise.all(
    all.map((one, index) => serverOf(index).call('PATCH', there.path, { Operations: [add(one)] })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
  expect(await members(there)).toEqual(idsOf(all));
  expect(await version(there)).toBe('W/"21"');
  expect(new Set(answers.map(({ headers }) => headers.get('etag'))).size).toBe(20);
});

test('of several that make a group of one name at once, one does', async () => {
  const body = { displayName: 'One of Many' };
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => serverOf(index).call('POST', '/Groups', body)),
  );
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([201, ...Array<number>(9).fill(409)]);
});

test('a user who is deleted while being added belongs to nothing, or was never there', async () => {
  const [there, all] = [await group(), await users(20)];
  const answers = await Promise.all(
    all.flatMap((one, index) => [
      serverOf(index).call('PATCH', there.path, { Operations: [add(one)] }),
      serverOf(index + 1).call('DELETE', one.path),
    ]),
  );
  const [adding, deleting] = [
    answers.filter((_, at) => at % 2 === 0),
    answers.filter((_, at) => at % 2 === 1),
  ];
  expect(deleting.every(({ status }) => status === 204)).toBe(true);
  expect(adding.every(({ status }) => status === 204 || status === 400)).toBe(true);
  expect(await members(there)).toEqual([]);
  const versions = adding.map(({ headers }) => numberOf(headers.get('etag')));
  expect(numberOf(await version(there))).toBeGreaterThan(Math.max(...versions));
});

test('users of the same groups are deleted at once without waiting for each other in a circle', async () => {
  const all = await users(12);
  const groups = await Promise.all(Array.from({ length: 5 }, () => group(idsOf(all))));
  const answers = await Promise.all(all.map(({ path }, index) => serverOf(index).call('DELETE', path)));
  expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(204));
  for (const there of groups) expect(await members(there)).toEqual([]);
});

test('whatever is written to a group at once, the last of it stands whole', async () => {
  const [there, all] = [await group(), await users(6)];
  const whole = (some: Made[]) => ({ displayName: 'Whole', members: some.map(({ id }) => ({ value: id })) });
  const halves = [all.slice(0, 3), all.slice(3)];
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      serverOf(index >> 1).call('PUT', there.path, whole(halves[index % 2]!)),
    ),
  );
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(halves.map(idsOf)).toContainEqual(await members(there));
});

test('a group that is deleted while it is written stays deleted', async () => {
  const [there, all] = [await group(), await users(8)];
  const answers = await Promise.all([
    ...all.map((one, index) => serverOf(index).call('PATCH', there.path, { Operations: [add(one)] })),
    other.call('DELETE', there.path),
    scim.call('DELETE', there.path),
  ]);
  const statuses = answers.map(({ status }) => status);
  expect(statuses.slice(-2).sort()).toEqual([204, 404]);
  expect(statuses.slice(0, 8).every((status) => status === 204 || status === 404)).toBe(true);
  const { rows } = await scim.pool.query('SELECT FROM scim_members WHERE group_id = $1', [there.id]);
  expect(rows).toHaveLength(0);
});

test('a member that is deleted raises the version of its groups, and tells when', async () => {
  const [ann, ben] = await users(2);
  const inner = await group();
  const there = await group([ann!.id, ben!.id, inner.id]);
  const before = (await scim.call('GET', there.path)).body['meta'] as { lastModified: string };
  for (const { path } of [ann!, inner]) await scim.call('DELETE', path);
  const { body } = await scim.call('GET', there.path);
  expect(body).toMatchObject({ members: [{ value: ben!.id }], meta: { version: 'W/"3"' } });
  expect((body['meta'] as typeof before).lastModified > before.lastModified).toBe(true);
});

test('memberships outlast that a user is deactivated and comes back', async () => {
  const ann = await user();
  const there = await group([ann.id]);
  for (const active of [false, true]) await patch(ann, { op: 'replace', path: 'active', value: active });
  expect(await members(there)).toEqual([ann.id]);
  expect(await version(there)).toBe('W/"1"');
});
