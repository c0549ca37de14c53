import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import {
  createClient,
  ENTERPRISE_URN,
  foundIn,
  GROUP_URN,
  idOf,
  USER_URN,
  type Client,
} from './conversation.js';
import { fixture } from './fixture.js';
import { startScimServer, type ScimServer } from './scim-server.js';

/** The case list of Microsoft's SCIM Validator; each case makes what it needs. */
let scim: ScimServer;
let validator: Client;
beforeAll(async () => {
  scim = await startScimServer();
  validator = createClient(scim, { source: 'entra' });
});
afterAll(() => scim.close());

const newUser = (others: JsonObject = {}): JsonObject => ({
  ...fixture('validator-create'),
  userName: `${randomUUID()}@hosts.example`,
  externalId: randomUUID(),
  ...others,
});
const newGroup = (): JsonObject => ({
  schemas: [GROUP_URN],
  displayName: randomUUID(),
  externalId: randomUUID(),
});

async function make(
  type: 'Users' | 'Groups',
  given?: JsonObject,
): Promise<JsonObject & { path: string; id: string }> {
  const reply = await validator.call(
    'POST',
    `/${type}`,
    given ?? (type === 'Users' ? newUser() : newGroup()),
  );
  expect(reply.status).toBe(201);
  return { ...reply.body, id: idOf(reply), path: `/${type}/${idOf(reply)}` };
}

const bodyAt = async (path: string) => (await validator.call('GET', path)).body;
const patch = async (path: string, ...operations: unknown[]): Promise<void> =>
  expect([200, 204]).toContain((await validator.patch(path, ...operations)).status);
const member = (value: string) => [{ value }];
const membersOf = async (path: string) => ((await bodyAt(path))['members'] ?? []) as JsonObject[];

describe('required: users', () => {
  test('create', async () => {
    const given = newUser();
    const { path } = await make('Users', given);
    expect(await bodyAt(path)).toMatchObject({
      userName: given['userName'],
      externalId: given['externalId'],
    });
  });

  test('create a duplicate: 409', async () => {
    const given = newUser();
    await make('Users', given);
    expect((await validator.call('POST', '/Users', given)).status).toBe(409);
  });

  test('filter for one that is there, that is not, and in another case', async () => {
    const { id, userName } = await make('Users');
    const ids = async (name: string) =>
      foundIn(await validator.find('Users', `userName eq "${name}"`)).map((one) => one['id']);
    expect(await ids(String(userName))).toEqual([id]);
    expect(await ids(randomUUID())).toEqual([]);
    expect(await ids(String(userName).toUpperCase())).toEqual([id]);
  });

  test('PATCH: replace many attributes', async () => {
    const { path } = await make('Users');
    const operations = (fixture('entra-add-verbose')['Operations'] as JsonObject[]).map((one) => ({
      ...one,
      op: 'replace',
    }));
    await patch(path, ...operations);
    expect(await bodyAt(path)).toMatchObject({ title: 'Engineer', [ENTERPRISE_URN]: { costCenter: 'C9' } });
  });

  test('PATCH: replace the userName', async () => {
    const { path } = await make('Users');
    await patch(path, { op: 'replace', path: 'userName', value: 'New.Name@hosts.example' });
    expect((await bodyAt(path))['userName']).toBe('New.Name@hosts.example');
  });

  test('PATCH: disable', async () => {
    const { path } = await make('Users');
    await patch(path, { op: 'replace', path: 'active', value: false });
    expect((await bodyAt(path))['active']).toBe(false);
  });

  test('PATCH: add 36 attributes to one who has only a name', async () => {
    const { path } = await make('Users', { schemas: [USER_URN], userName: `${randomUUID()}@hosts.example` });
    await patch(path, ...(fixture('entra-add-verbose')['Operations'] as unknown[]));
    expect(await bodyAt(path)).toMatchObject({
      name: { middleName: 'A' },
      roles: [{ display: 'Host', value: 'host', type: 'meeting' }],
      addresses: [{ type: 'work', postalCode: '9000', primary: true }],
      [ENTERPRISE_URN]: { division: 'North' },
    });
  });

  test('PATCH: add, replace and remove the manager', async () => {
    const [{ path }, one, other] = [await make('Users'), await make('Users'), await make('Users')];
    const manager = `${ENTERPRISE_URN}:manager`;
    await patch(path, { op: 'add', path: manager, value: one.id });
    expect(await bodyAt(path)).toMatchObject({ [ENTERPRISE_URN]: { manager: { value: one.id } } });
    await patch(path, { op: 'replace', path: manager, value: other.id });
    expect(await bodyAt(path)).toMatchObject({ [ENTERPRISE_URN]: { manager: { value: other.id } } });
    await patch(path, { op: 'replace', path: manager, value: '' });
    expect(JSON.stringify(await bodyAt(path))).not.toContain('manager');
  });

  test('delete', async () => {
    const { path } = await make('Users');
    expect((await validator.call('DELETE', path)).status).toBe(204);
    expect((await validator.call('GET', path)).status).toBe(404);
  });
});

describe('required: groups', () => {
  test('create, and create a duplicate: 409', async () => {
    const given = newGroup();
    await make('Groups', given);
    expect((await validator.call('POST', '/Groups', given)).status).toBe(409);
  });

  test('get by id without members', async () => {
    const user = await make('Users');
    const { path, displayName } = await make('Groups', { ...newGroup(), members: member(user.id) });
    const body = await bodyAt(`${path}?excludedAttributes=members`);
    expect(body['displayName']).toBe(displayName);
    expect(body).not.toHaveProperty('members');
    expect(await membersOf(path)).toMatchObject([{ value: user.id }]);
  });

  test('filter for one that is there, with and without members, that is not, and in another case', async () => {
    const user = await make('Users');
    const { id, displayName } = await make('Groups', { ...newGroup(), members: member(user.id) });
    const found = async (name: string, others: Record<string, string> = {}) =>
      foundIn(await validator.find('Groups', `displayName eq "${name}"`, others));
    expect(await found(String(displayName))).toMatchObject([{ id, members: [{ value: user.id }] }]);
    const [without, ...others] = await found(String(displayName), { excludedAttributes: 'members' });
    expect([without?.['id'], without?.['members'], others]).toEqual([id, undefined, []]);
    expect(await found(randomUUID())).toEqual([]);
    expect(await found(String(displayName).toUpperCase())).toMatchObject([{ id }]);
  });

  test('PATCH: replace attributes, update the externalId', async () => {
    const { path } = await make('Groups');
    await patch(path, { op: 'replace', path: 'displayName', value: 'Validated' });
    await patch(path, { op: 'replace', path: 'externalId', value: 'ext-2' });
    expect(await bodyAt(path)).toMatchObject({ displayName: 'Validated', externalId: 'ext-2' });
  });

  test('PATCH: add a member, remove a member', async () => {
    const [user, other] = [await make('Users'), await make('Users')];
    const { path } = await make('Groups');
    await patch(path, { op: 'add', path: 'members', value: [...member(user.id), ...member(other.id)] });
    expect(await membersOf(path)).toHaveLength(2);
    await patch(path, { op: 'remove', path: 'members', value: member(user.id) });
    expect(await membersOf(path)).toMatchObject([{ value: other.id }]);
  });

  test('delete', async () => {
    const { path } = await make('Groups');
    expect((await validator.call('DELETE', path)).status).toBe(204);
  });
});

describe('preview', () => {
  test('several operations on different attributes', async () => {
    const { path } = await make('Users', newUser({ title: 'Old', nickName: 'N' }));
    await patch(
      path,
      { op: 'remove', path: 'nickName' },
      { op: 'add', path: 'displayName', value: 'D' },
      { op: 'replace', path: 'title', value: 'New' },
    );
    const body = await bodyAt(path);
    expect([body['nickName'], body['displayName'], body['title']]).toEqual([undefined, 'D', 'New']);
  });

  test('several operations on one attribute, in order', async () => {
    const { path } = await make('Users', newUser({ title: 'Old' }));
    await patch(
      path,
      { op: 'remove', path: 'title' },
      { op: 'add', path: 'title', value: 'Added' },
      { op: 'replace', path: 'title', value: 'Replaced' },
    );
    expect((await bodyAt(path))['title']).toBe('Replaced');
  });

  test.each(['Users', 'Groups'] as const)(
    '%s: a DELETE of what is not there, and a second one',
    async (type) => {
      expect((await validator.call('DELETE', `/${type}/${randomUUID()}`)).status).toBe(404);
      const { path } = await make(type);
      expect((await validator.call('DELETE', path)).status).toBe(204);
      expect((await validator.call('DELETE', path)).status).toBe(404);
    },
  );

  test('a member added and removed in one PATCH', async () => {
    const [user, other] = [await make('Users'), await make('Users')];
    const { path } = await make('Groups', { ...newGroup(), members: member(user.id) });
    await patch(
      path,
      { op: 'add', path: 'members', value: member(other.id) },
      { op: 'remove', path: `members[value eq "${user.id}"]` },
    );
    expect(await membersOf(path)).toMatchObject([{ value: other.id }]);
  });
});
