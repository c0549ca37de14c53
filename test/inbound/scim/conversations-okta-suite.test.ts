import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { createClient, foundIn, idOf, USER_URN, type Client } from './conversation.js';
import { fixture } from './fixture.js';
import { startScimServer, type Reply, type ScimServer } from './scim-server.js';

const LIST_URN = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';
const AGENT = { 'User-Agent': 'OKTA SCIM Integration' };

/** Okta's SPEC test, in its order: what it asks of a server before an app may be listed. It posts plain JSON. */
let scim: ScimServer;
let suite: Client;
let posting: Client;
let stranger: Client;
beforeAll(async () => {
  scim = await startScimServer();
  const headers = {
    ...AGENT,
    Accept: 'application/scim+json',
    'Content-Type': 'application/scim+json; charset=utf-8',
  };
  suite = createClient(scim, { headers });
  stranger = createClient(scim, { headers: { ...headers, Authorization: 'non-token' } });
  const plain = { Accept: 'application/scim+json; charset=utf-8', 'Content-Type': 'application/json' };
  posting = createClient(scim, { headers: { ...AGENT, ...plain } });
  await suite.call('POST', '/Users', fixture('okta-create'));
});
afterAll(() => scim.close());

const SOME = expect.stringMatching(/./);

function expectPerson(person: JsonObject | undefined): void {
  expect(person).toMatchObject({
    id: SOME,
    userName: SOME,
    active: expect.any(Boolean),
    name: { givenName: SOME, familyName: SOME },
  });
  expect((person?.['emails'] as JsonObject[])[0]).toMatchObject({ value: SOME });
}

function expectNobody(reply: Reply): void {
  expect(reply).toMatchObject({ status: 200, body: { schemas: [LIST_URN], totalResults: 0 } });
}

function expectError({ status, body }: Reply, expected: number): void {
  expect(status).toBe(expected);
  expect(body).toMatchObject({ schemas: [ERROR_URN], status: String(expected), detail: SOME });
}

test('the first listed user has an id, names, a mail and whether it is active, and is found by the id', async () => {
  const list = await suite.call('GET', '/Users?count=1&startIndex=1');
  expect(list.status).toBe(200);
  expect(list.body).toMatchObject({
    schemas: [LIST_URN],
    totalResults: expect.any(Number),
    itemsPerPage: 1,
    startIndex: 1,
  });
  const [first] = foundIn(list);
  expectPerson(first);
  const one = await suite.call('GET', `/Users/${first?.['id']}`);
  expect([one.status, one.body['id']]).toEqual([200, first?.['id']]);
  expectPerson(one.body);
});

test('somebody random is nobody, is made of plain JSON, shown, not made again, and found in CAPITALS', async () => {
  const userName = `${randomUUID()}@hosts.example`;
  const find = (name: string) => suite.find('Users', `userName eq "${name}"`);
  expectNobody(await find('nobody@hosts.example'));
  expectNobody(await find(userName));
  const name = { givenName: 'Rasa', familyName: 'Random' };
  const emails = [{ primary: true, value: userName, type: 'work' }];
  const body = { schemas: [USER_URN], userName, name, emails, displayName: 'Rasa Random', active: true };
  const made = await posting.call('POST', '/Users', body);
  expect(made).toMatchObject({ status: 201, body });
  const shown = await suite.call('GET', `/Users/${idOf(made)}`);
  expect(shown).toMatchObject({ status: 200, body: { id: idOf(made), userName, name } });
  expectError(await posting.call('POST', '/Users', body), 409);
  const found = await find(userName.toUpperCase());
  expect(found).toMatchObject({ status: 200, body: { totalResults: 1, Resources: [{ id: idOf(made) }] } });
});

test('groups are listed, also when there is none', async () => {
  expect(await suite.call('GET', '/Groups')).toMatchObject({
    status: 200,
    body: { schemas: [LIST_URN], totalResults: 0, Resources: [] },
  });
});

test('without a token 401, for an id that nobody has 404, each as an error of SCIM with a detail', async () => {
  const filter = 'userName eq "SOMEBODY@HOSTS.EXAMPLE"';
  expectError(await stranger.find('Users', filter), 401);
  expectError(await suite.call('GET', '/Users/00919288221112222'), 404);
  expectError(await suite.call('GET', '/Users/00000000-0000-0000-0000-000000000000'), 404);
});
