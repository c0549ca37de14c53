import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient, foundIn, GROUP_URN, idOf, toldTo, USER_URN, type Client } from './conversation.js';
import { fixture } from './fixture.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
let okta: Client;
beforeAll(async () => {
  scim = await startScimServer();
  const Accept = 'application/scim+json';
  okta = createClient(scim, { headers: { Accept, 'User-Agent': 'Okta SCIM Client 1.0.0' } });
});
afterAll(() => scim.close());

const PAGE = { startIndex: '1', count: '100' };
const told = () => toldTo(scim);

async function addUser(userName: string): Promise<string> {
  return idOf(
    await okta.call('POST', '/Users', { ...fixture('okta-create'), userName, externalId: `id-${userName}` }),
  );
}

const membersOf = async (path: string) =>
  (((await okta.call('GET', path)).body['members'] ?? []) as { value: string }[])
    .map(({ value }) => value)
    .sort();

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

  test('updates a profile by GET and PUT, and takes a password for nothing', async () => {
    const id = await addUser('Profile@hosts.example');
    told();
    const path = `/Users/${id}`;
    expect((await okta.call('GET', path)).status).toBe(200);
    const update = { ...fixture('okta-profile-update', id), userName: 'profile@hosts.example' };
    const put = await okta.call('PUT', path, update);
    expect(put.body).toMatchObject({ name: { familyName: 'Lindqvist' }, active: true });
    expect(told()).toEqual(['changed active']);
    const password = await okta.patch(path, { op: 'replace', value: { password: 'n3w-Secret' } });
    expect([200, 204]).toContain(password.status);
    expect(password.text).not.toContain('n3w-Secret');
    expect(told()).toEqual([]);
  });

  test('deactivates, finds the record when the person is assigned again, and pushes the profile to it', async () => {
    const id = await addUser('back@hosts.example');
    expect(told()).toContain('created active');
    const off = await okta.call('PATCH', `/Users/${id}`, fixture('okta-deactivate'));
    expect(off).toMatchObject({ status: 200, body: { id, active: false } });
    const found = await okta.find('Users', 'userName eq "back@hosts.example"', PAGE);
    expect(foundIn(found)).toMatchObject([{ id, active: false }]);
    const profile = { ...fixture('okta-profile-update', id), userName: 'back@hosts.example' };
    expect((await okta.call('PUT', `/Users/${id}`, profile)).body).toMatchObject({ active: true });
    expect(told()).toEqual(['removed gone', 'created active']);
    expect(await addUserAgain('back@hosts.example', id)).toBe(id);
  });

  /** Without looking first: a POST for the inactive record. */
  async function addUserAgain(userName: string, id: string): Promise<string> {
    await okta.call('PATCH', `/Users/${id}`, fixture('okta-deactivate'));
    return addUser(userName);
  }

  test('imports page by page, in one order, and counts with integers', async () => {
    for (let number = 0; number < 12; number++) await addUser(`import${number}@hosts.example`);
    const seen: unknown[] = [];
    let total = Infinity;
    for (let startIndex = 1; startIndex <= total; startIndex += 5) {
      const { body } = await okta.call('GET', `/Users?startIndex=${startIndex}&count=5`);
      total = body['totalResults'] as number;
      expect([body['startIndex'], body['itemsPerPage']]).toEqual([
        startIndex,
        (body['Resources'] as []).length,
      ]);
      seen.push(...(body['Resources'] as { id: string }[]).map(({ id }) => id));
    }
    expect(seen).toHaveLength(total);
    expect(new Set(seen).size).toBe(total);
  });
});

describe('its groups', () => {
  let path: string;
  let people: string[];
  beforeAll(async () => {
    people = [];
    for (const name of ['g1', 'g2', 'g3']) people.push(await addUser(`${name}@hosts.example`));
  });

  test('are looked for by name, and created empty', async () => {
    const found = await okta.find('Groups', 'displayName eq "Hosts"', PAGE);
    expect(found).toMatchObject({ status: 200, body: { totalResults: 0, Resources: [] } });
    const made = await okta.call('POST', '/Groups', {
      schemas: [GROUP_URN],
      displayName: 'Hosts',
      members: [],
    });
    expect(made).toMatchObject({ status: 201, body: { displayName: 'Hosts' } });
    path = `/Groups/${idOf(made)}`;
    expect((await okta.call('GET', path)).status).toBe(200);
  });

  test('get members by one PATCH that removes and adds, with the name beside', async () => {
    const id = path.split('/')[2];
    const add = (ids: string[]) => ({
      op: 'add',
      path: 'members',
      value: ids.map((value) => ({ value, display: value })),
    });
    expect([200, 204]).toContain((await okta.patch(path, add([people[0]!, people[1]!]))).status);
    const both = await okta.patch(
      path,
      { op: 'replace', value: { id, displayName: 'Hosts' } },
      { op: 'remove', path: `members[value eq "${people[0]}"]` },
      add([people[2]!]),
    );
    expect([200, 204]).toContain(both.status);
    expect(await membersOf(path)).toEqual([people[1], people[2]].sort());
  });

  test('are renamed without a path, and replaced as a whole', async () => {
    const id = path.split('/')[2];
    await okta.patch(path, { op: 'replace', value: { id, displayName: 'Hosts of rooms' } });
    expect(foundIn(await okta.find('Groups', 'displayName eq "hosts OF rooms"', PAGE))).toMatchObject([
      { id },
    ]);
    const all = people.map((value) => ({ value, display: 'x' }));
    await okta.patch(path, { op: 'replace', path: 'members', value: all });
    expect(await membersOf(path)).toEqual([...people].sort());
    await okta.patch(path, { op: 'replace', path: 'members', value: [all[0]] });
    expect(await membersOf(path)).toEqual([people[0]]);
  });

  test('are deleted: 204 without a body', async () => {
    const gone = await okta.call('DELETE', path);
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await okta.call('GET', path)).status).toBe(404);
    expect((await okta.call('GET', `/Users/${people[0]}`)).body).not.toHaveProperty('groups');
  });
});

describe('the wizard app', () => {
  const whole = (userName: string, others: object) => ({
    schemas: [USER_URN],
    userName,
    name: { givenName: 'W', familyName: 'Z' },
    emails: [{ primary: true, value: userName, type: 'work' }],
    password: 'n3w',
    ...others,
  });

  test('activates, deactivates and changes a password by PUT of the whole user', async () => {
    told();
    const made = await okta.call(
      'POST',
      '/Users',
      whole('wizard@hosts.example', { externalId: '00uW', active: true }),
    );
    const id = idOf(made);
    const put = (others: object) =>
      okta.call('PUT', `/Users/${id}`, whole('wizard@hosts.example', { id, ...others }));
    expect((await put({ active: false })).body).toMatchObject({ active: false });
    expect((await put({ active: true })).body).toMatchObject({ active: true });
    const { body, text } = await put({ active: true, password: 'an0ther' });
    expect(body).toMatchObject({ active: true, externalId: '00uW' });
    expect(text).not.toContain('an0ther');
    expect(told()).toEqual(['created active', 'removed gone', 'created active']);
  });

  test('renames a group and changes its members by PUT of the whole group', async () => {
    const people = [await addUser('w1@hosts.example'), await addUser('w2@hosts.example')];
    const made = await okta.call('POST', '/Groups', { schemas: [GROUP_URN], displayName: 'W', members: [] });
    const path = `/Groups/${idOf(made)}`;
    const put = (displayName: string, ids: string[]) =>
      okta.call('PUT', path, {
        schemas: [GROUP_URN],
        id: idOf(made),
        displayName,
        members: ids.map((value) => ({ value, display: 'x' })),
      });
    expect((await put('W', people)).status).toBe(200);
    expect(await membersOf(path)).toEqual([...people].sort());
    expect((await put('W renamed', [people[1]!])).body).toMatchObject({ displayName: 'W renamed' });
    expect(await membersOf(path)).toEqual([people[1]]);
  });
});

test('the test suite of Okta posts plain JSON, and asks for what is not there', async () => {
  const plain = createClient(scim, { headers: { 'Content-Type': 'application/json' } });
  const made = await plain.call('POST', '/Users', {
    ...fixture('okta-create'),
    userName: 'suite@hosts.example',
  });
  expect(made.status).toBe(201);
  expect((await plain.find('Users', 'userName eq "SUITE@HOSTS.EXAMPLE"')).body).toMatchObject({
    totalResults: 1,
  });
  const missing = await plain.call('GET', '/Users/00000000-0000-0000-0000-000000000000');
  expect(missing).toMatchObject({ status: 404, body: { status: '404', detail: expect.any(String) } });
  expect((await plain.call('GET', '/Groups')).status).toBe(200);
  const [first] = foundIn(await plain.call('GET', '/Users?count=1&startIndex=1'));
  expect(first).toMatchObject({
    id: expect.any(String),
    userName: expect.any(String),
    active: expect.any(Boolean),
  });
  const stranger = createClient(scim, { source: 'stranger' });
  expect(await stranger.call('GET', '/Users')).toMatchObject({ status: 401, body: { status: '401' } });
});
