import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createClient,
  ENTERPRISE_URN,
  foundIn,
  idOf,
  idsIn,
  membersAt,
  toldTo,
  type Client,
} from './conversation.js';
import { addEntraUser, byDefault, FLAG, flagged, newGroup, refsTo, type Dialect } from './entra-client.js';
import { startScimServer, type ScimServer } from './scim-server.js';

const MANAGER = `${ENTERPRISE_URN}:manager`;

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
});
afterAll(() => scim.close());

const told = () => toldTo(scim);

describe.each([
  ['as it does by default', 'default', byDefault, ''],
  ['with the flag', 'flagged', flagged, ''],
  ['with the flag in every URL', 'in-url', flagged, FLAG],
  ['on demand, with the flag in every URL', 'on-demand', byDefault, FLAG],
])('a cycle, %s', (_, name, dialectOf, flag) => {
  let entra: Client;
  let dialect: Dialect;
  beforeAll(() => {
    entra = createClient(scim, { source: 'entra', flag });
    dialect = dialectOf(entra);
  });

  const mail = (who: string) => `${name}-${who}@hosts.example`;
  const addUser = (who: string) => addEntraUser(entra, mail(who));
  const userAt = async (id: string) => (await entra.call('GET', `/Users/${id}`)).body;

  async function expectFound(type: 'Users' | 'Groups', filters: string[], ids: string[]): Promise<void> {
    for (const filter of filters)
      expect([filter, idsIn(await entra.find(type, filter))]).toEqual([filter, ids]);
  }

  test('tests the connection with a filter that nobody matches: 200 and an empty list', async () => {
    for (const attribute of ['userName', 'externalId', 'emails[type eq "work"].value']) {
      const reply = await entra.find('Users', `${attribute} eq "${randomUUID()}"`);
      expect(reply).toMatchObject({ status: 200, body: { totalResults: 0, Resources: [] } });
    }
  });

  test('matches, creates, and finds again by each attribute that it may match on', async () => {
    await expectFound('Users', [`userName eq "${mail('ana')}"`], []);
    const id = await addUser('ana');
    const { externalId } = await userAt(id);
    const byMail = `emails[type eq "work"].value eq "${mail('ana')}"`;
    const byName = `userName eq "${mail('ana').toUpperCase()}"`;
    await expectFound('Users', [byName, `externalId eq "${externalId}"`, byMail, `id eq "${id}"`], [id]);
  });

  test('updates attributes, in elements that are not there yet too', async () => {
    const id = await addUser('ben');
    told();
    await dialect.set(`/Users/${id}`, {
      displayName: 'Ben R.',
      'name.givenName': 'Ben',
      'emails[type eq "work"].value': mail('benjamin'),
      'phoneNumbers[type eq "mobile"].value': '+32 9 000 02',
      'addresses[type eq "work"].locality': 'Ghent',
      'addresses[type eq "work"].postalCode': '9000',
      'roles[primary eq "True"].value': 'host',
      [`${ENTERPRISE_URN}:department`]: 'Office',
      [`${ENTERPRISE_URN}:employeeNumber`]: '4711',
    });
    await dialect.add(`/Users/${id}`, 'nickName', 'Benno');
    await dialect.remove(`/Users/${id}`, 'title');
    const ben = await userAt(id);
    expect(ben).not.toHaveProperty('title');
    expect(ben).toMatchObject({
      displayName: 'Ben R.',
      nickName: 'Benno',
      name: { givenName: 'Ben', familyName: 'Reyes' },
      emails: [{ primary: true, type: 'work', value: mail('benjamin') }],
      phoneNumbers: [{ type: 'mobile', value: '+32 9 000 02' }],
      addresses: [{ type: 'work', locality: 'Ghent', postalCode: '9000' }],
      roles: [{ primary: true, value: 'host' }],
      [ENTERPRISE_URN]: { department: 'Office', employeeNumber: '4711' },
    });
    expect(told()).toEqual(['transferred active']);
  });

  test('gives somebody another userName and externalId, and finds them by these alone', async () => {
    const id = await addUser('old');
    const before = await userAt(id);
    told();
    const values = { userName: mail('new'), externalId: randomUUID() };
    await dialect.set(`/Users/${id}`, values);
    expect(await userAt(id)).toMatchObject({ id, ...values });
    expect(told()).toEqual(['changed active']);
    await expectFound(
      'Users',
      [`userName eq "${mail('new')}"`, `externalId eq "${values.externalId}"`],
      [id],
    );
    const filters = [`userName eq "${mail('old')}"`, `externalId eq "${before['externalId']}"`];
    await expectFound('Users', filters, []);
  });

  test('gives managers in a second pass, checks them, and takes them away', async () => {
    const [boss, other, id] = [await addUser('boss'), await addUser('other'), await addUser('cara')];
    const path = `/Users/${id}`;
    const check = (manager: string) => `id eq "${id}" and manager eq "${manager}"`;
    const empty = () => dialect.set(path, { [MANAGER]: '' });
    const remove = () => dialect.remove(path, MANAGER);
    for (const [manager, takeAway] of [
      [boss, empty],
      [{ value: boss }, remove],
      [refsTo([boss]), empty],
    ] as const) {
      await dialect.add(path, MANAGER, manager);
      expect(await userAt(id)).toMatchObject({ [ENTERPRISE_URN]: { manager: { value: boss } } });
      await expectFound('Users', [check(boss)], [id]);
      await expectFound('Users', [check(other)], []);
      await takeAway();
      expect((await userAt(id))[ENTERPRISE_URN]).not.toHaveProperty('manager');
      await expectFound('Users', [check(boss)], []);
    }
  });

  test('disables, restores, and deletes for good; the disabled stay to be found', async () => {
    const id = await addUser('dirk');
    const path = `/Users/${id}`;
    told();
    await dialect.set(path, { active: false });
    const found = await entra.find('Users', `userName eq "${mail('dirk')}"`);
    expect(foundIn(found)).toMatchObject([{ id, active: false }]);
    expect(await userAt(id)).toMatchObject({ id, active: false });
    await dialect.set(path, { active: true });
    await dialect.set(path, { active: false });
    const gone = await entra.call('DELETE', path);
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await entra.call('GET', path)).status).toBe(404);
    expect(told()).toEqual(['removed gone', 'created active', 'removed gone', 'removed gone']);
  });

  test('creates groups, finds them without members, renames and deletes them', async () => {
    const query = { excludedAttributes: 'members' };
    const before = await entra.find('Groups', `displayName eq "${name} hosts"`, query);
    expect(before).toMatchObject({ status: 200, body: { totalResults: 0, Resources: [] } });
    const made = await entra.call('POST', '/Groups', newGroup(`${name} hosts`));
    expect(made.status).toBe(201);
    const [id, path] = [idOf(made), `/Groups/${idOf(made)}`];
    await dialect.add(path, 'members', refsTo([await addUser('member')]));
    const alone = await entra.call('GET', `${path}?excludedAttributes=members`);
    expect(alone.body).toMatchObject({ id, displayName: `${name} hosts` });
    expect(alone.body).not.toHaveProperty('members');
    const found = await entra.find('Groups', `displayName eq "${name.toUpperCase()} HOSTS"`, query);
    expect(idsIn(found)).toEqual([id]);
    expect(foundIn(found)[0]).not.toHaveProperty('members');
    const externalId = randomUUID();
    await dialect.set(path, { displayName: `${name} rooms` });
    await dialect.set(path, { externalId });
    await expectFound('Groups', [`displayName eq "${name} rooms"`, `externalId eq "${externalId}"`], [id]);
    const filters = [`displayName eq "${name} hosts"`, `externalId eq "${made.body['externalId']}"`];
    await expectFound('Groups', filters, []);
    const gone = await entra.call('DELETE', path);
    expect([gone.status, gone.text]).toEqual([204, '']);
  });

  test('adds and removes only the members that it names, and keeps those who are disabled', async () => {
    const people = [await addUser('m1'), await addUser('m2'), await addUser('m3')] as [
      string,
      string,
      string,
    ];
    const path = `/Groups/${idOf(await entra.call('POST', '/Groups', newGroup(`${name} members`)))}`;
    for (const id of people) await dialect.add(path, 'members', refsTo([id]));
    await dialect.set(`/Users/${people[0]}`, { active: false });
    expect(await membersAt(entra, path)).toEqual([...people].sort());
    await dialect.set(`/Users/${people[0]}`, { active: true });
    await dialect.removeMembers(path, [people[1]]);
    expect(await membersAt(entra, path)).toEqual([people[0], people[2]].sort());
    await dialect.removeMembers(path, [people[0], people[2]]);
    expect(await membersAt(entra, path)).toEqual([]);
  });
});
