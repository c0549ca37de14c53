import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { createClient, ENTERPRISE_URN, idOf, membersAt, toldTo, type Client } from './conversation.js';
import { addEntraUser, newGroup, newUser, refsTo } from './entra-client.js';
import { fixture } from './fixture.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
let entra: Client;
beforeAll(async () => {
  scim = await startScimServer();
  entra = createClient(scim, { source: 'entra' });
});
afterAll(() => scim.close());

const told = () => toldTo(scim);
const addUser = (userName: string) => addEntraUser(entra, userName);

test('adds members in parallel, and none is lost', async () => {
  const people = await Promise.all(
    Array.from({ length: 20 }, (_, n) => addUser(`parallel${n}@hosts.example`)),
  );
  const path = `/Groups/${idOf(await entra.call('POST', '/Groups', newGroup('parallel')))}`;
  const add = (id: string) => entra.patch(path, { op: 'Add', path: 'members', value: refsTo([id]) });
  const replies = await Promise.all(people.map(add));
  expect(replies.filter(({ status }) => status !== 200 && status !== 204)).toEqual([]);
  expect(await membersAt(entra, path)).toEqual([...people].sort());
});

test('creates with nulls, strings for booleans and a misspelt schema', async () => {
  const userName = 'plain@hosts.example';
  const made = await entra.call('POST', '/Users', { ...fixture('entra-create-nulls'), userName });
  expect(made).toMatchObject({ status: 201, body: { active: true } });
  expect(made.text).not.toContain('null');
});

test('creates with the manager already there, as a bare id', async () => {
  const body: JsonObject = { ...fixture('entra-create'), userName: 'managed@hosts.example' };
  const made = await entra.call('POST', '/Users', body);
  expect(made.status).toBe(201);
  const { manager } = body[ENTERPRISE_URN] as { manager: string };
  const found = await entra.find('Users', `id eq "${idOf(made)}" and manager eq "${manager}"`);
  expect(found.body['totalResults']).toBe(1);
});

test.each(['False', 'false'])('creates somebody who is not active (%s): they have left', async (active) => {
  told();
  const made = await entra.call('POST', '/Users', { ...newUser(`${randomUUID()}@hosts.example`), active });
  expect(made).toMatchObject({ status: 201, body: { active: false } });
  expect((await entra.call('GET', `/Users/${idOf(made)}`)).body).toMatchObject({ active: false });
  expect(told()).toEqual(['created gone']);
});

test.each([
  ['False', 'True'],
  ['false', 'true'],
  [false, true],
])('disables with %p and restores with %p', async (off, on) => {
  const path = `/Users/${await addUser(`${randomUUID()}@hosts.example`)}`;
  told();
  const set = (value: unknown) => entra.patch(path, { op: 'Replace', path: 'active', value });
  expect(await set(off)).toMatchObject({ status: 200, body: { active: false } });
  expect(await set(on)).toMatchObject({ status: 200, body: { active: true } });
  expect(told()).toEqual(['removed gone', 'created active']);
});
