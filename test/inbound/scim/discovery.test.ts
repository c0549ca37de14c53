import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
});
afterAll(() => scim.close());

const CORE = 'urn:ietf:params:scim:schemas:core:2.0';
const get = (path: string) => scim.call('GET', path);

test('the configuration offers what there is, and no more', async () => {
  const { status, body } = await get('/ServiceProviderConfig');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    schemas: [`${CORE}:ServiceProviderConfig`],
    patch: { supported: true },
    filter: { supported: true, maxResults: 200 },
    bulk: { supported: true, maxOperations: 1_000, maxPayloadSize: 1_048_576 },
    sort: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: 100,
      maxPageSize: 200,
      cursorTimeout: 86_400,
    },
    changePassword: { supported: false },
    etag: { supported: true },
    authenticationSchemes: [{ type: 'oauthbearertoken' }, { type: 'oauth2' }],
    meta: { location: `${scim.url}/ServiceProviderConfig` },
  });
});

test('how to authenticate can be read without a token, and nothing else can', async () => {
  const ask = async (method: string, path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(scim.url + path, { method, headers });
    return { status: response.status, body: await response.text() };
  };
  const known = await get('/ServiceProviderConfig');
  for (const path of ['/ServiceProviderConfig', '/serviceproviderconfig/', '/ServiceProviderConfig?a=b'])
    expect(await ask('GET', path)).toEqual({ status: 200, body: known.text });
  expect(await ask('HEAD', '/ServiceProviderConfig')).toEqual({ status: 200, body: '' });
  const refused: [string, string, Record<string, string>?][] = [
    ['GET', '/ServiceProviderConfig', { Authorization: 'Bearer of-a-stranger' }],
    ['POST', '/ServiceProviderConfig'],
    ['OPTIONS', '/ServiceProviderConfig'],
    ['GET', '/ServiceProviderConfig/Users'],
    ['GET', '//ServiceProviderConfig'],
    ['GET', '/Schemas'],
    ['GET', '/ResourceTypes/User'],
    ['GET', '/Users'],
  ];
  for (const request of refused) expect(await ask(...request)).toMatchObject({ status: 401 });
});

test('schemas are a list, each also there by its id, without nulls', async () => {
  const { body, text } = await get('/Schemas');
  const schemas = body['Resources'] as JsonObject[];
  expect(body).toMatchObject({ totalResults: 6, itemsPerPage: 6, startIndex: 1 });
  expect(schemas.map(({ id }) => id)).toEqual([
    `${CORE}:User`,
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    `${CORE}:Group`,
    `${CORE}:ServiceProviderConfig`,
    `${CORE}:ResourceType`,
    `${CORE}:Schema`,
  ]);
  expect(text).not.toMatch(/null|"any"/);
  for (const schema of schemas) {
    expect((await get(`/Schemas/${schema['id']}`)).body).toEqual(schema);
    expect((schema['meta'] as JsonObject)['location']).toBe(`${scim.url}/Schemas/${schema['id']}`);
  }
  const attributes = schemas[0]?.['attributes'] as JsonObject[];
  expect(attributes.find(({ name }) => name === 'userName')).toMatchObject({
    required: true,
    uniqueness: 'server',
  });
  expect(attributes.find(({ name }) => name === 'password')).toMatchObject({ returned: 'never' });
});

test('the resource types are there, alone and in the list', async () => {
  const { body } = await get('/ResourceTypes?startIndex=2&count=1&sortBy=name');
  const [user, group] = body['Resources'] as JsonObject[];
  expect(body).toMatchObject({ totalResults: 2, itemsPerPage: 2, startIndex: 1 });
  expect(user).toMatchObject({ id: 'User', name: 'User', endpoint: '/Users', schema: `${CORE}:User` });
  expect(group).toMatchObject({ id: 'Group', name: 'Group', endpoint: '/Groups', schema: `${CORE}:Group` });
  const one = await get('/ResourceTypes/User');
  expect(one.body).toEqual(user);
  expect(one.headers.get('location')).toBe(`${scim.url}/ResourceTypes/User`);
});

/** What a document lacks or has beyond its schema, by path. */
function strayFrom(attributes: JsonObject[], document: JsonObject, at = ''): string[] {
  const known = new Map(attributes.map((attribute) => [attribute['name'] as string, attribute]));
  const beyond = Object.keys(document).filter((name) => !known.has(name));
  const lacking = attributes.filter(
    ({ name, required }) => required && document[name as string] === undefined,
  );
  const within = Object.entries(document).flatMap(([name, value]) => {
    const { multiValued, subAttributes } = known.get(name) ?? {};
    if (Array.isArray(value) !== (multiValued === true)) return [`${at}${name} is a list, or should be one`];
    if (!subAttributes) return [];
    const parts = (Array.isArray(value) ? value : [value]) as JsonObject[];
    return parts.flatMap((part) => strayFrom(subAttributes as JsonObject[], part, `${at}${name}.`));
  });
  return [...beyond, ...lacking.map(({ name }) => name as string)].map((name) => at + name).concat(within);
}

test.each(['/ServiceProviderConfig', '/ResourceTypes/User', '/ResourceTypes/Group', `/Schemas/${CORE}:User`])(
  '%s has what its own schema says, and nothing else',
  async (path) => {
    const { schemas, meta: _, ...document } = (await get(path)).body;
    const { body } = await get(`/Schemas/${(schemas as string[])[0]}`);
    expect(strayFrom(body['attributes'] as JsonObject[], document)).toEqual([]);
  },
);

test.each(['/Schemas/urn:x', '/ResourceTypes/Robot'])('%s is a 404', async (path) => {
  expect(await get(path)).toMatchObject({ status: 404, body: { status: '404' } });
});

test.each([
  ['/Schemas', 403],
  ['/ResourceTypes', 403],
  ['/ServiceProviderConfig', 200],
])('a filter on %s is answered with %i', async (path, status) => {
  expect((await get(`${path}?filter=id%20eq%20%22x%22`)).status).toBe(status);
});

test('groups can be looked for while there are none', async () => {
  const filter = new URLSearchParams({ filter: 'displayName eq "Hosts"', startIndex: '1', count: '100' });
  expect(await get(`/Groups?${filter}`)).toMatchObject({
    status: 200,
    body: { totalResults: 0, Resources: [] },
  });
});

test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('%s /Me is a 501', async (method) => {
  expect(await scim.call(method, '/Me')).toMatchObject({ status: 501, body: { status: '501' } });
});
