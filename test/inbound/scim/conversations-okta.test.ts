import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import {
  expectDone,
  foundIn,
  GROUP_URN,
  idOf,
  idsIn,
  membersAt,
  metaAt,
  toldTo,
  type Client,
} from './conversation.js';
import { fixture } from './fixture.js';
import { addOktaUser, createOkta, PAGE } from './okta-client.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
let okta: Client;
beforeAll(async () => {
  scim = await startScimServer();
  okta = createOkta(scim);
});
afterAll(() => scim.close());

const told = () => toldTo(scim);
const addUser = (userName: string) => addOktaUser(okta, userName);

describe('the catalogue app', () => {
  test('assigns: looks for the userName, finds nobody, and creates', async () => {
    const found = await okta.find('Users', 'userName eq "Mira.Lind@hosts.example"', PAGE);
    expect(found).toMatchObject({ status: 200, body: { totalResults: 0, startIndex: 1, Resources: [] } });
    const made = await okta.call('POST', '/Users', fixture('okta-create'));
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ userName: 'Mira.Lind@hosts.example', active: true, locale: 'en-US' });
    expect(made.text).not.toMatch(/password|Throw-4w4y/i);
    expect(told()).toEqual(['created active']);
    const again = await okta.call('POST', '/Users', fixture('okta-create'));
    expect(again).toMatchObject({ status: 409, body: { status: '409', scimType: 'uniqueness' } });
    expect(again.body['detail']).toMatch(/Mira\.Lind/);
  });

  test('updates a profile by GET and PUT: 200 with all of the user, what it does not say gone', async () => {
    const id = await addUser('Put@hosts.example');
    told();
    const path = `/Users/${id}`;
    expect((await okta.call('GET', path)).status).toBe(200);
    const update = { ...fixture('okta-profile-update', id), userName: 'put@hosts.example' };
    const put = await okta.call('PUT', path, update);
    expect(put.status).toBe(200);
    const { groups: _, ...kept } = update as JsonObject;
    expect(put.body).toEqual({ ...kept, externalId: 'id-Put@hosts.example', meta: metaAt(scim, path, 2) });
    expect((await okta.call('GET', path)).body).toEqual(put.body);
    expect(told()).toEqual(['changed active']);
  });

  test('updates a profile by PATCH without a path: 200 with all of the user, the rest as it was', async () => {
    const id = await addUser('patch@hosts.example');
    told();
    const path = `/Users/${id}`;
    const { body: before } = await okta.call('GET', path);
    const patched = await okta.call('PATCH', path, fixture('okta-profile-patch'));
    expect(patched.status).toBe(200);
    const mail = 'mira.lindqvist@hosts.example';
    expect(patched.body).toEqual({
      ...before,
      name: { givenName: 'Mira', familyName: 'Lindqvist' },
      displayName: 'Mira Lindqvist',
      emails: [{ primary: true, value: mail, type: 'work', display: mail }],
      meta: metaAt(scim, path, 2),
    });
    expect((await okta.call('GET', path)).body).toEqual(patched.body);
    expect(told()).toEqual(['changed active']);
  });

  test('gives a password for nothing: it is not kept, not shown, and nothing is told', async () => {
    const path = `/Users/${await addUser('password@hosts.example')}`;
    told();
    const password = await okta.patch(path, { op: 'replace', value: { password: 'n3w-Secret' } });
    expectDone(password);
    expect(password.text).not.toContain('n3w-Secret');
    expect((await okta.call('GET', path)).text).not.toMatch(/password":|n3w-Secret/);
    expect(told()).toEqual([]);
  });

  test('deactivates and reactivates: the same user, who went and is back', async () => {
    const id = await addUser('pause@hosts.example');
    told();
    const off = await okta.call('PATCH', `/Users/${id}`, fixture('okta-deactivate'));
    expect(off).toMatchObject({ status: 200, body: { id, active: false } });
    expect(told()).toEqual(['removed gone']);
    const on = await okta.call('PATCH', `/Users/${id}`, fixture('okta-reactivate'));
    expect(on).toMatchObject({ status: 200, body: { id, active: true, userName: 'pause@hosts.example' } });
    expect(told()).toEqual(['created active']);
  });

  test('finds the inactive record when the person is assigned again, and pushes the profile to it', async () => {
    const id = await addUser('back@hosts.example');
    told();
    await okta.call('PATCH', `/Users/${id}`, fixture('okta-deactivate'));
    const found = await okta.find('Users', 'userName eq "back@hosts.example"', PAGE);
    expect(foundIn(found)).toMatchObject([{ id, active: false }]);
    const profile = { ...fixture('okta-profile-update', id), userName: 'back@hosts.example' };
    expect((await okta.call('PUT', `/Users/${id}`, profile)).body).toMatchObject({ active: true });
    expect(told()).toEqual(['removed gone', 'created active']);
  });

  test('creates without looking first: the inactive record comes back', async () => {
    const id = await addUser('again@hosts.example');
    await okta.call('PATCH', `/Users/${id}`, fixture('okta-deactivate'));
    told();
    expect(await addUser('again@hosts.example')).toBe(id);
    expect(told()).toContain('created active');
  });
});

describe('its groups', () => {
  const addPeople = (prefix: string) =>
    Promise.all(['1', '2', '3'].map((n) => addUser(`${prefix}${n}@hosts.example`)));
  const addGroup = async (displayName: string) =>
    idOf(await okta.call('POST', '/Groups', { schemas: [GROUP_URN], displayName, members: [] }));
  const add = (ids: string[]) => ({
    op: 'add',
    path: 'members',
    value: ids.map((value) => ({ value, display: value })),
  });

  test('are looked for by name, and created empty', async () => {
    const found = await okta.find('Groups', 'displayName eq "Hosts"', PAGE);
    expect(found).toMatchObject({ status: 200, body: { totalResults: 0, Resources: [] } });
    const body = { schemas: [GROUP_URN], displayName: 'Hosts', members: [] };
    const made = await okta.call('POST', '/Groups', body);
    expect(made).toMatchObject({ status: 201, body: { displayName: 'Hosts' } });
    const got = await okta.call('GET', `/Groups/${idOf(made)}`);
    expect(got).toMatchObject({ status: 200, body: { id: idOf(made), displayName: 'Hosts' } });
  });

  test('get members by one PATCH that removes and adds, with the name beside', async () => {
    const [one, two, three] = (await addPeople('members')) as [string, string, string];
    const id = await addGroup('Members');
    const path = `/Groups/${id}`;
    expectDone(await okta.patch(path, add([one, two])));
    const name = { op: 'replace', value: { id, displayName: 'Members' } };
    const remove = { op: 'remove', path: `members[value eq "${one}"]` };
    expectDone(await okta.patch(path, name, remove, add([three])));
    expect(await membersAt(okta, path)).toEqual([two, three].sort());
    expect((await okta.call('GET', path)).body).toMatchObject({ id, displayName: 'Members' });
  });

  test('are renamed without a path, and replaced as a whole', async () => {
    const people = await addPeople('renamed');
    const id = await addGroup('Named');
    const path = `/Groups/${id}`;
    expectDone(await okta.patch(path, { op: 'replace', value: { id, displayName: 'Hosts of rooms' } }));
    expect(idsIn(await okta.find('Groups', 'displayName eq "hosts OF rooms"', PAGE))).toEqual([id]);
    const all = people.map((value) => ({ value, display: 'x' }));
    expectDone(await okta.patch(path, { op: 'replace', path: 'members', value: all }));
    expect(await membersAt(okta, path)).toEqual([...people].sort());
    expectDone(await okta.patch(path, { op: 'replace', path: 'members', value: [all[0]] }));
    expect(await membersAt(okta, path)).toEqual([people[0]]);
  });

  test('are deleted: 204 without a body, and nobody is in them any more', async () => {
    const [one] = await addPeople('deleted');
    const path = `/Groups/${await addGroup('Deleted')}`;
    expectDone(await okta.patch(path, add([one!])));
    expect((await okta.call('GET', `/Users/${one}`)).body).toHaveProperty('groups');
    const gone = await okta.call('DELETE', path);
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await okta.call('GET', path)).status).toBe(404);
    expect((await okta.call('GET', `/Users/${one}`)).body).not.toHaveProperty('groups');
  });
});
