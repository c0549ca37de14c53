import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { startScimServer, type ScimServer } from './scim-server.js';

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
  for (const name of ['c', 'a', 'b'])
    await scim.call('POST', '/Users', { userName: name, displayName: `user ${name}` });
  await scim.call('POST', '/Users', { userName: 'stranger' }, { source: 'entra' });
  const sourceId = scim.intakes[0]?.sourceId;
  await scim.pool.query(
    `INSERT INTO scim_resources (source_id, id, type, name_key, active, resource, created_at, updated_at)
     VALUES ($1, gen_random_uuid(), 'Group', 'hosts', true, $2, now(), now())`,
    [sourceId, { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Hosts' }],
  );
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
  ['emails[type eq "work"] or members pr', []],
])('at the root the filter %s takes what a type does not have for absent', async (filter, expected) => {
  expect((await search('', { filter, sortBy: 'displayName' })).names).toEqual(expected);
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
    ['no attribute', { schemas: [SEARCH], filter: 'members pr' }, 'invalidFilter', /character 1: "members"/],
  ])('%s', async (_, body, scimType, detail) => {
    const reply = await scim.call('POST', '/Users/.search', body);
    expect(reply).toMatchObject({ status: 400, body: { scimType, detail: expect.stringMatching(detail) } });
  });

  test('a GET', async () => {
    expect((await scim.call('GET', '/.search')).status).toBe(405);
  });
});
