import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { startScimServer, type ScimServer } from './scim-server.js';

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
  const ids: unknown[] = [];
  for (const name of ['c', 'a', 'b']) {
    const user = { userName: name, displayName: `user ${name}`, active: name !== 'c' };
    ids.push((await scim.call('POST', '/Users', user)).body['id']);
  }
  await scim.call('POST', '/Users', { userName: 'stranger' }, { source: 'entra' });
  await scim.call('POST', '/Groups', { displayName: 'Hosts', members: [ids.at(-1)] });
});
afterAll(() => scim.close());

async function search(path: string, request: JsonObject) {
  const { status, body } = await scim.call('POST', `${path}/.search`, { schemas: [SEARCH], ...request });
  const resources = (body['Resources'] ?? []) as JsonObject[];
  return { status, body, names: resources.map((one) => one['displayName']) };
}

test('at the root everything is searched, each shown as what it is', async () => {
  const { status, body, names } = await search('', { sortBy: 'displayName' });
  expect([status, body['totalResults']]).toEqual([200, 4]);
  expect(names).toEqual(['Hosts', 'user a', 'user b', 'user c']);
  const [group, user] = body['Resources'] as JsonObject[];
  expect(group).toMatchObject({
    meta: { resourceType: 'Group', location: `${scim.url}/Groups/${group?.['id']}` },
  });
  expect(user).toMatchObject({ userName: 'a', meta: { resourceType: 'User' } });
});

test.each<[string, unknown[]]>([
  ['meta.resourceType eq "Group"', ['Hosts']],
  ['displayName sw "h" or userName eq "B"', ['Hosts', 'user b']],
  ['userName pr', ['user a', 'user b', 'user c']],
  ['not (userName pr)', ['Hosts']],
  ['userName eq "hosts"', []],
  ['schemas eq "urn:ietf:params:scim:schemas:core:2.0:Group"', ['Hosts']],
  ['emails[type eq "work"] or members pr', ['Hosts']],
  ['groups.display eq "hosts"', ['user b']],
  [`${USER_URN}:active eq false`, ['user c']],
  [`not (${USER_URN}:active eq false)`, ['Hosts', 'user a', 'user b']],
])('at the root the filter %s takes what a type does not have for absent', async (filter, expected) => {
  expect((await search('', { filter, sortBy: 'displayName' })).names).toEqual(expected);
});

test.each<[string, unknown]>([
  ['groups.value', 'user b'],
  ['members', 'Hosts'],
  [`${USER_URN}:userName`, 'user a'],
  [`${USER_URN}:active`, 'user c'],
  ['urn:ietf:params:scim:schemas:core:2.0:Group:displayName', 'Hosts'],
])('at the root a sort by %s puts what a type does not have behind all', async (sortBy, first) => {
  const { status, names } = await search('', { sortBy });
  expect([status, names[0], names.length]).toEqual([200, first, 4]);
  const page = await search('', { sortBy, cursor: '', count: 3 });
  const rest = await search('', { sortBy, cursor: page.body['nextCursor'], count: 3 });
  expect([...page.names, ...rest.names]).toEqual(names);
});

test('a search of one type is that type’s list, with every parameter of the request', async () => {
  const request = { filter: 'displayName sw "user"', sortBy: 'userName', sortOrder: 'descending' };
  const page = await search('/Users', { ...request, startIndex: 2, count: 1, attributes: ['displayName'] });
  expect(page.body).toMatchObject({ totalResults: 3, startIndex: 2, itemsPerPage: 1 });
  expect(page.body['Resources']).toEqual([
    { schemas: expect.any(Array), id: expect.any(String), displayName: 'user b' },
  ]);
  const rest = await search('/Users', { ...request, excludedAttributes: ['meta', 'active', 'displayName'] });
  expect(Object.keys((rest.body['Resources'] as JsonObject[])[0] ?? {})).toEqual([
    'schemas',
    'id',
    'userName',
  ]);
  expect((await search('/Groups', {})).names).toEqual(['Hosts']);
});

test('by cursor, the next page is asked for in the body', async () => {
  const first = await search('', { cursor: '', count: 3, sortBy: 'displayName' });
  const next = await search('', { cursor: first.body['nextCursor'], count: 3, sortBy: 'displayName' });
  expect([...first.names, ...next.names]).toEqual(['Hosts', 'user a', 'user b', 'user c']);
});

describe('a request that is none is refused with what is wrong in it', () => {
  test.each<[string, unknown, string, RegExp]>([
    ['no object', [], 'invalidSyntax', /JSON object/],
    ['other schemas', { schemas: ['urn:x'] }, 'invalidSyntax', /SearchRequest/],
    [
      'a list as text',
      { schemas: [SEARCH], attributes: 'userName' },
      'invalidValue',
      /attributes must be an array/,
    ],
    ['a number as text', { schemas: [SEARCH], count: '5' }, 'invalidValue', /count must be a number/],
    [
      'half a number',
      { schemas: [SEARCH], startIndex: 1.5 },
      'invalidValue',
      /startIndex must be a whole number/,
    ],
    ['a filter of a number', { schemas: [SEARCH], filter: 5 }, 'invalidValue', /filter must be a string/],
    ['an empty filter', { schemas: [SEARCH], filter: '' }, 'invalidFilter', /character 1: an attribute/],
    ['no attribute', { schemas: [SEARCH], filter: 'members pr' }, 'invalidFilter', /character 1: "members"/],
  ])('%s', async (_, body, scimType, detail) => {
    const reply = await scim.call('POST', '/Users/.search', body);
    expect(reply).toMatchObject({ status: 400, body: { scimType, detail: expect.stringMatching(detail) } });
  });

  test('a GET', async () => {
    expect((await scim.call('GET', '/.search')).status).toBe(405);
  });
});
