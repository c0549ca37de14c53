import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ShownClient } from '../../../src/admin/operations/clients.js';
import type { Operations } from '../../../src/admin/operations.js';
import { openOperations } from '../../../src/assemble/admin.js';
import { isToken, newClientSecret } from '../../../src/http/bearer.js';
import { startRehearsalZoom } from '../../../src/rehearsal/zoom.js';
import { startServing, type Served } from '../../assemble/serving.js';
import { createTestDatabase } from '../../harness/database.js';
import { waitFor } from '../../harness/wait-for.js';

const PUBLIC_URL = 'https://Keys.example.com/hostkeeper';
const closing: (() => Promise<unknown>)[] = [];
let served: Served;
let operations: Operations;
let url: string;
let client: ShownClient;
let number = 0;

beforeAll(async () => {
  const database = await createTestDatabase();
  closing.push(() => database.drop());
  const zoom = await startRehearsalZoom();
  closing.push(() => zoom.close());
  served = await startServing(database.url, zoom, { PUBLIC_URL }, { web: true, worker: false });
  closing.push(() => served.serving.stop());
  url = served.serving.url!;
  operations = openOperations(served.serving.core, PUBLIC_URL);
  for (const name of ['entra', 'okta']) await operations.sources.add('test', { name, kind: 'scim' });
});
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
beforeEach(async () => {
  client = await addClient();
});

const addClient = (more: { source?: string; expiresInDays?: number } = {}) =>
  operations.clients.add('test', { source: 'entra', name: `client-${number++}`, ...more });

const sql = async (text: string, values: unknown[] = []) =>
  (await served.serving.core.database.pool.query(text, values)).rows;

interface Reply {
  status: number;
  headers: Headers;
  body: any;
}

async function post(
  fields: Record<string, string> | string,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      // Of another address each time: whoever fails too often is another matter.
      'x-forwarded-for': `198.51.100.${number}`,
      ...headers,
    },
    body: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

const basic = ({ clientId, clientSecret } = client) => ({
  authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
});
const GRANT = { grant_type: 'client_credentials' };
const ask = (more: Record<string, string> = {}, who = client) => post({ ...GRANT, ...more }, basic(who));

async function scimStatus(token: string, path = '/Users'): Promise<[number, string | undefined]> {
  const answer = await fetch(`${url}/scim/v2${path}`, { headers: { authorization: `Bearer ${token}` } });
  const { detail } = (await answer.json()) as { detail?: string };
  return [answer.status, detail];
}

describe('a client gets a token for an hour', () => {
  test.each(['client_secret_basic', 'client_secret_post'])('by %s', async (method) => {
    const { clientId: client_id, clientSecret: client_secret } = client;
    const inBody = () => post({ ...GRANT, client_id, client_secret });
    const { status, headers, body } = await (method === 'client_secret_post' ? inBody() : ask());
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: body.access_token,
      token_type: 'Bearer',
      expires_in: 3_600,
      scope: 'scim',
    });
    expect(isToken(body.access_token)).toBe(true);
    expect(headers.get('content-type')).toMatch(/^application\/json\b/);
    expect([headers.get('cache-control'), headers.get('pragma')]).toEqual(['no-store', 'no-cache']);
    expect((await scimStatus(body.access_token))[0]).toBe(200);
  });

  test('that speaks for its source, at SCIM and nowhere else', async () => {
    const { access_token: token } = (await ask()).body;
    const created = await fetch(`${url}/scim/v2/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify({ userName: `user-${client.name}@example.com` }),
    });
    const { id } = (await created.json()) as { id: string };
    expect(created.status).toBe(201);
    const other = (await ask({}, await addClient({ source: 'okta' }))).body.access_token;
    expect((await scimStatus(other, `/Users/${id}`))[0]).toBe(404);
    expect((await scimStatus(token, `/Users/${id}`))[0]).toBe(200);
    const api = await fetch(`${url}/api/sources`, { headers: { authorization: `Bearer ${token}` } });
    expect(api.status).toBe(403);
  });

  test('and no longer than it has itself', async () => {
    await sql(`UPDATE oauth_clients SET expires_at = now() + interval '10 minutes' WHERE id = $1`, [
      client.clientId,
    ]);
    const { expires_in: seconds } = (await ask()).body;
    expect(seconds).toBeGreaterThan(590);
    expect(seconds).toBeLessThanOrEqual(600);
  });

  test('as often as it asks, each its own', async () => {
    const tokens = await Promise.all(Array.from({ length: 10 }, async () => (await ask()).body.access_token));
    expect(new Set(tokens).size).toBe(10);
    const statuses = await Promise.all(tokens.map(async (token) => (await scimStatus(token))[0]));
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  test('which is told as expired once it is', async () => {
    const { access_token: token } = (await ask()).body;
    await sql(`UPDATE tokens SET expires_at = now() WHERE client_id = $1`, [client.clientId]);
    expect(await scimStatus(token)).toEqual([401, 'this token has expired']);
  });
});

describe('what may be asked for', () => {
  const SCIM = 'https://keys.example.com/hostkeeper/scim/v2';

  test.each([
    { scope: 'scim' },
    { scope: '' },
    { audience: SCIM },
    { audience: `${SCIM}/` },
    { resource: SCIM },
    { resource: 'HTTPS://KEYS.example.com:443/hostkeeper/scim/v2/', audience: '' },
  ])('is %j', async (more) => {
    expect((await ask(more)).status).toBe(200);
  });

  test.each([
    [{ scope: 'scim admin' }, 'invalid_scope'],
    [{ scope: 'keys:read' }, 'invalid_scope'],
    [{ scope: '.default' }, 'invalid_scope'],
    [{ audience: 'https://keys.example.com' }, 'invalid_target'],
    [{ audience: `${SCIM}/Users` }, 'invalid_target'],
    [{ audience: SCIM, resource: 'https://other.example.com/scim/v2' }, 'invalid_target'],
    [{ resource: 'scim' }, 'invalid_target'],
    [{ grant_type: 'authorization_code' }, 'unsupported_grant_type'],
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ grant_type: '' }, 'invalid_request'],
  ])('is not %j: %s', async (more, error) => {
    const before = await sql('SELECT count(*) FROM tokens');
    const { status, headers, body } = await ask(more);
    expect([status, body]).toEqual([400, { error, error_description: expect.any(String) }]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(await sql('SELECT count(*) FROM tokens')).toEqual(before);
  });

  test('of several resources, each must be ours', async () => {
    const body = new URLSearchParams([
      ...Object.entries(GRANT),
      ['resource', SCIM],
      ['resource', `${SCIM}x`],
    ]);
    expect((await post(body.toString(), basic())).body.error).toBe('invalid_target');
  });
});

describe('a client that is not in force is refused, and is told why only when its secret is right', () => {
  const refusal = async (who: Partial<ShownClient> = {}) => {
    const { status, headers, body } = await ask({}, { ...client, ...who });
    expect([status, body.error]).toEqual([401, 'invalid_client']);
    expect(headers.get('www-authenticate')).toBe('Basic realm="hostkeeper", charset="UTF-8"');
    return body.error_description;
  };

  test('unknown, with another secret, or with half of one', async () => {
    const unknown = 'no client of this id and secret is known here';
    expect(await refusal({ clientId: '01900000-0000-7000-8000-000000000000' })).toBe(unknown);
    expect(await refusal({ clientId: "x' OR true --\u0000" })).toBe(unknown);
    expect(await refusal({ clientSecret: newClientSecret() })).toBe(unknown);
    expect(await refusal({ clientSecret: client.clientSecret.slice(0, -1) })).toMatch(
      /^this is not a whole client secret/,
    );
    const other = await addClient();
    expect(await refusal({ clientSecret: other.clientSecret })).toBe(unknown);
  });

  test('revoked: and so is every token that it got', async () => {
    const { access_token: token } = (await ask()).body;
    await operations.clients.revoke('test', { source: 'entra', client: client.name });
    expect(await refusal()).toBe('this client was revoked');
    expect(await scimStatus(token)).toEqual([401, 'this token was revoked']);
    expect(await refusal({ clientSecret: newClientSecret() })).toBe(
      'no client of this id and secret is known here',
    );
  });

  test('expired', async () => {
    await sql(`UPDATE oauth_clients SET expires_at = now() WHERE id = $1`, [client.clientId]);
    expect(await refusal()).toBe('this client has expired');
  });

  test('of a source that was removed', async () => {
    await operations.sources.add('test', { name: 'leaving', kind: 'scim' });
    const leaving = await addClient({ source: 'leaving' });
    const { access_token: token } = (await ask({}, leaving)).body;
    await operations.sources.remove('test', { name: 'leaving' });
    expect(await refusal(leaving)).toBe('this client was revoked');
    expect(await scimStatus(token)).toEqual([401, 'this token was revoked']);
  });
});

describe('a secret that is rotated', () => {
  test('is taken beside the new one while the overlap lasts, and then no longer', async () => {
    const rotated = await operations.clients.rotate('test', {
      source: 'entra',
      client: client.clientId,
      overlapHours: 1,
    });
    expect(rotated).toMatchObject({ clientId: client.clientId, name: client.name });
    expect([(await ask()).status, (await ask({}, rotated)).status]).toEqual([200, 200]);
    await sql(`UPDATE oauth_clients SET previous_until = now() WHERE id = $1`, [client.clientId]);
    expect([(await ask()).status, (await ask({}, rotated)).status]).toEqual([401, 200]);
  });
});

describe('a request', () => {
  test('that is no form is refused', async () => {
    for (const type of ['application/json', 'text/plain', '']) {
      const { status, body } = await post('grant_type=client_credentials', {
        ...basic(),
        'content-type': type,
      });
      expect([type, status, body.error]).toEqual([type, 400, 'invalid_request']);
    }
  });

  test('that is too large is refused', async () => {
    const { status, body } = await ask({ padding: 'x'.repeat(20_000) });
    expect([status, body.error]).toEqual([413, 'invalid_request']);
  });

  test('by another method than POST is refused, and what its address says is not read', async () => {
    const { clientId: client_id, clientSecret: client_secret } = client;
    const query = new URLSearchParams({ ...GRANT, client_id, client_secret });
    const got = await fetch(`${url}/oauth/token?${query}`);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const posted = await fetch(`${url}/oauth/token?${query}`, { method: 'POST', headers, body: 'a=b' });
    expect(posted.status).toBe(401);
    expect(served.logged()).not.toContain(client_secret);
  });
});

test('when a client last got a token is noted', async () => {
  const lastUse = async () => {
    const { clients } = await operations.clients.list({ source: 'entra' });
    return clients.find(({ id }) => id === client.clientId)!.lastUsedAt;
  };
  expect(await lastUse()).toBeNull();
  await ask({ scope: 'admin' });
  expect(await lastUse()).toBeNull();
  await ask();
  await waitFor('the use to be noted', async () => (await lastUse()) instanceof Date);
});

test('the document for clients that look tells where, and how', async () => {
  const answer = await fetch(`${url}/.well-known/oauth-authorization-server`);
  expect(await answer.json()).toEqual({
    issuer: 'https://keys.example.com/hostkeeper',
    token_endpoint: 'https://keys.example.com/hostkeeper/oauth/token',
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    scopes_supported: ['scim'],
  });
});
