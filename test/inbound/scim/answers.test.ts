import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CallOptions } from './scim-server.js';
import { startScimServer, type Reply, type ScimServer } from './scim-server.js';

let scim: ScimServer;
let path: string;
beforeAll(async () => {
  scim = await startScimServer();
  const { body } = await scim.call('POST', '/Users', { userName: 'here@hosts.example' });
  path = `/Users/${body['id']}`;
});
afterAll(() => scim.close());

const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';
/** RFC 7644 §3.12, table 9, and the uniqueness that goes with 409. */
const SCIM_TYPES = [
  'invalidFilter',
  'tooMany',
  'uniqueness',
  'mutability',
  'invalidSyntax',
  'invalidPath',
  'noTarget',
  'invalidValue',
];
const ALLOWED_FOR = { 400: SCIM_TYPES.filter((type) => type !== 'uniqueness'), 409: ['uniqueness'] };

type Row = [what: string, method: string, path: () => string, body?: unknown, options?: CallOptions];

const at = (text: string) => () => text;
const user =
  (suffix = '') =>
  () =>
    path + suffix;
const patch = { Operations: [{ op: 'add', path: 'title', value: 'T' }] };

const errors: [number, Row][] = [
  [400, ['a filter without sense', 'GET', at('/Users?filter=a%20b%20c')]],
  [400, ['both lists of attributes', 'GET', user('?attributes=a&excludedAttributes=b')]],
  [400, ['no JSON', 'POST', at('/Users'), '{']],
  [400, ['no JSON for bulk', 'POST', at('/Bulk'), '[[']],
  [400, ['a body that is none', 'POST', at('/Users'), '[]']],
  [400, ['an op without sense', 'PATCH', user(), { Operations: [{ op: 'move' }] }]],
  [400, ['a path without sense', 'PATCH', user(), { Operations: [{ op: 'add', path: '[', value: 1 }] }]],
  [400, ['a wrong type', 'PATCH', user(), { Operations: [{ op: 'add', path: 'active', value: 'x' }] }]],
  [400, ['a condition without sense', 'GET', user(), undefined, { headers: { 'If-Match': 'x' } }]],
  [400, ['a path that cannot be decoded', 'GET', at('/Users/%E0')]],
  [401, ['no token that is known', 'GET', user(), undefined, { source: 'stranger' }]],
  [401, ['the same for what is not there', 'GET', at('/Nothing'), undefined, { source: 'stranger' }]],
  [403, ['a filter on discovery', 'GET', at('/Schemas?filter=id%20pr')]],
  [404, ['nobody', 'GET', at('/Users/nobody')]],
  [404, ['nobody to delete', 'DELETE', at('/Users/nobody')]],
  [404, ['an endpoint that is not there', 'GET', at('/Robots')]],
  [404, ['one in a user', 'GET', user('/manager')]],
  [404, ['the root', 'GET', at('/')]],
  [404, ['a schema that is not there', 'GET', at('/Schemas/urn:x')]],
  [405, ['a method that is not there', 'DELETE', at('/Users')]],
  [405, ['a POST to a user', 'POST', user(), {}]],
  [405, ['a GET of bulk', 'GET', at('/Bulk')]],
  [409, ['a name that is taken', 'POST', at('/Users'), { userName: 'HERE@hosts.example' }]],
  [412, ['a version that is no more', 'PATCH', user(), patch, { headers: { 'If-Match': 'W/"99"' } }]],
  [413, ['a body that is too large', 'POST', at('/Users'), `{"userName":"${'x'.repeat(1_100_000)}"}`]],
  [413, ['the same for bulk', 'POST', at('/Bulk'), `{"userName":"${'x'.repeat(1_100_000)}"}`]],
  [415, ['a form', 'POST', at('/Users'), 'a=b', { headers: { 'Content-Type': 'text/plain' } }]],
  [501, ['/Me', 'GET', at('/Me')]],
];

function expectHeaders({ headers, text }: Reply): void {
  expect(headers.get('content-type')).toBe('application/scim+json');
  expect(headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-request-id')).toMatch(/^[\w.-]{8,64}$/);
}

describe('every error is SCIM’s: its type, its schema, a status that is text, a detail, a scimType the RFC has', () => {
  test.each(errors)('%i: %j', async (status, [, method, pathOf, body, options]) => {
    const reply = await scim.call(method, pathOf(), body, options);
    expect(reply.status).toBe(status);
    expectHeaders(reply);
    const { schemas, status: said, detail, scimType, ...others } = reply.body;
    expect([schemas, said, others]).toEqual([[ERROR_URN], String(status), {}]);
    expect(detail).toMatch(/\w+ .*\w/);
    const allowed = ALLOWED_FOR[status as keyof typeof ALLOWED_FOR] ?? [];
    if (scimType !== undefined) expect(allowed).toContain(scimType);
    if (status === 401) expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer /);
    expect(reply.headers.has('allow')).toBe(status === 405);
  });
});

describe('what succeeds is application/scim+json, whatever the client says it takes', () => {
  const accepts = ['*/*', 'application/json', 'application/scim+json', 'text/html', 'nonsense', ''];
  test.each(accepts)('Accept: %j', async (accept) => {
    for (const where of ['/Users', path, '/ServiceProviderConfig', '/ResourceTypes', '/Schemas']) {
      const reply = await scim.call('GET', where, undefined, { headers: { Accept: accept } });
      expect(reply.status).toBe(200);
      expectHeaders(reply);
    }
  });
});

test('a 201 says where it is, in its header and in its meta; so do a GET, a PUT and a PATCH', async () => {
  const userName = 'where@hosts.example';
  const made = await scim.call('POST', '/Users', { userName });
  expect(made.status).toBe(201);
  const location = made.headers.get('location');
  expect(location).toBe(`${scim.url}/Users/${made.body['id']}`);
  const where = location!.slice(scim.url.length);
  const replies = [
    made,
    await scim.call('GET', where),
    await scim.call('PUT', where, { userName }),
    await scim.call('PATCH', where, patch),
  ];
  for (const { headers, body } of replies) {
    expect(headers.get('location')).toBe(location);
    expect(body['meta']).toMatchObject({ location, version: headers.get('etag') });
  }
});

test('a 204 has neither body nor type', async () => {
  const { body } = await scim.call('POST', '/Users', { userName: 'gone@hosts.example' });
  for (const [method, where] of [
    ['DELETE', `/Users/${body['id']}`],
    ['OPTIONS', '/Users'],
  ] as const) {
    const { status, text, headers } = await scim.call(method, where);
    expect([status, text, headers.get('content-type')]).toEqual([204, '', null]);
  }
});

test('HEAD answers with the headers of a GET', async () => {
  for (const where of [path, '/Users', '/Schemas', '/Users/nobody', '/Nothing', '/Me']) {
    const [head, get] = [await scim.call('HEAD', where), await scim.call('GET', where)];
    expect([head.status, head.text]).toEqual([get.status, '']);
    for (const name of ['content-type', 'content-length', 'etag', 'location'])
      expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)]);
  }
});

test('names of endpoints are found in any case, and with a slash at the end', async () => {
  for (const where of ['/users', '/USERS/', path.replace('Users', 'users'), `${path}/`, '/schemas', '/me/']) {
    expect([where, (await scim.call('GET', where)).status]).toEqual([where, where === '/me/' ? 501 : 200]);
  }
});
