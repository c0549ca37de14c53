import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { startScimServer, type Reply, type ScimServer } from './scim-server.js';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
});
afterAll(() => scim.close());

interface Result {
  status: string;
  location?: string;
  version?: string;
  response?: JsonObject;
}

let made = 0;
const newName = () => `bulk-group-${++made}`;
const send = (...Operations: unknown[]) => scim.call('POST', '/Bulk', { Operations });
const resultsOf = ({ body }: Reply) => body['Operations'] as Result[];
const statusesOf = (reply: Reply) => resultsOf(reply).map(({ status }) => status);
const pathOf = ({ location = '' }: Result) => location.slice(scim.url.length);
const idOf = (result: Result) => pathOf(result).split('/')[2]!;
const members = (...bulkIds: string[]) => bulkIds.map((bulkId) => ({ value: `bulkId:${bulkId}` }));

const user = (bulkId: string) => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { userName: `${newName()}@hosts.example` },
});
const group = (bulkId: string, data: JsonObject) => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { displayName: newName(), ...data },
});
const patch = (path: string, ...Operations: unknown[]) => ({ method: 'PATCH', path, data: { Operations } });

async function membersAt(result: Result): Promise<string[]> {
  const { body } = await scim.call('GET', pathOf(result));
  return ((body['members'] ?? []) as { value: string }[]).map(({ value }) => value).sort();
}

test('a group and the users in it are made in one request, in any order', async () => {
  const reply = await send(
    group('g', {
      members: [{ type: 'User', value: 'bulkId:u1', $ref: 'Users/bulkId:u1' }, ...members('u2')],
    }),
    user('u1'),
    user('u2'),
  );
  expect(statusesOf(reply)).toEqual(['201', '201', '201']);
  const [made, one, two] = resultsOf(reply);
  expect(await membersAt(made!)).toEqual([idOf(one!), idOf(two!)].sort());
});

test('a group is changed by what it makes: members added, and removed by a path', async () => {
  const before = await send(user('old'), group('g', { members: members('old') }));
  const [old, there] = resultsOf(before);
  const reply = await send(
    user('new'),
    patch(pathOf(there!), { op: 'add', path: 'members', value: members('new') }),
    patch(pathOf(there!), { op: 'remove', path: `members[value eq "${idOf(old!)}"]` }),
    user('passing'),
    patch(
      pathOf(there!),
      { op: 'add', path: 'members', value: members('passing') },
      { op: 'remove', path: 'members[value eq "bulkId:passing"]' },
    ),
  );
  expect(statusesOf(reply)).toEqual(['201', '204', '204', '201', '204']);
  expect(await membersAt(there!)).toEqual([idOf(resultsOf(reply)[0]!)]);
});

test('what is changed, or not, by the bulkId that made it is located by its id', async () => {
  const reply = await send(
    user('u'),
    patch('/Users/bulkId:u', { op: 'add', path: 'active', value: 'x' }),
    { method: 'DELETE', path: 'Users/bulkId:u', version: 'W/"7"' },
    { method: 'DELETE', path: '/Users/bulkId:u' },
  );
  expect(statusesOf(reply)).toEqual(['201', '400', '412', '204']);
  const [made, ...others] = resultsOf(reply).map(({ location }) => location);
  expect(others).toEqual([made, made, made]);
});

test('groups that are in each other are made, each with the other in it', async () => {
  const reply = await send(group('a', { members: members('b') }), group('b', { members: members('a') }));
  expect(statusesOf(reply)).toEqual(['201', '201']);
  const [a, b] = resultsOf(reply);
  expect([await membersAt(a!), await membersAt(b!)]).toEqual([[idOf(b!)], [idOf(a!)]]);
});

test('so are three in a ring with a user in each, and a group that holds one of them', async () => {
  const reply = await send(
    group('outer', { members: members('a') }),
    group('a', { members: members('b', 'u') }),
    group('b', { members: members('c', 'u') }),
    group('c', { members: members('a', 'u') }),
    user('u'),
  );
  expect(statusesOf(reply)).toEqual(['201', '201', '201', '201', '201']);
  const [outer, a, b, c, u] = resultsOf(reply);
  expect(await membersAt(outer!)).toEqual([idOf(a!)]);
  expect(await membersAt(a!)).toEqual([idOf(b!), idOf(u!)].sort());
  expect(await membersAt(b!)).toEqual([idOf(c!), idOf(u!)].sort());
  expect(await membersAt(c!)).toEqual([idOf(a!), idOf(u!)].sort());
  for (const one of [a, b, c]) {
    const { headers } = await scim.call('GET', pathOf(one!));
    expect(one?.version).toBe(headers.get('etag'));
  }
});

test('of groups in a ring none stays when one cannot be made', async () => {
  const taken = newName();
  await scim.call('POST', '/Groups', { displayName: taken });
  const name = newName();
  const reply = await send(
    group('a', { displayName: name, members: members('b') }),
    group('b', { displayName: taken, members: members('a') }),
    group('c', { members: [{ value: 'bulkId:a' }] }),
  );
  expect(statusesOf(reply)).toEqual(['409', '409', '409']);
  const filter = new URLSearchParams({ filter: `displayName eq "${name}"` });
  expect((await scim.call('GET', `/Groups?${filter}`)).body).toMatchObject({ totalResults: 0 });
});

test('a group goes before the user in it, or after: the order is kept', async () => {
  const [one, there] = resultsOf(await send(user('u'), group('g', { members: members('u') })));
  const reply = await send(
    { method: 'DELETE', path: pathOf(one!) },
    patch(pathOf(there!), { op: 'add', path: 'members', value: [{ value: idOf(one!) }] }),
    { method: 'DELETE', path: pathOf(there!), version: there!.version },
    { method: 'DELETE', path: pathOf(there!) },
    { method: 'DELETE', path: pathOf(there!) },
  );
  expect(statusesOf(reply)).toEqual(['204', '400', '412', '204', '404']);
});

test('a displayName that is given free in a request can be taken in it', async () => {
  const name = newName();
  const [there] = resultsOf(await send(group('g', { displayName: name })));
  const reply = await send(
    patch(pathOf(there!), { op: 'replace', value: { displayName: newName() } }),
    group('next', { displayName: name }),
    group('again', { displayName: name.toUpperCase() }),
  );
  expect(statusesOf(reply)).toEqual(['204', '201', '409']);
});
