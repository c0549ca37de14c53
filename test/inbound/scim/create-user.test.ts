import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { ENTERPRISE_URN } from '../../../src/inbound/scim/schema-enterprise.js';
import { fixture } from './fixture.js';
import { startScimServer, type ScimServer } from './scim-server.js';

const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';

let named = 0;
let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
});
afterAll(() => scim.close());

test('what Okta posts comes back unchanged, with an id, meta, Location and ETag, and without the password', async () => {
  const { password, groups, ...sent } = fixture('okta-create');
  const made = await scim.call('POST', '/Users', { ...sent, password, groups });
  const id = made.body['id'] as string;
  const location = `${scim.url}/Users/${id}`;
  expect(made.status).toBe(201);
  expect(made.headers.get('content-type')).toBe('application/scim+json');
  expect(made.headers.get('location')).toBe(location);
  expect(made.headers.get('etag')).toBe('W/"1"');
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
  const meta = { resourceType: 'User', created: time, lastModified: time, location, version: 'W/"1"' };
  expect(made.body).toEqual({ ...sent, id, meta });
  expect((await scim.call('GET', `/Users/${id}`)).body).toEqual(made.body);
});

test('what Entra posts comes back, its manager as an object', async () => {
  const { meta: _, roles: __, ...sent } = fixture('entra-create');
  const made = await scim.call('POST', '/Users', fixture('entra-create'), { source: 'entra' });
  const enterprise = { department: 'Field', manager: { value: '77c1a2f0-3f5e-4a13-8f2d-2b8f5d6a9d10' } };
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ ...sent, [ENTERPRISE_URN]: enterprise });
  expect(made.body).not.toHaveProperty('roles');
});

test('nulls, a string for active and a misspelt schema do not keep a joiner out', async () => {
  const sent: JsonObject = { ...fixture('entra-create-nulls'), userName: 'nulls@hosts.example' };
  const made = await scim.call('POST', '/Users', sent, { source: 'entra' });
  expect(made.status).toBe(201);
  expect(sent['schemas']).toHaveLength(2);
  expect(made.body).toMatchObject({ active: true, schemas: [USER_URN] });
  expect(Object.values(made.body)).not.toContain(null);
});

test('what the SCIM Validator posts is taken, its "True" as a boolean', async () => {
  const made = await scim.call('POST', '/Users', fixture('validator-create'), { source: 'entra' });
  expect(made.status).toBe(201);
  expect(made.body['roles']).toEqual([{ primary: true, display: 'D4', value: 'E5', type: 'F6' }]);
});

test('the Location follows PUBLIC_URL', async () => {
  const behindProxy = await startScimServer({ publicUrl: 'https://keys.hosts.example' });
  try {
    const made = await behindProxy.call('POST', '/Users', fixture('okta-create'));
    expect(made.headers.get('location')).toBe(`https://keys.hosts.example/scim/v2/Users/${made.body['id']}`);
  } finally {
    await behindProxy.close();
  }
});

test('names of attributes have no case, unknown ones are kept, read-only ones ignored', async () => {
  const body = {
    USERNAME: 'odd@hosts.example',
    Id: 'mine',
    'urn:x:1.0:User': { a: [1, null] },
    colour: { b: 2 },
  };
  const { status, body: made } = await scim.call('POST', '/Users', body);
  expect(status).toBe(201);
  expect(made['id']).not.toBe('mine');
  expect(made).toMatchObject({ userName: 'odd@hosts.example', active: true, colour: { b: 2 } });
  expect(made['urn:x:1.0:User']).toEqual({ a: [1, null] });
  expect(made['schemas']).toEqual([USER_URN]);
});

test.each<[string, string[] | undefined, JsonObject, string[]]>([
  [
    'what has values is listed, though the client does not list it',
    undefined,
    { department: 'D' },
    [ENTERPRISE_URN],
  ],
  ['what has none is not, though the client lists it', [USER_URN, ENTERPRISE_URN], {}, []],
  [
    'what nobody knows is not',
    ['urn:x:1.0:User', USER_URN.toUpperCase()],
    { 'urn:x:1.0:User': { a: 1 } },
    [],
  ],
])('of schemas, the core is answered, and %s', async (_, schemas, others, listed) => {
  const userName = `schemas-${++named}@hosts.example`;
  const body = { ...(schemas && { schemas }), userName, ...others };
  const made = await scim.call('POST', '/Users', body);
  expect([made.status, made.body['schemas']]).toEqual([201, [USER_URN, ...listed]]);
  const put = await scim.call('PUT', `/Users/${made.body['id']}`, { ...body, title: 'T' });
  expect([put.status, put.body['schemas']]).toEqual([200, [USER_URN, ...listed]]);
});

test('a body of plain application/json, or without a type, is taken', async () => {
  const body = (userName: string) => JSON.stringify({ userName });
  const json = { headers: { 'Content-Type': 'application/json' } };
  expect((await scim.call('POST', '/Users', body('json'), json)).status).toBe(201);
  expect(
    (await scim.call('POST', '/Users', body('untyped'), { headers: { 'Content-Type': '' } })).status,
  ).toBe(201);
});

test('a userName that is taken, in any case, is a 409 that names it; another source is another directory', async () => {
  const userName = 'Taken@hosts.example';
  expect((await scim.call('POST', '/Users', { userName })).status).toBe(201);
  const refused = await scim.call('POST', '/Users', { userName: ' TAKEN@hosts.example' });
  expect(refused.status).toBe(409);
  expect(refused.body).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: '409',
    scimType: 'uniqueness',
    detail: 'another user has the userName " TAKEN@hosts.example"',
  });
  expect((await scim.call('POST', '/Users', { userName }, { source: 'entra' })).status).toBe(201);
});

test('a name is one name whether its accents stand apart or not: taken, and found by either', async () => {
  const [composed, apart] = ['ren\u00e9@hosts.example', 'RENE\u0301@hosts.example'];
  const made = await scim.call('POST', '/Users', { userName: apart });
  expect([made.status, made.body['userName']]).toEqual([201, apart]);
  expect((await scim.call('POST', '/Users', { userName: composed })).status).toBe(409);
  for (const name of [composed, apart]) {
    const parts = [`co "${name.slice(1, 6)}"`, `sw "${name.slice(0, 5)}"`, `ew "${name.slice(3)}"`];
    for (const condition of [`eq "${name}"`, ...parts]) {
      const query = new URLSearchParams({ filter: `userName ${condition}` });
      const { body } = await scim.call('GET', `/Users?${query}`);
      expect([condition, body['totalResults']]).toEqual([condition, 1]);
    }
  }
});

test('the same externalId may belong to several users', async () => {
  const statuses = ['twin-a', 'twin-b'].map(async (userName) => {
    const { status } = await scim.call('POST', '/Users', { userName, externalId: 'twins' });
    return status;
  });
  expect(await Promise.all(statuses)).toEqual([201, 201]);
});

test('the same POST 50 times at once makes one user: one 201, the rest 409', async () => {
  const post = async () => (await scim.call('POST', '/Users', { userName: 'rush@hosts.example' })).status;
  const statuses = await Promise.all(Array.from({ length: 50 }, post));
  expect(statuses.filter((status) => status === 201)).toHaveLength(1);
  expect(statuses.filter((status) => status === 409)).toHaveLength(49);
});

test('a password is nowhere: not in the answer, the notice, the resource, the log', async () => {
  const password = 'canary-8f3e1c';
  const body = {
    userName: 'canary@hosts.example',
    Password: password,
    name: { givenName: 'C', password },
    'urn:x:1.0:User': { password, deep: { Password: password } },
    'urn:ietf:params:scim:schemas:core:2.0:User:password': password,
  };
  const made = await scim.call('POST', '/Users', body);
  const path = `/Users/${made.body['id']}`;
  const patch = { Operations: [{ op: 'replace', value: { password, title: 'x' } }] };
  const answers = [
    made,
    await scim.call('PATCH', path, patch),
    await scim.call('PUT', path, { ...body, title: 'y' }),
    await scim.call('POST', '/Users', { userName: 5, password }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 400]);
  const kept = await scim.pool.query(
    `SELECT resource::text FROM scim_resources UNION ALL SELECT body::text FROM notices
     UNION ALL SELECT to_jsonb(events)::text FROM events`,
  );
  expect(kept.rows.length).toBeGreaterThan(3);
  expect(
    JSON.stringify([kept.rows, answers.map(({ text }) => text), scim.logged, scim.intakes]),
  ).not.toContain(password);
});
