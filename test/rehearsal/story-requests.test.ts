import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createCast } from '../../src/rehearsal/story/cast.js';
import { createEntra, type Entra } from '../../src/rehearsal/story/entra.js';
import { createOkta, type Okta } from '../../src/rehearsal/story/okta.js';

interface Received {
  line: string;
  headers: IncomingHttpHeaders;
  body: any;
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PATCH_SCHEMAS = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
const { nora, mina, priya } = createCast();

let server: Server;
let okta: Okta;
let entra: Entra;
let received: Received[];
/** What a filter finds. */
let resources: unknown[];

beforeEach(async () => {
  [received, resources] = [[], []];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const line = `${request.method} ${decodeURIComponent(request.url ?? '')}`;
    received.push({ line, headers: request.headers, body: text === '' ? undefined : JSON.parse(text) });
    const status = { POST: 201, DELETE: 204 }[request.method ?? ''] ?? 200;
    const answer = { Resources: resources, id: `id-${received.length}`, meta: { resourceType: 'User' } };
    response.writeHead(status).end(status === 204 ? undefined : JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  okta = createOkta({ url, token: 'hk_okta' });
  entra = createEntra({ url, token: 'hk_entra' });
});
afterEach(async () => {
  const closed = once(server, 'close');
  server.close();
  await closed;
});

const lines = () => received.map(({ line }) => line);
const lastBody = () => received.at(-1)?.body;

describe('Okta', () => {
  const FIND = 'GET /scim/v2/Users?filter=userName eq "nora.quist@example.com"&startIndex=1&count=100';

  test('looks for a joiner before posting the whole user, with a throw-away password and its own headers', async () => {
    await okta.assign(nora);
    expect(lines()).toEqual([FIND, 'POST /scim/v2/Users']);
    expect(received[1]?.headers).toMatchObject({
      authorization: 'Bearer hk_okta',
      'user-agent': 'Okta SCIM Client 1.0.0',
      accept: 'application/scim+json',
      'content-type': 'application/scim+json; charset=utf-8',
    });
    expect(lastBody()).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'nora.quist@example.com',
      name: { givenName: 'Nora', familyName: 'Quist' },
      emails: [
        { primary: true, value: 'nora.quist@example.com', type: 'work', display: 'nora.quist@example.com' },
      ],
      displayName: 'Nora Quist',
      locale: 'en-US',
      externalId: expect.stringMatching(/^00u\w{17}$/),
      groups: [],
      password: expect.any(String),
      active: true,
    });
  });

  test('updates by GET and PUT, and deactivates by a PATCH without a path', async () => {
    await okta.assign(nora);
    await okta.pushProfile(nora);
    expect(lines().slice(2)).toEqual(['GET /scim/v2/Users/id-2', 'PUT /scim/v2/Users/id-2']);
    expect(lastBody()).toMatchObject({ id: 'id-2', meta: { resourceType: 'User' }, active: true });
    expect(lastBody()).not.toHaveProperty('password');
    await okta.unassign(nora);
    expect(received.at(-1)?.line).toBe('PATCH /scim/v2/Users/id-2');
    expect(lastBody()).toEqual({
      schemas: PATCH_SCHEMAS,
      Operations: [{ op: 'replace', value: { active: false } }],
    });
  });

  test('takes a returner from the filter, and pushes the profile over the inactive record', async () => {
    await okta.assign(nora);
    resources = [{ id: 'id-2', active: false }];
    await okta.assignAgain(nora);
    expect(lines().slice(2)).toEqual([FIND, 'GET /scim/v2/Users/id-2', 'PUT /scim/v2/Users/id-2']);
    expect(lastBody().externalId).toBe(received[1]?.body.externalId);
    resources = [];
    await expect(okta.assignAgain(nora)).rejects.toThrow('does not find Nora Quist again');
  });
});

describe('Entra', () => {
  test('looks for a joiner before posting them with the enterprise extension', async () => {
    await entra.assign(mina);
    expect(lines()).toEqual([
      'GET /scim/v2/Users?filter=userName eq "mina.okafor@example.com"',
      'POST /scim/v2/Users',
    ]);
    expect(lastBody()).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
      externalId: 'mina.okafor',
      userName: 'mina.okafor@example.com',
      active: true,
      displayName: 'Mina Okafor',
      emails: [{ primary: true, type: 'work', value: 'mina.okafor@example.com' }],
      meta: { resourceType: 'User' },
      name: { formatted: 'Mina Okafor', familyName: 'Okafor', givenName: 'Mina' },
      roles: [],
      [ENTERPRISE]: { department: 'Field Service' },
    });
  });

  test('changes one attribute a PATCH, its operations with capitals, its booleans as text', async () => {
    await entra.assign(priya);
    await entra.assign(mina);
    await entra.setManager(mina, priya);
    await entra.setDepartment(mina);
    await entra.disable(mina);
    await entra.hardDelete(mina);
    expect(lines().slice(4)).toEqual([
      'PATCH /scim/v2/Users/id-4',
      'GET /scim/v2/Users/id-4',
      'PATCH /scim/v2/Users/id-4',
      'PATCH /scim/v2/Users/id-4',
      'DELETE /scim/v2/Users/id-4',
    ]);
    const patches = received.filter(({ line }) => line.startsWith('PATCH')).map(({ body }) => body);
    expect(patches).toEqual([
      patchOf({ op: 'Add', path: `${ENTERPRISE}:manager`, value: 'id-2' }),
      patchOf({ op: 'Replace', path: `${ENTERPRISE}:department`, value: 'Field Service' }),
      patchOf({ op: 'Replace', path: 'active', value: 'False' }),
    ]);
  });
});

function patchOf(operation: unknown): unknown {
  return { schemas: PATCH_SCHEMAS, Operations: [operation] };
}
