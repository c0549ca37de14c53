import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { startScimServer, type Reply, type ScimServer } from './scim-server.js';

let scim: ScimServer;
let other: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
  other = await startScimServer({ beside: scim });
});
afterAll(async () => {
  await other.close();
  await scim.close();
});

let made = 0;
async function makeUser(others: JsonObject = {}): Promise<{ path: string; userName: string }> {
  const userName = `user-${++made}@hosts.example`;
  const { body } = await scim.call('POST', '/Users', { userName, ...others });
  return { path: `/Users/${body['id']}`, userName };
}

const add = (path: string, value: unknown) => ({ Operations: [{ op: 'add', path, value }] });
const numbered = (count: number) => Array.from({ length: count }, (_, number) => number);

/** How often each status was answered. */
function tally(replies: Reply[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Requests at the same time are taken by one process, or by two that know nothing of each other. */
describe.each([
  ['one process', () => scim],
  ['two processes', (number: number) => (number % 2 === 0 ? scim : other)],
])('at once, in %s', (_, at: (number: number) => ScimServer) => {
  test('20 PATCHes of different attributes of one user are all kept', async () => {
    const { path } = await makeUser();
    const change = (n: number) => at(n).call('PATCH', path, add(`extra${n}`, `value ${n}`));
    expect(tally(await Promise.all(numbered(20).map(change)))).toEqual({ 200: 20 });
    const { body } = await scim.call('GET', path);
    expect(numbered(20).map((n) => body[`extra${n}`])).toEqual(numbered(20).map((n) => `value ${n}`));
    expect(body['meta']).toMatchObject({ version: 'W/"21"' });
  });

  test('of 20 PATCHes that all name the version that was read, one is done', async () => {
    const { path } = await makeUser();
    const headers = { 'If-Match': 'W/"1"' };
    const change = (n: number) => at(n).call('PATCH', path, add('title', `${n}`), { headers });
    const replies = await Promise.all(numbered(20).map(change));
    expect(tally(replies)).toEqual({ 200: 1, 412: 19 });
    const winner = replies.findIndex(({ status }) => status === 200);
    expect((await scim.call('GET', path)).body).toMatchObject({
      title: `${winner}`,
      meta: { version: 'W/"2"' },
    });
  });

  test('the same goes for a group', async () => {
    const { body } = await scim.call('POST', '/Groups', { displayName: `race ${++made}` });
    const path = `/Groups/${body['id']}`;
    const headers = { 'If-Match': 'W/"1"' };
    const change = (n: number) => at(n).call('PATCH', path, add('externalId', `${n}`), { headers });
    expect(tally(await Promise.all(numbered(20).map(change)))).toEqual({ 204: 1, 412: 19 });
  });

  test('20 creations of one userName make one user', async () => {
    const create = (n: number) =>
      at(n).call('POST', '/Users', { userName: `same-${made}@hosts.example`, title: `${n}` });
    made++;
    const replies = await Promise.all(numbered(20).map(create));
    expect(tally(replies)).toEqual({ 201: 1, 409: 19 });
    expect(replies.find(({ status }) => status === 409)?.body).toMatchObject({ scimType: 'uniqueness' });
  });

  test('10 DELETEs of one user: one does it, the others find nobody', async () => {
    const { path } = await makeUser();
    const remove = (n: number) => at(n).call('DELETE', path);
    expect(tally(await Promise.all(numbered(10).map(remove)))).toEqual({ 204: 1, 404: 9 });
  });

  test('PATCHes, PUTs and a DELETE of one user: all that were answered with 200 came before the 204', async () => {
    const { path, userName } = await makeUser();
    const calls = numbered(15).map((n) => {
      if (n === 7) return at(n).call('DELETE', path);
      if (n % 3 === 0) return at(n).call('PUT', path, { userName, title: `${n}` });
      return at(n).call('PATCH', path, add(`extra${n}`, 'kept'));
    });
    const replies = await Promise.all(calls);
    const statuses = tally(replies);
    expect(statuses[204]).toBe(1);
    expect((statuses[200] ?? 0) + (statuses[404] ?? 0)).toBe(14);
    const versions = replies.filter(({ status }) => status === 200).map(({ headers }) => headers.get('etag'));
    expect(new Set(versions).size).toBe(versions.length);
    expect((await scim.call('GET', path)).status).toBe(404);
  });

  test('two POSTs of a returner restore the old record, once', async () => {
    const { path, userName } = await makeUser({ externalId: 'of-old' });
    await scim.call('PATCH', path, add('active', false));
    const body = { userName, externalId: 'of-old' };
    const replies = await Promise.all([0, 1].map((n) => at(n).call('POST', '/Users', body)));
    expect(tally(replies)).toEqual({ 201: 1, 409: 1 });
    const restored = replies.find(({ status }) => status === 201);
    expect(`/Users/${restored?.body['id']}`).toBe(path);
    expect((await scim.call('GET', path)).body).toMatchObject({ active: true });
  });

  test('a rename to a name and a creation of that name: one has it', async () => {
    const { path } = await makeUser();
    const userName = `wanted-${++made}@hosts.example`;
    const replies = await Promise.all([
      at(0).call('PATCH', path, { Operations: [{ op: 'replace', path: 'userName', value: userName }] }),
      at(1).call('POST', '/Users', { userName }),
    ]);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(1);
    const filter = new URLSearchParams({ filter: `userName eq "${userName}"` });
    expect((await scim.call('GET', `/Users?${filter}`)).body).toMatchObject({ totalResults: 1 });
  });
});
