import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
  for (let n = 1; n <= 25; n++) await scim.call('POST', '/Users', user(n));
  await scim.call('POST', '/Users', { userName: 'user-1@hosts.example' }, { source: 'entra' });
});
afterAll(() => scim.close());

function user(n: number): JsonObject {
  return {
    userName: `User-${n}@hosts.example`,
    externalId: `Ext-${n % 20}`,
    active: n !== 3,
    emails: [
      { type: 'work', value: `User-${n}@hosts.example`, primary: true },
      { type: 'home', value: `work-${n}@home.example` },
    ],
  };
}

async function list(query: Record<string, string>) {
  const { status, body } = await scim.call('GET', `/Users?${new URLSearchParams(query)}`);
  const resources = (body['Resources'] ?? []) as JsonObject[];
  return { status, body, names: resources.map(({ userName }) => userName) };
}

const names = (...numbers: number[]) => numbers.map((n) => `User-${n}@hosts.example`);

test('pages are walked as Okta imports them: in one order, counts as integers, nobody twice', async () => {
  const walked: unknown[] = [];
  for (let startIndex = 1; startIndex <= 25; startIndex += 10) {
    const page = await list({ startIndex: String(startIndex), count: '10' });
    const itemsPerPage = startIndex === 21 ? 5 : 10;
    expect(page.body).toMatchObject({ totalResults: 25, startIndex, itemsPerPage });
    expect(page.body['schemas']).toEqual(['urn:ietf:params:scim:api:messages:2.0:ListResponse']);
    walked.push(...page.names);
  }
  expect(walked).toEqual(names(...Array.from({ length: 25 }, (_, index) => index + 1)));
});

test.each([
  ['without paging everybody fits', {}, 25, 25, 1],
  ['a count of 0 asks for the total only', { count: '0' }, 0, 25, 1],
  ['a count below 0 is 0', { count: '-3' }, 0, 25, 1],
  ['a startIndex below 1 is 1', { startIndex: '0', count: '2' }, 2, 25, 1],
  ['behind the end there is nobody, and still the total', { startIndex: '26' }, 0, 25, 26],
  ['far behind the end', { startIndex: '999999999999999', count: '999999999999999' }, 0, 25, 999999999999999],
])('%s', async (_, query, itemsPerPage, totalResults, startIndex) => {
  const { status, body, names } = await list(query);
  expect([status, names.length]).toEqual([200, itemsPerPage]);
  expect(body).toMatchObject({ itemsPerPage, totalResults, startIndex });
});

test.each([
  ['userName eq "user-7@hosts.example"', names(7)],
  ['userName eq "USER-7@HOSTS.EXAMPLE"', names(7)],
  ['username Eq "User-7@hosts.example"', names(7)],
  ['userName eq "nobody@hosts.example"', []],
  ['userName eq "c7b0a9d2-5f0e-4c7e-8a55-0d7c5e6f1a2b"', []],
  ['userName eq "x\\" OR \\"1\\"=\\"1"', []],
  ['userName eq "\' OR 1=1 --"', []],
  ['externalId eq "Ext-1"', names(1, 21)],
  ['externalId eq "ext-1"', []],
  ['externalId eq "Ext-1" and userName eq "user-21@hosts.example"', names(21)],
  ['(externalId eq "Ext-1") and (userName eq "user-2@hosts.example")', []],
  ['emails[type eq "work"].value eq "user-9@HOSTS.example"', names(9)],
  ['emails[type eq "work"].value eq "work-9@home.example"', []],
  ['emails[type eq "home" and primary eq true].value eq "work-9@home.example"', []],
  ['emails[primary eq "True"].value eq "user-9@hosts.example"', names(9)],
  ['emails.value eq "work-9@home.example"', names(9)],
  ['userName eq "user-3@hosts.example"', names(3)],
  ['id eq "x"', []],
])('the filter %s finds whom it should, in this source only', async (filter, expected) => {
  const { status, body, names } = await list({ filter });
  expect({ status, names, total: body['totalResults'] }).toEqual({
    status: 200,
    names: expected,
    total: expected.length,
  });
});

test.each([
  ['a filter that is none', { filter: 'title regex "x"' }, 'invalidFilter', /at character 7: an operator/],
  [
    'an empty filter',
    { filter: '' },
    'invalidFilter',
    /at character 1: an attribute, .* was expected, not its end/,
  ],
  ['a filter of spaces', { filter: '  ' }, 'invalidFilter', /at character 1/],
  ['an attribute that is none', { filter: 'shoeSize eq 44' }, 'invalidFilter', /at character 1: "shoeSize"/],
  ['a filter of 10 kB', { filter: `userName eq "${'x'.repeat(10_000)}"` }, 'invalidFilter', /longer than/],
  ['5,000 parentheses', { filter: '('.repeat(5_000) }, 'invalidFilter', /deeper than 32/],
  ['a NUL', { filter: 'userName eq "a\\u0000"' }, 'invalidFilter', /NUL/],
  ['a raw NUL', { filter: 'userName eq "a\0"' }, 'invalidFilter', /not a JSON string/],
  ['a count that is none', { count: 'ten' }, 'invalidValue', /count must be a whole number/],
  ['a startIndex with a point', { startIndex: '1.5' }, 'invalidValue', /startIndex must be a whole number/],
  ['a sort by nothing', { sortBy: 'shoeSize' }, 'invalidValue', /sortBy "shoeSize" is not an attribute/],
  ['a sort by a NUL', { sortBy: 'urn:x\0:y' }, 'invalidValue', /is not an attribute/],
  ['a sort by much', { sortBy: 'name' }, 'invalidValue', /sortBy "name" has sub-attributes: name one/],
  ['a sort by a secret', { sortBy: 'password' }, 'invalidValue', /not an attribute/],
  ['an order that is none', { sortBy: 'title', sortOrder: 'up' }, 'invalidValue', /ascending or descending/],
  ['a cursor of nobody', { cursor: 'VZUTiyhEQJ94IR' }, 'invalidCursor', /none that was given for this query/],
  ['a count by cursor that is none', { cursor: '', count: 'ten' }, 'invalidCount', /whole number/],
  ['a place and a cursor', { cursor: '', startIndex: '2' }, 'invalidValue', /startIndex or cursor, not both/],
  ['both lists of attributes', { attributes: 'id', excludedAttributes: 'name' }, 'invalidValue', /not both/],
])('%s is a 400 that says why', async (_, query, scimType, detail) => {
  const { status, body } = await list(query);
  expect([status, body['status'], body['scimType']]).toEqual([400, '400', scimType]);
  expect(body['detail']).toMatch(detail);
});

test('by cursor a list is walked as RFC 9865 shows it: no startIndex, and no nextCursor at the end', async () => {
  const first = await list({ cursor: '', count: '20' });
  expect(first.body).toMatchObject({
    totalResults: 25,
    itemsPerPage: 20,
    nextCursor: expect.stringMatching(/^[\w-]+$/),
  });
  expect(Object.keys(first.body)).not.toEqual(expect.arrayContaining(['startIndex']));
  expect(first.body['previousCursor']).toBeUndefined();
  const last = await list({ cursor: String(first.body['nextCursor']), count: '20' });
  expect([...first.names, ...last.names]).toEqual(
    names(...Array.from({ length: 25 }, (_, index) => index + 1)),
  );
  expect(last.body).toMatchObject({ totalResults: 25, itemsPerPage: 5, previousCursor: expect.any(String) });
  expect(last.body['nextCursor']).toBeUndefined();
  const back = await list({ cursor: String(last.body['previousCursor']), count: '20' });
  expect(back.names).toEqual(first.names);
});

test('a count of 0, or below, asks for the total only, at the beginning of a walk and within it', async () => {
  const first = await list({ cursor: '', count: '5' });
  const second = await list({ cursor: String(first.body['nextCursor']), count: '5' });
  const { nextCursor, previousCursor } = second.body;
  for (const cursor of ['', nextCursor, previousCursor].map(String)) {
    for (const count of ['0', '-3']) {
      const { status, body } = await list({ cursor, count });
      expect({ status, ...body }).toEqual({
        status: 200,
        schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
        totalResults: 25,
        itemsPerPage: 0,
        Resources: [],
      });
    }
  }
});

test('a cursor is good for the list that it was given for, and no other', async () => {
  const { body } = await list({ cursor: '', count: '2', sortBy: 'userName' });
  const cursor = String(body['nextCursor']);
  for (const other of [{}, { sortBy: 'title' }, { sortBy: 'userName', filter: 'active eq true' }])
    expect((await list({ cursor, ...other })).body).toMatchObject({ scimType: 'invalidCursor' });
  const query = new URLSearchParams({ cursor, sortBy: 'userName' });
  expect((await scim.call('GET', `/Users?${query}`, undefined, { source: 'entra' })).status).toBe(400);
  const broken = cursor.slice(0, -1) + (cursor.endsWith('A') ? 'B' : 'A');
  expect((await list({ cursor: broken, sortBy: 'userName' })).body).toMatchObject({
    scimType: 'invalidCursor',
  });
});

test('attributes and excludedAttributes choose what is answered; id and schemas always are', async () => {
  const filter = 'userName eq "user-1@hosts.example"';
  const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];
  const [only] = (await list({ filter, attributes: 'username, emails.value' })).body['Resources'] as [
    JsonObject,
  ];
  expect(only).toEqual({
    schemas,
    id: expect.any(String),
    userName: 'User-1@hosts.example',
    emails: [{ value: 'User-1@hosts.example' }, { value: 'work-1@home.example' }],
  });
  const excludedAttributes = 'members,emails.type,meta,id,schemas,externalId';
  const [rest] = (await list({ filter, excludedAttributes })).body['Resources'] as [JsonObject];
  expect(Object.keys(rest).sort()).toEqual(['active', 'emails', 'id', 'schemas', 'userName']);
  expect(rest['emails']).toEqual([
    { value: 'User-1@hosts.example', primary: true },
    { value: 'work-1@home.example' },
  ]);
});
