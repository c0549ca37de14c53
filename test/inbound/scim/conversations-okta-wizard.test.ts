import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import {
  ENTERPRISE_URN,
  foundIn,
  GROUP_URN,
  idOf,
  membersAt,
  metaAt,
  toldTo,
  type Client,
} from './conversation.js';
import { fixture } from './fixture.js';
import { addOktaUser, createOkta, PAGE } from './okta-client.js';
import { startScimServer, type Reply, type ScimServer } from './scim-server.js';

/** An app of the App Integration Wizard: it sends PUT of the whole for everything. */
let scim: ScimServer;
let okta: Client;
beforeAll(async () => {
  scim = await startScimServer();
  okta = createOkta(scim);
});
afterAll(() => scim.close());

const told = () => toldTo(scim);

/** It looks at the user before each PUT. */
async function push(id: string, differences: JsonObject): Promise<Reply> {
  expect((await okta.call('GET', `/Users/${id}`)).status).toBe(200);
  const put = await okta.call('PUT', `/Users/${id}`, {
    ...fixture('okta-wizard-update', id),
    ...differences,
  });
  expect([put.status, put.body['id']]).toEqual([200, id]);
  return put;
}

test('a user from the first assignment to the return, by PUT of the whole user', async () => {
  const userName = 'tove.wiz@hosts.example';
  const find = () => okta.find('Users', `userName eq "${userName}"`, PAGE);
  expect((await find()).body).toMatchObject({ totalResults: 0, Resources: [] });
  const made = await okta.call('POST', '/Users', { ...fixture('okta-create'), userName });
  expect(made.status).toBe(201);
  const id = idOf(made);
  const pushed = await push(id, {});
  expect(pushed.body).toEqual(shownOf(id, 2));
  expect(told()).toEqual(['created active', 'changed active']);
  expect((await push(id, { active: false })).body).toEqual({ ...shownOf(id, 3), active: false });
  expect(told()).toEqual(['removed gone']);
  expect(foundIn(await find())).toMatchObject([{ id, active: false }]);
  expect((await push(id, { active: true })).body).toEqual(shownOf(id, 4));
  expect(told()).toEqual(['created active']);
  expect(foundIn(await find())).toMatchObject([{ id, active: true }]);
});

/** All that was pushed; what is ours to say of groups and managers is not taken from it. */
function shownOf(id: string, version: number): JsonObject {
  const { groups: _, ...pushed } = fixture('okta-wizard-update', id);
  const enterprise = { ...(pushed[ENTERPRISE_URN] as JsonObject), manager: { value: 'boss@hosts.example' } };
  const { externalId } = fixture('okta-create');
  return { ...pushed, externalId, [ENTERPRISE_URN]: enterprise, meta: metaAt(scim, `/Users/${id}`, version) };
}

test('a password comes with the whole user, is not kept, not shown, and nothing is told', async () => {
  const userName = 'password@hosts.example';
  const id = await addOktaUser(okta, userName);
  await push(id, { userName });
  told();
  const put = await push(id, { userName, password: 'an0ther-Secret' });
  expect(put.text).not.toMatch(/password":|an0ther-Secret/);
  expect((await okta.call('GET', `/Users/${id}`)).text).not.toMatch(/password":|an0ther-Secret/);
  expect(told()).toEqual([]);
});

test('empty values are kept as they came, and the person keeps a name', async () => {
  const userName = 'empty@hosts.example';
  const id = await addOktaUser(okta, userName);
  const empty = {
    userName,
    externalId: '',
    title: '',
    displayName: '',
    name: { givenName: 'Tove', middleName: '', familyName: 'Wiz', formatted: '' },
    phoneNumbers: [{ primary: true, value: '', type: 'work' }],
  };
  scim.intakes.splice(0);
  expect((await push(id, empty)).body).toMatchObject(empty);
  expect((await okta.call('GET', `/Users/${id}`)).body).toMatchObject(empty);
  const [event] = scim.intakes.flatMap(({ events }) => events);
  expect(event).toMatchObject({ type: 'changed', standing: 'active', name: 'Tove Wiz' });
  await push(id, { ...empty, name: { givenName: '', familyName: 'Wiz' } });
  expect(scim.intakes.at(-1)?.events).toMatchObject([{ name: 'Wiz' }]);
  const found = await okta.find('Users', `userName eq "${userName}"`, PAGE);
  expect(foundIn(found)).toMatchObject([{ id, title: '', externalId: '' }]);
});

test('a group is renamed, and its members changed, by PUT of the whole group', async () => {
  const [one, two] = [
    await addOktaUser(okta, 'w1@hosts.example'),
    await addOktaUser(okta, 'w2@hosts.example'),
  ];
  const made = await okta.call('POST', '/Groups', { schemas: [GROUP_URN], displayName: 'W', members: [] });
  const id = idOf(made);
  const path = `/Groups/${id}`;
  const put = async (displayName: string, ids: string[]) => {
    expect((await okta.call('GET', path)).status).toBe(200);
    const members = ids.map((value) => ({ value, display: 'x' }));
    return okta.call('PUT', path, { schemas: [GROUP_URN], id, displayName, members });
  };
  expect(await put('W', [one, two])).toMatchObject({ status: 200, body: { id, displayName: 'W' } });
  expect(await membersAt(okta, path)).toEqual([one, two].sort());
  const renamed = await put('W renamed', [two]);
  expect(renamed).toMatchObject({ status: 200, body: { id, displayName: 'W renamed' } });
  expect(await membersAt(okta, path)).toEqual([two]);
});
