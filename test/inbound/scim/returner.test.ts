import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fixture } from './fixture.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
});
afterAll(() => scim.close());

/** A user who has left, and was made with this externalId. */
async function leaver(userName: string, externalId?: string): Promise<string> {
  const { body } = await scim.call('POST', '/Users', { userName, ...(externalId && { externalId }) });
  const id = body['id'] as string;
  expect((await scim.call('PATCH', `/Users/${id}`, fixture('okta-deactivate'))).status).toBe(200);
  return id;
}

const lastEvents = () => scim.intakes.at(-1)?.events;

test('a POST for an inactive user with the same externalId restores the old record in place', async () => {
  const id = await leaver('back@hosts.example', '00u3kd91mQx7TzLbf5d7');
  const body = { userName: 'Back@hosts.example', externalId: '00u3kd91mQx7TzLbf5d7', title: 'New' };
  const back = await scim.call('POST', '/Users', body);
  expect(back.status).toBe(201);
  expect(back.body).toMatchObject({ id, active: true, userName: 'Back@hosts.example', title: 'New' });
  expect(back.headers.get('location')).toBe(`${scim.url}/Users/${id}`);
  expect(lastEvents()).toMatchObject([{ type: 'created', standing: 'active', record: id }]);
});

test('it does so after a PUT that carried no externalId, as Okta’s do not', async () => {
  const { body } = await scim.call('POST', '/Users', fixture('okta-create'));
  const id = body['id'] as string;
  expect((await scim.call('PUT', `/Users/${id}`, fixture('okta-profile-update', id))).status).toBe(200);
  expect((await scim.call('PATCH', `/Users/${id}`, fixture('okta-deactivate'))).status).toBe(200);
  const back = await scim.call('POST', '/Users', fixture('okta-create'));
  expect([back.status, back.body['id'], back.body['active']]).toEqual([201, id, true]);
});

test.each([
  ['another externalId', 'first', { externalId: 'other' }],
  ['no externalId', 'first', {}],
  ['an externalId, where there was none,', undefined, { externalId: 'first' }],
  ['no externalId, as there was none,', undefined, {}],
  ['an empty externalId, as there was none,', undefined, { externalId: '' }],
])('somebody with %s does not get the old record', async (name, before, others) => {
  const userName = `${name.replace(/\W+/g, '-')}@hosts.example`;
  const id = await leaver(userName, before);
  expect((await scim.call('POST', '/Users', { userName, ...others })).status).toBe(409);
  expect((await scim.call('GET', `/Users/${id}`)).body['active']).toBe(false);
});

test('a POST of an inactive user over an inactive one is a duplicate', async () => {
  await leaver('still@hosts.example', 'still');
  const body = { userName: 'still@hosts.example', externalId: 'still', active: false };
  const again = await scim.call('POST', '/Users', body);
  expect(again.status).toBe(409);
});

test('ten returns at once restore one record', async () => {
  const id = await leaver('crowd@hosts.example', 'crowd');
  const post = () => scim.call('POST', '/Users', { userName: 'crowd@hosts.example', externalId: 'crowd' });
  const replies = await Promise.all(Array.from({ length: 10 }, post));
  const restored = replies.filter(({ status }) => status === 201);
  expect(restored.map(({ body }) => body['id'])).toEqual([id]);
  expect(replies.filter(({ status }) => status === 409)).toHaveLength(9);
});

test('a returner found by filter is activated by PATCH, and by PUT', async () => {
  const id = await leaver('found@hosts.example');
  const query = new URLSearchParams({
    filter: 'userName eq "FOUND@hosts.example"',
    startIndex: '1',
    count: '100',
  });
  const { body } = await scim.call('GET', `/Users?${query}`);
  expect(body).toMatchObject({ totalResults: 1, Resources: [{ id, active: false }] });
  const on = { Operations: [{ op: 'replace', value: { active: true } }] };
  expect((await scim.call('PATCH', `/Users/${id}`, on)).body['active']).toBe(true);
  expect(lastEvents()).toMatchObject([{ type: 'created', standing: 'active' }]);
  const put = (active: boolean) =>
    scim.call('PUT', `/Users/${id}`, { userName: 'found@hosts.example', active });
  expect((await put(false)).body['active']).toBe(false);
  expect(lastEvents()).toMatchObject([{ type: 'removed', standing: 'gone' }]);
  expect((await put(true)).body['active']).toBe(true);
});
