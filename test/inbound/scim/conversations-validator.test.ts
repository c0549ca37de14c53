import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ENTERPRISE_URN, idsIn, USER_URN } from './conversation.js';
import { startScimServer, type ScimServer } from './scim-server.js';
import { expectVerbose, randomUser, validate, verboseOperations, type Validating } from './validating.js';

let scim: ScimServer;
let validator: Validating;
beforeAll(async () => {
  scim = await startScimServer();
  validator = validate(scim);
});
afterAll(() => scim.close());

describe('required: users', () => {
  test('create: every value is kept, the random time zone and a role’s "True" too', async () => {
    const [timezone, role] = [`${randomUUID()}/Zone`, { display: 'D', value: 'V', type: 'T' }];
    const given = randomUser({ timezone, roles: [{ ...role, primary: 'True' }] });
    const { path, id, ...answered } = await validator.make('Users', given);
    const expected = { ...given, timezone, roles: [{ ...role, primary: true }] };
    expect(answered).toMatchObject(expected);
    const { id: shownId, meta: _, ...shown } = await validator.show(path);
    expect(shownId).toBe(id);
    expect(shown).toEqual(expected);
  });

  test('create a duplicate: 409', async () => {
    const given = randomUser();
    await validator.make('Users', given);
    expect((await validator.client.call('POST', '/Users', given)).status).toBe(409);
  });

  test('filter for one that is there, that is not, and in another case', async () => {
    const { id, userName } = await validator.make('Users');
    const find = async (name: string) => idsIn(await validator.client.find('Users', `userName eq "${name}"`));
    expect(await find(String(userName))).toEqual([id]);
    expect(await find(randomUUID())).toEqual([]);
    expect(await find(String(userName).toUpperCase())).toEqual([id]);
  });

  test.each(['replace', 'Replace'])('PATCH: %s 36 attributes of one who has others', async (op) => {
    const { path } = await validator.make('Users');
    await validator.patch(path, ...verboseOperations(op));
    expectVerbose(await validator.show(path));
  });

  test.each(['add', 'Add'])('PATCH: %s 36 attributes to one who has only a name', async (op) => {
    const { path } = await validator.make('Users', { schemas: [USER_URN], userName: randomUUID() });
    await validator.patch(path, ...verboseOperations(op));
    expectVerbose(await validator.show(path));
  });

  test('PATCH: replace the userName', async () => {
    const { path } = await validator.make('Users');
    const userName = `${randomUUID()}@Hosts.example`;
    await validator.patch(path, { op: 'replace', path: 'userName', value: userName });
    expect((await validator.show(path))['userName']).toBe(userName);
  });

  test('PATCH: disable', async () => {
    const { path } = await validator.make('Users');
    await validator.patch(path, { op: 'replace', path: 'active', value: false });
    expect((await validator.show(path))['active']).toBe(false);
  });

  test('PATCH: add, replace and remove the manager', async () => {
    const [{ path }, one, other] = [
      await validator.make('Users'),
      await validator.make('Users'),
      await validator.make('Users'),
    ];
    const change = async (op: string, value: string) => {
      await validator.patch(path, { op, path: `${ENTERPRISE_URN}:manager`, value });
      return (await validator.show(path))[ENTERPRISE_URN];
    };
    expect(await change('add', one.id)).toMatchObject({ manager: { value: one.id } });
    expect(await change('replace', other.id)).toMatchObject({ manager: { value: other.id } });
    expect(await change('replace', '')).not.toHaveProperty('manager');
  });

  test('delete', async () => {
    const { path } = await validator.make('Users');
    expect((await validator.client.call('DELETE', path)).status).toBe(204);
    expect((await validator.client.call('GET', path)).status).toBe(404);
  });
});

/** It may send such a PATCH; RFC 7644 §3.5.2.2 has an answer to it. */
test.each([
  ['Users', 'userName'],
  ['Groups', 'displayName'],
] as const)(
  '%s: a PATCH that takes away the %s is a 400 `mutability`, and changes nothing',
  async (type, name) => {
    const { path, ...before } = await validator.make(type);
    const change = { op: 'replace', path: 'externalId', value: randomUUID() };
    const refused = await validator.client.patch(path, change, { op: 'remove', path: name });
    expect(refused).toMatchObject({ status: 400, body: { status: '400', scimType: 'mutability' } });
    expect(refused.body['detail']).toContain(`Operations[1]: ${name} is required`);
    expect(await validator.show(path)).toEqual(before);
  },
);

describe('preview: users', () => {
  test('several operations on different attributes', async () => {
    const { path } = await validator.make('Users', randomUser({ title: 'Old', nickName: 'N' }));
    await validator.patch(
      path,
      { op: 'remove', path: 'nickName' },
      { op: 'add', path: 'displayName', value: 'D' },
      { op: 'replace', path: 'title', value: 'New' },
    );
    const shown = await validator.show(path);
    expect([shown['nickName'], shown['displayName'], shown['title']]).toEqual([undefined, 'D', 'New']);
  });

  test('several operations on one attribute, in order', async () => {
    const { path } = await validator.make('Users', randomUser({ title: 'Old' }));
    await validator.patch(
      path,
      { op: 'remove', path: 'title' },
      { op: 'add', path: 'title', value: 'Added' },
      { op: 'replace', path: 'title', value: 'Replaced' },
    );
    expect((await validator.show(path))['title']).toBe('Replaced');
  });
});

test.each(['Users', 'Groups'] as const)(
  'preview: %s: a DELETE of nothing, and a second one',
  async (type) => {
    expect((await validator.client.call('DELETE', `/${type}/${randomUUID()}`)).status).toBe(404);
    const { path } = await validator.make(type);
    expect((await validator.client.call('DELETE', path)).status).toBe(204);
    expect((await validator.client.call('DELETE', path)).status).toBe(404);
  },
);
