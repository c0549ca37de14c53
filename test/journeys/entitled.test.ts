import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ENTRA_GROUP_URN, GROUP_URN } from '../inbound/scim/grouping.js';
import { openCompany, type Company } from './company.js';

const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const KEY = /^\d{6}$/;
let company: Company;
beforeAll(async () => {
  company = await openCompany({ entitledGroups: ['Zoom Hosts', 'Room owners', 'Speakers'] });
});
afterAll(() => company?.close());

/** Known to the directory, and to Zoom, where they have no key. */
async function person(email: string): Promise<string> {
  company.zoom.users.add({ email, hostKey: null });
  const { status, body } = await company.scim('POST', '/Users', { userName: email, active: true });
  expect(status).toBe(201);
  return body.id;
}

async function group(displayName: string, more: object = {}): Promise<string> {
  const { status, body } = await company.scim('POST', '/Groups', {
    schemas: [GROUP_URN, ENTRA_GROUP_URN],
    displayName,
    ...more,
  });
  expect(status).toBe(201);
  return `/Groups/${body.id}`;
}

/** A key that Zoom has and nobody had before. */
async function keyUnlike(before: string[], email: string): Promise<string> {
  const key = await company.keyAtRest(email);
  expect(key).toMatch(KEY);
  expect(before).not.toContain(key);
  return key;
}

/** From the answer on, and when everything is done. */
async function expectRefused(email: string, before: string[]): Promise<void> {
  const { status, body } = await company.lookUp(email);
  expect([status, body.code]).toEqual([404, 'NOT_ENTITLED']);
  expect(await company.keyAtRest(email)).toBe('NOT_ENTITLED');
  expect(before).not.toContain(company.zoom.users.hostKeyOf(email));
}

test('whom Entra adds to a group gets a key, whom it removes has none at once, and a new one when they are back', async () => {
  const email = 'ann@hosts.example';
  const ann = await person(email);
  await expectRefused(email, []);
  expect(company.zoom.users.hostKeyOf(email)).toBeUndefined();

  const externalId = '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159';
  const hosts = await group('zoom hosts', { externalId, meta: { resourceType: 'Group' } });
  const patch = (op: string) => {
    const Operations = [{ op, path: 'members', value: [{ $ref: null, value: ann }] }];
    return company.scim('PATCH', hosts, { schemas: [PATCH_URN], Operations });
  };
  expect((await patch('Add')).status).toBe(204);
  const first = await keyUnlike([], email);

  expect((await patch('Remove')).status).toBe(204);
  await expectRefused(email, [first]);

  expect((await patch('Add')).status).toBe(204);
  await keyUnlike([first], email);
});

test('whom Okta’s wizard puts into a group, and out of it, with the whole of it, likewise', async () => {
  const email = 'ben@hosts.example';
  const ben = await person(email);
  const owners = await group('Room owners', { members: [] });
  const put = (members: object[]) => {
    const body = { schemas: [GROUP_URN], id: owners.split('/').at(-1), displayName: 'Room owners', members };
    return company.scim('PUT', owners, body);
  };
  expect((await put([{ value: ben, display: email }])).status).toBe(200);
  const first = await keyUnlike([], email);

  expect((await put([])).status).toBe(200);
  await expectRefused(email, [first]);

  expect((await put([{ value: ben, display: email }])).status).toBe(200);
  await keyUnlike([first], email);
});

test('whose group is deleted loses the key', async () => {
  const email = 'cid@hosts.example';
  const cid = await person(email);
  const speakers = await group('Speakers', { members: [{ value: cid }] });
  const first = await keyUnlike([], email);

  expect((await company.scim('DELETE', speakers)).status).toBe(204);
  await expectRefused(email, [first]);
});
