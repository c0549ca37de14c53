import { afterEach, describe, expect, test } from '@jest/globals';
import { type RehearsalZoom, startRehearsalZoom } from '../../src/rehearsal/zoom.js';
import { createCaller, read, until } from './caller.js';

let zoom: RehearsalZoom;
afterEach(() => zoom.close());

interface TokenAsk {
  method?: string;
  query?: string;
  secret?: string;
  contentType?: string;
  form?: Record<string, string>;
}

async function ask(what: TokenAsk = {}) {
  const { clientId, clientSecret, accountId } = zoom.settings;
  const method = what.method ?? 'POST';
  const form = what.form ?? { grant_type: 'account_credentials', account_id: accountId };
  const basic = Buffer.from(`${clientId}:${what.secret ?? clientSecret}`).toString('base64');
  const response = await fetch(`${zoom.tokenUrl}${what.query ?? ''}`, {
    method,
    headers: {
      authorization: `Basic ${basic}`,
      'content-type': what.contentType ?? 'application/x-www-form-urlencoded',
    },
    ...(method === 'POST' && { body: new URLSearchParams(form).toString() }),
  });
  return read(response);
}

describe('the token endpoint', () => {
  test('gives a token that opens the API, and says how long, for what and where', async () => {
    zoom = await startRehearsalZoom();
    const { status, json } = await ask();
    expect(status).toBe(200);
    expect(json).toEqual({
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 3600,
      scope: 'user:update:user:admin user:read:user:admin user:read:list_users:admin',
      api_url: new URL(zoom.apiUrl).origin,
    });
    expect((await createCaller(zoom, json.access_token).get('/users')).status).toBe(200);
    expect(zoom.tokenLog.requests.map((request) => request.status)).toEqual([200]);
  });

  test.each<[string, TokenAsk, number, string]>([
    ['parameters in the query', { query: '?grant_type=account_credentials' }, 400, 'invalid_request'],
    ['a wrong secret', { secret: 'guess' }, 400, 'invalid_client'],
    ['another grant type', { form: { grant_type: 'client_credentials' } }, 400, 'unsupported_grant_type'],
    [
      'an unknown account',
      { form: { grant_type: 'account_credentials', account_id: 'x' } },
      400,
      'invalid_request',
    ],
    ['a JSON body', { contentType: 'application/json' }, 400, 'invalid_request'],
    ['GET', { method: 'GET' }, 405, 'invalid_request'],
  ])('refuses %s in the OAuth shape', async (_what, request, status, error) => {
    zoom = await startRehearsalZoom();
    const answer = await ask(request);
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({ error, reason: expect.any(String) });
  });

  test('can be told to fail, as for a deactivated app', async () => {
    zoom = await startRehearsalZoom();
    zoom.faults.failNextToken(1, { status: 400, body: { reason: 'app disabled', error: 'invalid_request' } });
    zoom.faults.failNextToken(1, 'reset');
    expect((await ask()).json).toEqual({ reason: 'app disabled', error: 'invalid_request' });
    await expect(ask()).rejects.toThrow();
    expect((await ask()).status).toBe(200);
  });
});

describe('a token', () => {
  test('is refused with 401 and code 124 when missing, unknown or expired', async () => {
    zoom = await startRehearsalZoom();
    expect((await read(await fetch(`${zoom.apiUrl}/users`))).json).toEqual({
      code: 124,
      message: 'Invalid access token.',
    });
    const caller = createCaller(zoom);
    zoom.faults.expireToken();
    const answer = await caller.get('/users');
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({ code: 124, message: 'Access token is expired.' });
    expect((await createCaller(zoom).get('/users')).status).toBe(200);
  });

  test('dies at the end of its life, and its life is announced in whole seconds', async () => {
    zoom = await startRehearsalZoom({ tokenLifetimeMs: 1 });
    const { json } = await ask();
    expect(json.expires_in).toBe(1);
    const issuedAtMs = Date.now();
    await until(() => Date.now() > issuedAtMs + 1);
    expect((await createCaller(zoom, json.access_token).get('/users')).status).toBe(401);
  });

  test('survives a newer one, unless a new token kills the old', async () => {
    zoom = await startRehearsalZoom();
    const first = createCaller(zoom);
    const second = createCaller(zoom);
    expect((await first.get('/users')).status).toBe(200);
    zoom.settings.newTokenKillsOld = true;
    createCaller(zoom);
    expect((await first.get('/users')).status).toBe(401);
    expect((await second.get('/users')).status).toBe(401);
  });

  test('opens only what its scopes name, new style or classic', async () => {
    zoom = await startRehearsalZoom({ scopes: ['user:update:user:admin'] });
    const user = zoom.users.add({ email: 'ann@example.com' });
    const granular = createCaller(zoom);
    const refused = await granular.get('/users');
    expect(refused.status).toBe(400);
    expect(refused.json).toEqual({
      code: 4711,
      message: 'Invalid access token, does not contain scopes:[user:read:list_users:admin].',
    });
    expect((await granular.patch(user.id, { host_key: '482915' })).status).toBe(204);
    zoom.settings.scopes = ['user:read:admin'];
    const classic = createCaller(zoom);
    expect((await classic.get(`/users/${user.id}`)).status).toBe(200);
    expect((await classic.patch(user.id, {})).json.code).toBe(4711);
  });
});
