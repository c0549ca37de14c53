import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startScimServer, type Reply, type ScimServer } from './scim-server.js';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
});
afterAll(() => scim.close());

let made = 0;
async function makeUser(): Promise<{ path: string; userName: string }> {
  const userName = `user-${++made}@hosts.example`;
  const { body } = await scim.call('POST', '/Users', { userName });
  return { path: `/Users/${body['id']}`, userName };
}

const titled = (title: string) => ({ Operations: [{ op: 'add', path: 'title', value: title }] });
const ifMatch = (tag: string) => ({ headers: { 'If-Match': tag } });
const ifNoneMatch = (tag: string) => ({ headers: { 'If-None-Match': tag } });

function expectStale(reply: Reply, version: string): void {
  expect(reply.status).toBe(412);
  expect(reply.headers.get('content-type')).toBe('application/scim+json');
  expect(reply.headers.get('etag')).toBe(version);
  expect(reply.body).toMatchObject({ status: '412', detail: expect.stringContaining(version) });
  expect(reply.body).not.toHaveProperty('scimType');
}

test.each(['GET', 'HEAD'])('a %s with the version that it has is a 304 without a body', async (method) => {
  const { path } = await makeUser();
  const same = await scim.call(method, path, undefined, ifNoneMatch('W/"1"'));
  expect([same.status, same.text, same.headers.get('etag')]).toEqual([304, '', 'W/"1"']);
  expect(same.headers.get('content-type')).toBeNull();
  await scim.call('PATCH', path, titled('T'));
  expect((await scim.call(method, path, undefined, ifNoneMatch('W/"1"'))).status).toBe(200);
});

describe('a change of a version that is no more is a 412 that names the one that is, and does nothing', () => {
  test.each([
    ['PATCH', titled('new')],
    ['PUT', { userName: 'x@hosts.example', title: 'new' }],
    ['DELETE', undefined],
  ])('%s', async (method, body) => {
    const { path } = await makeUser();
    await scim.call('PATCH', path, titled('old'));
    const written = scim.intakes.length;
    expectStale(await scim.call(method, path, body, ifMatch('W/"1"')), 'W/"2"');
    expectStale(await scim.call(method, path, body, ifNoneMatch('*')), 'W/"2"');
    expect(scim.intakes).toHaveLength(written);
    expect((await scim.call('GET', path)).body).toMatchObject({ title: 'old' });
  });
});

test('a change of the version that is goes through, and answers the next', async () => {
  const { path, userName } = await makeUser();
  const patched = await scim.call('PATCH', path, titled('T'), ifMatch('W/"1"'));
  expect([patched.status, patched.headers.get('etag')]).toEqual([200, 'W/"2"']);
  const put = await scim.call('PUT', path, { userName, title: 'U' }, ifMatch('W/"7", W/"2"'));
  expect([put.status, put.headers.get('etag')]).toEqual([200, 'W/"3"']);
  const same = await scim.call('PUT', path, { userName, title: 'U' }, ifMatch('*'));
  expect([same.status, same.headers.get('etag')]).toEqual([200, 'W/"3"']);
  expect((await scim.call('DELETE', path, undefined, ifMatch('W/"3"'))).status).toBe(204);
});

test('what is not there is a 404, whatever the conditions', async () => {
  for (const [method, body] of [
    ['GET'],
    ['PUT', { userName: 'x' }],
    ['PATCH', titled('T')],
    ['DELETE'],
  ] as const) {
    expect((await scim.call(method, '/Users/nobody', body, ifMatch('*'))).status).toBe(404);
  }
});

test('a header that is no list of tags is a 400', async () => {
  const { path } = await makeUser();
  const reply = await scim.call('PATCH', path, titled('T'), ifMatch('1'));
  expect(reply).toMatchObject({ status: 400, body: { detail: expect.stringMatching(/^If-Match must be/) } });
});

test('lists and what has no version take no notice of conditions', async () => {
  for (const path of ['/Users', '/ServiceProviderConfig', '/Schemas']) {
    expect((await scim.call('GET', path, undefined, ifNoneMatch('*'))).status).toBe(200);
  }
});

test('a change with If-Match that another process overtakes is a 412, never done upon the other', async () => {
  const { path } = await makeUser();
  const other = await startScimServer({ beside: scim });
  scim.hooks.accept = async (_, go) => {
    delete scim.hooks.accept;
    await other.call('PATCH', path, titled('theirs'));
    return go();
  };
  expectStale(await scim.call('PATCH', path, titled('ours'), ifMatch('W/"1"')), 'W/"2"');
  expect((await scim.call('GET', path)).body).toMatchObject({ title: 'theirs' });
  await other.close();
});
