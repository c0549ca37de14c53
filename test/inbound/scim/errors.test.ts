import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { StoreUnavailable } from '../../../src/records/database.js';
import { startScimServer, type Reply, type ScimServer } from './scim-server.js';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
});
afterAll(() => scim.close());

const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';

function expectError(reply: Reply, status: number, detail: RegExp, scimType?: string): void {
  expect(reply.status).toBe(status);
  expect(reply.headers.get('content-type')).toBe('application/scim+json');
  expect(reply.body).toEqual({
    schemas: [ERROR_URN],
    status: String(status),
    ...(scimType && { scimType }),
    detail: expect.stringMatching(detail),
  });
}

describe('a body that is not to be taken is refused in SCIM’s words, and nothing is kept', () => {
  test.each([
    ['nothing', '', 400, /not JSON: it is empty/],
    ['half a body', '{"userName": "x"', 400, /not JSON: see line 1, column 17/],
    ['2 MB', `{"userName":"${'x'.repeat(2_000_000)}"}`, 413, /larger than 1048576 bytes/],
    ['1,000 levels', `{"userName":"x","a":${'['.repeat(1_000)}${']'.repeat(1_000)}}`, 400, /nested deeper/],
    ['__proto__', '{"userName":"x","__proto__":{"active":false}}', 400, /key that is not allowed: __proto__/],
    ['__proto__ inside', '{"userName":"x","name":{"__proto__":{}}}', 400, /not allowed: name.__proto__/],
    ['an escaped __proto__', '{"userName":"x","\\u005f_proto__":{}}', 400, /not allowed: __proto__/],
    ['constructor.prototype', '{"userName":"x","a":{"constructor":{"prototype":{}}}}', 400, /a.constructor/],
    ['a NUL', '{"userName":"x\\u0000"}', 400, /NUL or half a surrogate pair in userName/],
    ['half a surrogate pair', '{"userName":"x","name":{"givenName":"\\ud83d"}}', 400, /in name.givenName/],
  ])('%s', async (_, body, status, detail) => {
    const before = scim.intakes.length;
    const scimType = status === 400 ? 'invalidSyntax' : undefined;
    expectError(await scim.call('POST', '/Users', body), status, detail, scimType);
    expect(scim.intakes).toHaveLength(before);
  });

  test.each([
    ['another type', { 'Content-Type': 'text/xml' }, /must be application\/scim\+json/],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }, /must be application\/scim\+json/],
    ['another charset', { 'Content-Type': 'application/scim+json; charset=latin1' }, /UTF-8/],
    ['a compressed body', { 'Content-Encoding': 'gzip' }, /compressed/],
  ])('%s is a 415', async (_, headers, detail) => {
    expectError(await scim.call('POST', '/Users', '{"userName":"x"}', { headers }), 415, detail);
  });
});

test('without a good token: 401 with the challenge, whatever is asked', async () => {
  for (const [method, path] of [
    ['GET', '/Users'],
    ['POST', '/Users'],
    ['GET', '/nothing'],
    ['OPTIONS', '/Users'],
  ] as const) {
    const reply = await scim.call(method, path, undefined, { source: 'stranger' });
    expectError(reply, 401, /token is not known/);
    expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer /);
  }
});

test.each([
  '/Users/01980000-0000-7000-8000-000000000000',
  '/Users/nobody',
  '/Users/%00',
  '/Users/..%2F..%2Fx',
  `/Users/${'x'.repeat(3_000)}`,
  '/Nothing',
  '/',
])('GET %s is a 404', async (path) => {
  expectError(await scim.call('GET', path), 404, /does not exist$/);
});

test('a path that cannot be decoded is a 400', async () => {
  expectError(await scim.call('GET', '/Users/%E0%A4%A'), 400, /cannot be read/);
});

test('a method that is not offered is a 405 that says which are; OPTIONS says so too', async () => {
  const methods = 'GET, POST, HEAD, OPTIONS';
  const refused = await scim.call('DELETE', '/Users');
  expectError(refused, 405, /DELETE is not allowed/);
  expect(refused.headers.get('allow')).toBe(methods);
  const asked = await scim.call('OPTIONS', '/Users');
  expect([asked.status, asked.text, asked.headers.get('allow')]).toEqual([204, '', methods]);
  expect((await scim.call('POST', '/Users/x', {})).headers.get('allow')).toBe(
    'GET, PUT, PATCH, DELETE, HEAD, OPTIONS',
  );
});

test('HEAD is GET without a body', async () => {
  const { body } = await scim.call('POST', '/Users', { userName: 'head@hosts.example' });
  const head = await scim.call('HEAD', `/Users/${body['id']}`);
  expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', 'W/"1"']);
});

test('a database that is down is a 503 with Retry-After in seconds', async () => {
  scim.hooks.accept = () => Promise.reject(new StoreUnavailable(new Error('connection lost')));
  const reply = await scim.call('POST', '/Users', { userName: 'down@hosts.example' });
  delete scim.hooks.accept;
  expectError(reply, 503, /database is not available/);
  expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
});

test('a fault of ours is a 500 that tells nothing of it, and is logged with its cause', async () => {
  scim.hooks.accept = () => Promise.reject(new TypeError('inner workings'));
  const reply = await scim.call('POST', '/Users', { userName: 'fault@hosts.example' });
  delete scim.hooks.accept;
  expectError(reply, 500, /went wrong on our side/);
  expect(reply.text).not.toContain('inner workings');
  expect(
    scim.logged.filter((line) => line.includes('request failed') && line.includes('inner workings')),
  ).toHaveLength(1);
});
