import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { type Reply, startScimServer, type ScimServer } from './scim-server.js';

const MARK = 'only-oktas';
let scim: ScimServer;
let theirs: string;
let theirGroup: string;
let ownGroup: string;

beforeAll(async () => {
  scim = await startScimServer();
  theirs = await create(theirUser, 'okta');
  theirGroup = await create({ ...ofTheirs, members: [{ value: theirs }] }, 'okta', 'Groups');
  await create({ userName: 'own@entra.example', displayName: 'Own' }, 'entra');
  ownGroup = await create({ displayName: 'Own' }, 'entra', 'Groups');
});
afterAll(() => scim.close());

const theirUser = {
  userName: `${MARK}@okta.example`,
  externalId: MARK,
  displayName: MARK,
  emails: [{ type: 'work', value: `${MARK}@okta.example` }],
};
const ofTheirs = { displayName: `${MARK} group`, externalId: MARK };
const asEntra = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  scim.call(method, path, body, { source: 'entra', headers });

async function create(resource: JsonObject, source: string, endpoint = 'Users'): Promise<string> {
  const { status, body } = await scim.call('POST', `/${endpoint}`, resource, { source });
  expect(status).toBe(201);
  return String(body['id']);
}

/** Everything that is kept of a source, and of people. */
async function kept(): Promise<unknown> {
  const tables = [
    'scim_resources',
    'scim_members',
    'standings',
    'events',
    'notices',
    'people',
    'jobs',
    'links',
  ];
  const rows = tables.map((table) => scim.pool.query(`SELECT t::text AS line FROM ${table} t ORDER BY 1`));
  return (await Promise.all(rows)).map((result) => result.rows);
}

/** An answer as it looks, whichever id was asked for. */
function seen({ status, headers, text }: Reply, id: string): unknown {
  const own = ['date', 'x-request-id', 'keep-alive', 'connection'];
  const shown = [...headers].filter(([name]) => !own.includes(name));
  return [status, shown, text.replaceAll(id, '<id>')];
}

function patchOf(...Operations: JsonObject[]): JsonObject {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations };
}
const PATCH = patchOf({ op: 'replace', path: 'active', value: false });

/** The same is answered to both, without a word of the other source, and nothing is touched. */
async function expectSame(
  id: string,
  ask: (id: string) => Promise<Reply>,
  statuses: number[],
): Promise<void> {
  const before = await kept();
  const nobodys = randomUUID();
  const [foreign, unknown] = [await ask(id), await ask(nobodys)];
  expect(foreign.text).not.toContain(MARK);
  expect(seen(foreign, id)).toEqual(seen(unknown, nobodys));
  expect(statuses).toContain(foreign.status);
  expect(await kept()).toEqual(before);
}

describe("another source's id answers as one that nobody has, and nothing is touched", () => {
  test.each<[string, JsonObject | undefined, Record<string, string>]>([
    ['GET', undefined, {}],
    ['HEAD', undefined, {}],
    ['PUT', { userName: 'mine@entra.example' }, {}],
    ['PUT', theirUser, {}],
    ['PATCH', PATCH, {}],
    ['PATCH', { ...PATCH, Operations: [] }, {}],
    ['DELETE', undefined, {}],
    ['GET', undefined, { 'If-None-Match': 'W/"1"' }],
    ['PUT', { userName: 'mine@entra.example' }, { 'If-Match': 'W/"1"' }],
    ['PATCH', PATCH, { 'If-Match': 'W/"1"' }],
    ['PATCH', PATCH, { 'If-Match': '*' }],
    ['DELETE', undefined, { 'If-Match': 'W/"1"' }],
  ])('%s %j %j', async (method, body, headers) => {
    for (const query of ['', '?attributes=userName', '?excludedAttributes=emails']) {
      const ask = (id: string) => asEntra(method, `/Users/${id}${query}`, body, headers);
      await expectSame(theirs, ask, [400, 404, 412]);
    }
  });

  test.each<[string, JsonObject | undefined, Record<string, string>]>([
    ['GET', undefined, {}],
    ['HEAD', undefined, {}],
    ['PUT', { displayName: 'Mine' }, {}],
    ['PUT', ofTheirs, { 'If-Match': 'W/"1"' }],
    ['PATCH', patchOf({ op: 'replace', path: 'displayName', value: 'Mine' }), {}],
    ['PATCH', patchOf({ op: 'remove', path: 'members' }), {}],
    ['PATCH', patchOf({ op: 'remove', path: 'members' }), { 'If-Match': '*' }],
    ['DELETE', undefined, {}],
    ['GET', undefined, { 'If-None-Match': 'W/"1"' }],
  ])('as a group: %s %j %j', async (method, body, headers) => {
    for (const query of ['', '?attributes=members', '?excludedAttributes=members']) {
      const ask = (id: string) => asEntra(method, `/Groups/${id}${query}`, body, headers);
      await expectSame(theirGroup, ask, [404, 412]);
    }
  });

  test('as a member of a group', async () => {
    for (const id of [theirs, theirGroup]) {
      const member = (value: string) => [{ value }];
      const asks: ((value: string) => Promise<Reply>)[] = [
        (value) => asEntra('POST', '/Groups', { displayName: 'With', members: member(value) }),
        (value) => asEntra('PUT', `/Groups/${ownGroup}`, { displayName: 'Own', members: member(value) }),
        (value) => patchMembers({ op: 'add', path: 'members', value: member(value) }),
        (value) => patchMembers({ op: 'replace', value: { members: member(value) } }),
        (value) => patchMembers({ op: 'remove', path: `members[value eq "${value}"]` }),
        (value) => patchMembers({ op: 'remove', path: 'members', value: member(value) }),
      ];
      for (const ask of asks) await expectSame(id, ask, [204, 400, 404]);
    }
  });

  const patchMembers = (operation: JsonObject) => asEntra('PATCH', `/Groups/${ownGroup}`, patchOf(operation));
});

test('a bulk request reaches nobody of another source, by id or by reference', async () => {
  const bulk = async (id: string) => {
    const Operations = [
      { method: 'PUT', path: `/Users/${id}`, data: { userName: 'bulk@entra.example' } },
      { method: 'PATCH', path: `/Users/${id}`, data: PATCH },
      { method: 'PATCH', path: `/Users/${id}`, version: 'W/"1"', data: PATCH },
      { method: 'DELETE', path: `/Users/${id}` },
    ];
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
    return asEntra('POST', '/Bulk', { schemas, Operations });
  };
  const before = await kept();
  const nobodys = randomUUID();
  const foreign = await bulk(theirs);
  const answers = foreign.body['Operations'] as JsonObject[];
  expect(answers.map(({ status }) => status)).toEqual(['404', '404', '404', '404']);
  expect(foreign.text).not.toContain(MARK);
  const plain = ({ text }: Reply, id: string) => text.replaceAll(id, '<id>');
  expect(plain(foreign, theirs)).toBe(plain(await bulk(nobodys), nobodys));
  expect(await kept()).toEqual(before);
});

const FILTERS = [
  `userName eq "${theirUser.userName}"`,
  `externalId eq "${MARK}"`,
  `emails[type eq "work"].value eq "${theirUser.userName}"`,
  'userName co "okta"',
  'userName pr',
  'id eq "<id>"',
  'not (userName eq "own@entra.example")',
  `displayName sw "${MARK}"`,
  'members.value eq "<id>"',
  'members[value eq "<id>"]',
  'groups.value eq "<group>"',
  `groups.display co "${MARK}"`,
  'members pr or groups pr',
];

describe('a list holds nobody of another source', () => {
  const filled = (text: string) => text.replace('<id>', theirs).replace('<group>', theirGroup);
  const expectNone = ({ status, body, text }: Reply, most: number) => {
    expect([200, 400]).toContain(status);
    expect(text).not.toContain(MARK);
    expect(text).not.toContain(`"${theirs}"`);
    expect(text).not.toContain(`"${theirGroup}"`);
    if (status === 200) expect(body['totalResults']).toBeLessThanOrEqual(most);
  };

  test.each([
    '',
    ...FILTERS.map((filter) => `filter=${filter}`),
    'startIndex=1&count=200',
    'startIndex=2',
    'sortBy=userName&sortOrder=descending',
    'cursor',
  ])('%s', async (query) => {
    for (const endpoint of ['Users', 'Groups']) {
      expectNone(await asEntra('GET', `/${endpoint}?${filled(query).replaceAll(' ', '%20')}`), 1);
    }
  });

  test.each([undefined, ...FILTERS])('/.search for %s', async (filter) => {
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'];
    const request = { schemas, ...(filter !== undefined && { filter: filled(filter) }) };
    for (const endpoint of ['', '/Users', '/Groups'])
      expectNone(await asEntra('POST', `${endpoint}/.search`, request), endpoint === '' ? 2 : 1);
  });
});

test('two sources may each have a user of one userName and externalId: each sees, changes and deletes its own', async () => {
  const shared = { userName: 'Both@example.com', externalId: 'both', displayName: 'First' };
  const [okta, entra] = [await create(shared, 'okta'), await create(shared, 'entra')];
  expect(okta).not.toBe(entra);
  expect((await asEntra('POST', '/Users', shared)).status).toBe(409);
  const replace = { op: 'replace', path: 'displayName', value: 'Second' };
  await asEntra('PATCH', `/Users/${entra}`, { ...PATCH, Operations: [replace] });
  const find = async (source: string) => {
    const path = `/Users?filter=${encodeURIComponent('userName eq "both@example.com"')}`;
    const { body } = await scim.call('GET', path, undefined, { source });
    return (body['Resources'] as JsonObject[]).map(({ id, displayName }) => [id, displayName]);
  };
  expect([await find('okta'), await find('entra')]).toEqual([[[okta, 'First']], [[entra, 'Second']]]);
  expect((await asEntra('DELETE', `/Users/${entra}`)).status).toBe(204);
  expect([await find('okta'), await find('entra')]).toEqual([[[okta, 'First']], []]);
});
