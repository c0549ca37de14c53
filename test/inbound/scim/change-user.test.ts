import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { ENTERPRISE_URN } from '../../../src/inbound/scim/schema-enterprise.js';
import { fixture } from './fixture.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
});
afterAll(() => scim.close());

let made = 0;
async function makeUser(others: JsonObject = {}): Promise<JsonObject & { path: string; id: string }> {
  const { body } = await scim.call('POST', '/Users', { userName: `user-${++made}@hosts.example`, ...others });
  const id = body['id'] as string;
  return { ...body, id, path: `/Users/${id}` };
}

const patch = (path: string, ...Operations: unknown[]) => scim.call('PATCH', path, { Operations });
const lastEvents = () => scim.intakes.at(-1)?.events;

test('a PATCH answers the whole user, one version on, and tells what it changed', async () => {
  const { path, id, meta } = await makeUser({ department: 'A' });
  const answer = await patch(path, { op: 'Replace', path: `${ENTERPRISE_URN}:department`, value: 'B' });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('etag')).toBe('W/"2"');
  expect(answer.body).toMatchObject({ id, [ENTERPRISE_URN]: { department: 'B' } });
  expect(answer.body['meta']).toMatchObject({ created: (meta as JsonObject)['created'], version: 'W/"2"' });
  expect(lastEvents()).toMatchObject([{ type: 'transferred', attributes: { department: 'B' } }]);
  expect(scim.intakes.at(-1)?.body).toMatchObject({
    method: 'PATCH',
    path,
    said: [{ op: 'replace', value: 'B' }],
  });
});

test('one path-less PATCH with dotted and URN keys, as Entra sends it with its flag', async () => {
  const { path } = await makeUser({ emails: [{ type: 'work', value: 'ana@hosts.example', primary: true }] });
  const answer = await scim.call('PATCH', path, fixture('entra-flagged-patch'));
  expect(answer.body).toMatchObject({
    active: false,
    displayName: 'Ana R.',
    name: { givenName: 'Anna' },
    emails: [{ type: 'work', value: 'anna@hosts.example', primary: true }],
    [ENTERPRISE_URN]: { department: 'Office', employeeNumber: '12' },
  });
  expect(lastEvents()).toMatchObject([{ type: 'removed', standing: 'gone', mail: 'anna@hosts.example' }]);
});

test.each([
  ['PATCH', { Operations: [{ op: 'replace', value: { title: 'T', password: 'p', id: 'x' } }] }],
  ['PUT', { userName: 'same@hosts.example', title: 'T', meta: { version: 'x' }, groups: [] }],
])('a %s that changes nothing writes nothing', async (method, body) => {
  const { path } = await makeUser({ userName: 'same@hosts.example', title: 'T' });
  const before = scim.intakes.length;
  const answer = await scim.call(method, path, body);
  expect([answer.status, answer.headers.get('etag'), answer.body['title']]).toEqual([200, 'W/"1"', 'T']);
  expect(scim.intakes).toHaveLength(before);
  expect((await scim.call('DELETE', path)).status).toBe(204);
});

test('a PATCH that is refused halfway leaves the user as it was', async () => {
  const { path } = await makeUser({ title: 'T' });
  const answer = await patch(
    path,
    { op: 'add', path: 'title', value: 'U' },
    { op: 'add', path: 'active', value: 'x' },
  );
  expect(answer).toMatchObject({ status: 400, body: { status: '400', scimType: 'invalidValue' } });
  expect(answer.body['detail']).toMatch(/^Operations\[1\]: active/);
  expect((await scim.call('GET', path)).body).toMatchObject({ title: 'T', meta: { version: 'W/"1"' } });
});

test('a PUT clears what it does not say, except active and externalId', async () => {
  const { path, userName } = await makeUser({ title: 'T', externalId: 'e1', active: false });
  const kept = await scim.call('PUT', path, { userName, displayName: 'D' });
  expect(kept.body).toMatchObject({ displayName: 'D', externalId: 'e1', active: false });
  expect(kept.body).not.toHaveProperty('title');
  const cleared = await scim.call('PUT', path, { userName, externalId: null });
  expect(cleared.body).not.toHaveProperty('externalId');
});

test.each([true, false])('who loses active is as active as before: %s', async (active) => {
  const { path, id } = await makeUser({ active });
  const before = scim.intakes.length;
  const answer = await patch(path, { op: 'remove', path: 'active' });
  expect(answer).toMatchObject({ status: 200, body: { id } });
  expect(answer.body).not.toHaveProperty('active');
  const { rows } = await scim.pool.query('SELECT active FROM scim_resources WHERE id = $1', [id]);
  expect(rows).toEqual([{ active }]);
  expect(scim.intakes.slice(before).flatMap(({ events }) => events)).toEqual([]);
});

test('a userName can be changed, but not to one that is taken', async () => {
  const [one, other] = [await makeUser(), await makeUser()];
  const rename = (value: unknown) => patch(one.path, { op: 'replace', path: 'userName', value });
  expect((await rename('renamed@hosts.example')).body['userName']).toBe('renamed@hosts.example');
  expect(lastEvents()).toMatchObject([{ type: 'changed', mail: 'renamed@hosts.example' }]);
  expect((await rename('RENAMED@hosts.example')).status).toBe(200);
  expect(await rename(other['userName'])).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
  const put = await scim.call('PUT', one.path, { userName: other['userName'] });
  expect(put).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
});

test('a deleted user is gone, once: 204, then 404; its userName is free', async () => {
  const { path, id, userName } = await makeUser();
  const answer = await scim.call('DELETE', path);
  expect([answer.status, answer.text]).toEqual([204, '']);
  expect(lastEvents()).toMatchObject([{ type: 'removed', standing: 'gone', record: id }]);
  expect((await scim.call('DELETE', path)).status).toBe(404);
  expect((await scim.call('GET', path)).status).toBe(404);
  expect((await scim.call('POST', '/Users', { userName })).status).toBe(201);
});

test('a user who has left is still there, by id and by filter', async () => {
  const { path, id, userName } = await makeUser({ externalId: 'left-1' });
  await scim.call('PATCH', path, fixture('okta-deactivate'));
  expect((await scim.call('GET', path)).body).toMatchObject({ id, active: false });
  for (const filter of [`userName eq "${userName}"`, 'externalId eq "left-1"', `id eq "${id}"`]) {
    const { body } = await scim.call('GET', `/Users?${new URLSearchParams({ filter })}`);
    expect(body).toMatchObject({ totalResults: 1, Resources: [{ id, active: false }] });
  }
});

test('changes of one user at the same time are all kept', async () => {
  const { path } = await makeUser();
  const names = ['title', 'displayName', 'nickName'];
  const answers = await Promise.all(names.map((name) => patch(path, { op: 'add', path: name, value: name })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  const { body } = await scim.call('GET', path);
  expect(body).toMatchObject({ title: 'title', displayName: 'displayName', nickName: 'nickName' });
  expect(body['meta']).toMatchObject({ version: 'W/"4"' });
});

test('a change that others overtake twenty times is put off, not lost or half-done', async () => {
  const { path } = await makeUser();
  let tries = 0;
  scim.hooks.accept = async () => {
    tries++;
    return { outcome: 'version-changed', at: new Date(), events: [] };
  };
  const answer = await patch(path, { op: 'add', path: 'title', value: 'T' });
  delete scim.hooks.accept;
  expect([answer.status, answer.headers.get('retry-after'), tries]).toEqual([503, '1', 20]);
  expect((await patch(path, { op: 'add', path: 'title', value: 'T' })).status).toBe(200);
});

test('a user that is deleted while it is changed is a 404', async () => {
  const { path } = await makeUser();
  const other = await startScimServer({ beside: scim });
  scim.hooks.accept = async (_, go) => {
    delete scim.hooks.accept;
    await other.call('DELETE', path);
    return go();
  };
  expect((await patch(path, { op: 'add', path: 'title', value: 'T' })).status).toBe(404);
  await other.close();
});

test('a user of another source is not there', async () => {
  const { path } = await makeUser();
  const elsewhere = { source: 'entra' };
  const replies = [
    await scim.call('GET', path, undefined, elsewhere),
    await scim.call('PUT', path, { userName: 'x' }, elsewhere),
    await scim.call('PATCH', path, fixture('okta-deactivate'), elsewhere),
    await scim.call('DELETE', path, undefined, elsewhere),
  ];
  expect(replies.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  expect((await scim.call('GET', path)).body['active']).toBe(true);
});
