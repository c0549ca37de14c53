import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createClient,
  ENTERPRISE_URN,
  ENTRA_GROUP_URN,
  foundIn,
  GROUP_URN,
  idOf,
  toldTo,
  type Client,
} from './conversation.js';
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

async function addUser(name: string): Promise<string> {
  const mail = `${name}@hosts.example`;
  const emails = [{ primary: true, type: 'work', value: mail }];
  const body = { ...fixture('entra-create'), userName: mail, externalId: randomUUID(), emails };
  return idOf(await entra.call('POST', '/Users', body));
}

const newGroup = (displayName: string) => ({
  schemas: [GROUP_URN, ENTRA_GROUP_URN],
  externalId: randomUUID(),
  displayName,
  meta: { resourceType: 'Group' },
});

const refs = (ids: string[]) => ids.map((value) => ({ $ref: null, value }));
const membersOf = async (path: string) =>
  (((await entra.call('GET', path)).body['members'] ?? []) as { value: string }[])
    .map(({ value }) => value)
    .sort();

/** Both kinds of PATCH come from one tenant: the flag does not apply to on-demand provisioning. */
interface Dialect {
  set(id: string, values: Record<string, unknown>): Promise<unknown>;
  remove(path: string, ids: string[]): Promise<{ status: number }>;
}

const byDefault: Dialect = {
  set: (id, values) =>
    entra.patch(
      `/Users/${id}`,
      ...Object.entries(values).map(([path, value]) => ({
        op: 'Replace',
        path,
        value: typeof value === 'boolean' ? (value ? 'True' : 'False') : value,
      })),
    ),
  remove: (path, ids) => entra.patch(path, { op: 'Remove', path: 'members', value: refs(ids) }),
};

const flagged: Dialect = {
  set: (id, value) => entra.patch(`/Users/${id}`, { op: 'replace', value }),
  remove: (path, ids) =>
    entra.patch(path, ...ids.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` }))),
};

test('tests the connection with a filter that nobody matches: 200 and an empty list', async () => {
  for (const attribute of ['userName', 'externalId', 'emails[type eq "work"].value']) {
    const reply = await entra.find('Users', `${attribute} eq "${randomUUID()}"`);
    expect(reply).toMatchObject({ status: 200, body: { totalResults: 0, Resources: [] } });
  }
});

describe.each([
  ['as it does by default', 'default', byDefault],
  ['with aadOptscim062020', 'flagged', flagged],
])('a cycle, %s', (_, name, dialect) => {
  const mail = (who: string) => `${name}-${who}@hosts.example`;

  test('matches, creates, and finds again by each attribute that it may match on', async () => {
    expect((await entra.find('Users', `userName eq "${mail('ana')}"`)).body).toMatchObject({
      totalResults: 0,
    });
    const id = await addUser(`${name}-ana`);
    const { body } = await entra.call('GET', `/Users/${id}`);
    for (const filter of [
      `userName eq "${mail('ana').toUpperCase()}"`,
      `externalId eq "${body['externalId']}"`,
      `emails[type eq "work"].value eq "${mail('ana')}"`,
      `id eq "${id}"`,
    ]) {
      expect([filter, foundIn(await entra.find('Users', filter)).map((one) => one['id'])]).toEqual([
        filter,
        [id],
      ]);
    }
    told();
  });

  test('updates attributes, in elements that are not there yet too', async () => {
    const id = await addUser(`${name}-ben`);
    told();
    await dialect.set(id, {
      displayName: 'Ben R.',
      'name.givenName': 'Ben',
      'emails[type eq "work"].value': mail('benjamin'),
      'phoneNumbers[type eq "mobile"].value': '+32 9 000 02',
      'addresses[type eq "work"].locality': 'Ghent',
      [`${ENTERPRISE_URN}:department`]: 'Office',
      [`${ENTERPRISE_URN}:employeeNumber`]: '4711',
    });
    const { body } = await entra.call('GET', `/Users/${id}`);
    expect(body).toMatchObject({
      displayName: 'Ben R.',
      name: { givenName: 'Ben', familyName: 'Reyes' },
      emails: [{ primary: true, type: 'work', value: mail('benjamin') }],
      phoneNumbers: [{ type: 'mobile', value: '+32 9 000 02' }],
      addresses: [{ type: 'work', locality: 'Ghent' }],
      [ENTERPRISE_URN]: { department: 'Office', employeeNumber: '4711' },
    });
    expect(told()).toEqual(['transferred active']);
  });

  test('gives managers in a second pass, checks them, and takes them away', async () => {
    const [boss, id] = [await addUser(`${name}-boss`), await addUser(`${name}-cara`)];
    const path = `${ENTERPRISE_URN}:manager`;
    await dialect.set(id, { [path]: boss });
    const check = await entra.find('Users', `id eq "${id}" and manager eq "${boss}"`, { attributes: 'id' });
    expect(foundIn(check)).toMatchObject([{ id }]);
    await entra.patch(`/Users/${id}`, { op: 'Add', path, value: [{ $ref: null, value: boss }] });
    expect((await entra.call('GET', `/Users/${id}`)).body).toMatchObject({
      [ENTERPRISE_URN]: { manager: { value: boss } },
    });
    await dialect.set(id, { [path]: '' });
    expect((await entra.call('GET', `/Users/${id}`)).body[ENTERPRISE_URN]).not.toHaveProperty('manager');
  });

  test('disables, restores, and deletes for good; the disabled stay to be found', async () => {
    const id = await addUser(`${name}-dirk`);
    told();
    await dialect.set(id, { active: false });
    expect(foundIn(await entra.find('Users', `userName eq "${mail('dirk')}"`))).toMatchObject([
      { id, active: false },
    ]);
    await dialect.set(id, { active: true });
    await dialect.set(id, { active: false });
    const gone = await entra.call('DELETE', `/Users/${id}`);
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await entra.call('GET', `/Users/${id}`)).status).toBe(404);
    expect(told()).toEqual(['removed gone', 'created active', 'removed gone', 'removed gone']);
  });

  test('creates groups, adds and removes only the members it names, and keeps those of the disabled', async () => {
    const people = [await addUser(`${name}-m1`), await addUser(`${name}-m2`), await addUser(`${name}-m3`)];
    const query = { excludedAttributes: 'members' };
    const before = await entra.find('Groups', `displayName eq "${name} hosts"`, query);
    expect(before).toMatchObject({ status: 200, body: { totalResults: 0 } });
    const made = await entra.call('POST', '/Groups', newGroup(`${name} hosts`));
    expect(made.status).toBe(201);
    const path = `/Groups/${idOf(made)}`;
    for (const id of people) {
      const added = await entra.patch(path, { op: 'Add', path: 'members', value: refs([id]) });
      expect([200, 204]).toContain(added.status);
    }
    const alone = await entra.call('GET', `${path}?excludedAttributes=members`);
    expect(alone.body).not.toHaveProperty('members');
    const found = await entra.find('Groups', `displayName eq "${name.toUpperCase()} HOSTS"`, query);
    expect(foundIn(found).map(({ id }) => id)).toEqual([idOf(made)]);
    await dialect.set(people[0]!, { active: false });
    await dialect.set(people[0]!, { active: true });
    expect([200, 204]).toContain((await dialect.remove(path, [people[1]!])).status);
    expect(await membersOf(path)).toEqual([people[0], people[2]].sort());
    await entra.patch(path, { op: 'Replace', path: 'displayName', value: `${name} rooms` });
    await entra.patch(path, { op: 'Replace', path: 'externalId', value: randomUUID() });
    expect((await entra.call('DELETE', path)).status).toBe(204);
  });
});

test('adds members in parallel, and none is lost', async () => {
  const people = await Promise.all(Array.from({ length: 20 }, (_, n) => addUser(`parallel${n}`)));
  const path = `/Groups/${idOf(await entra.call('POST', '/Groups', newGroup('parallel')))}`;
  const add = (id: string) => entra.patch(path, { op: 'Add', path: 'members', value: refs([id]) });
  const replies = await Promise.all(people.map(add));
  expect(replies.filter(({ status }) => status !== 200 && status !== 204)).toEqual([]);
  expect(await membersOf(path)).toEqual([...people].sort());
});

test('creates with nulls, strings for booleans and a misspelt schema', async () => {
  const made = await entra.call('POST', '/Users', {
    ...fixture('entra-create-nulls'),
    userName: 'plain@hosts.example',
  });
  expect(made).toMatchObject({ status: 201, body: { active: true } });
  expect(made.text).not.toContain('null');
});
