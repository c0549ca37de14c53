import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { foundIn, membersAt } from './conversation.js';
import { startScimServer, type ScimServer } from './scim-server.js';
import { randomGroup, validate, type Validating } from './validating.js';

let scim: ScimServer;
let validator: Validating;
beforeAll(async () => {
  scim = await startScimServer();
  validator = validate(scim);
});
afterAll(() => scim.close());

const member = (value: string) => [{ value }];
const membersOf = (path: string) => membersAt(validator.client, path);

/** A group, and the one user in it. */
async function makeGroupOfOne() {
  const user = await validator.make('Users');
  return { user, ...(await validator.make('Groups', randomGroup({ members: member(user.id) }))) };
}

describe('required: groups', () => {
  test('create, and create a duplicate: 409', async () => {
    const given = randomGroup();
    const { path } = await validator.make('Groups', given);
    expect(await validator.show(path)).toMatchObject(given);
    expect((await validator.client.call('POST', '/Groups', given)).status).toBe(409);
  });

  test('get by id without members', async () => {
    const { path, user, ...group } = await makeGroupOfOne();
    const shown = await validator.show(`${path}?excludedAttributes=members`);
    const { displayName, externalId } = group as JsonObject;
    expect(shown).toMatchObject({ id: group.id, displayName, externalId });
    expect(shown).not.toHaveProperty('members');
    expect(await membersOf(path)).toEqual([user.id]);
  });

  test('filter for one that is there, with and without members, that is not, and in another case', async () => {
    const { id, user, ...group } = await makeGroupOfOne();
    const name = String((group as JsonObject)['displayName']);
    const find = async (displayName: string, others: Record<string, string> = {}) =>
      foundIn(await validator.client.find('Groups', `displayName eq "${displayName}"`, others));
    expect(await find(name)).toMatchObject([{ id, members: [{ value: user.id }] }]);
    const [without, ...others] = await find(name, { excludedAttributes: 'members' });
    expect([without?.['id'], without?.['members'], others]).toEqual([id, undefined, []]);
    expect(await find(randomUUID())).toEqual([]);
    expect(await find(name.toUpperCase())).toMatchObject([{ id }]);
  });

  test('PATCH: replace attributes, update the externalId', async () => {
    const { path } = await validator.make('Groups');
    const [displayName, externalId] = [randomUUID(), randomUUID()];
    await validator.patch(path, { op: 'replace', path: 'displayName', value: displayName });
    await validator.patch(path, { op: 'replace', path: 'externalId', value: externalId });
    expect(await validator.show(path)).toMatchObject({ displayName, externalId });
  });

  test('PATCH: add a member, remove a member', async () => {
    const [user, other] = [await validator.make('Users'), await validator.make('Users')];
    const { path } = await validator.make('Groups');
    const value = [...member(user.id), ...member(other.id)];
    await validator.patch(path, { op: 'add', path: 'members', value });
    expect(await membersOf(path)).toEqual([user.id, other.id].sort());
    await validator.patch(path, { op: 'remove', path: 'members', value: member(user.id) });
    expect(await membersOf(path)).toEqual([other.id]);
  });

  test('delete', async () => {
    const { path } = await validator.make('Groups');
    expect((await validator.client.call('DELETE', path)).status).toBe(204);
    expect((await validator.client.call('GET', path)).status).toBe(404);
  });
});

test('preview: a member added and another removed in one PATCH', async () => {
  const { path, user } = await makeGroupOfOne();
  const other = await validator.make('Users');
  await validator.patch(
    path,
    { op: 'add', path: 'members', value: member(other.id) },
    { op: 'remove', path: `members[value eq "${user.id}"]` },
  );
  expect(await membersOf(path)).toEqual([other.id]);
});
