import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAdminApi } from '../../src/admin/api.js';
import { createOperations } from '../../src/admin/operations.js';
import { createApp } from '../../src/http/app.js';
import { newToken } from '../../src/http/bearer.js';
import { toStoreProblem } from '../../src/inbound/store-problem.js';
import { createLog } from '../../src/log.js';
import { openDatabase } from '../../src/records/database.js';
import { serving } from '../http/serving.js';
import { type Door, openDoor } from './door.js';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

const ID = '01900000-0000-7000-8000-000000000000';

const routes: [string, string, string][] = [
  ['GET', '/sources', 'admin'],
  ['POST', '/sources', 'admin'],
  ['POST', '/sources/okta/rotate', 'admin'],
  ['DELETE', '/sources/okta', 'admin'],
  ['GET', '/sources/okta/clients', 'admin'],
  ['POST', '/sources/okta/clients', 'admin'],
  ['POST', '/sources/okta/clients/entra/rotate', 'admin'],
  ['DELETE', '/sources/okta/clients/entra', 'admin'],
  ['GET', '/tokens', 'admin'],
  ['POST', '/tokens', 'admin'],
  ['DELETE', '/tokens/portal', 'admin'],
  ['GET', '/jobs', 'jobs:read'],
  ['GET', `/jobs/${ID}`, 'jobs:read'],
  ['POST', '/jobs/rerun', 'jobs:write'],
  ['POST', `/jobs/${ID}/rerun`, 'jobs:write'],
  ['GET', '/events', 'jobs:read'],
  ['POST', '/people/show', 'admin'],
  ['POST', '/people/clear', 'admin'],
  ['POST', '/people/restore', 'admin'],
  ['POST', '/people/rotate', 'admin'],
  ['POST', '/host-keys/lookup', 'keys:read'],
];
const SCOPES = ['admin', 'jobs:read', 'jobs:write', 'keys:read', 'meetings:write'];

describe.each(routes)('%s %s', (method, path, scope) => {
  test('answers 401 without a token', async () => {
    const { status, body, headers } = await door.ask(method, path, undefined, null);
    expect([status, body.code]).toEqual([401, 'TOKEN_MISSING']);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="hostkeeper"');
    expect(headers.get('content-type')).toBe('application/problem+json');
  });

  test(`answers 403 to a token that has every scope but ${scope}`, async () => {
    const name = `no-${newToken()
      .slice(3, 15)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, 'x')}`;
    const scopes = SCOPES.filter((one) => one !== scope);
    const { token } = await door.operations.tokens.create('test', { name, scopes });
    const { status, body, headers } = await door.ask(method, path, undefined, token);
    expect([status, body.code]).toEqual([403, 'SCOPE_MISSING']);
    expect(headers.get('www-authenticate')).toContain(`scope="${scope}"`);
  });

  test('is not kept by anybody on the way', async () => {
    expect((await door.ask(method, path)).headers.get('cache-control')).toBe('no-store');
  });
});

describe('a token', () => {
  const codeFor = async (token: string) => (await door.ask('GET', '/jobs', undefined, token)).body.code;

  test('that nobody made, or that is no token, is refused', async () => {
    expect(await codeFor(newToken())).toBe('TOKEN_INVALID');
    expect(await codeFor('hk_short')).toBe('TOKEN_INVALID');
  });

  test('is refused from the moment it expires', async () => {
    const { token } = await door.operations.tokens.create('test', {
      name: 'short-lived',
      scopes: ['jobs:read'],
      expiresInDays: 1,
    });
    expect(await codeFor(token)).toBeUndefined();
    door.clock.aheadMs = 86_400_001;
    expect(await codeFor(token)).toBe('TOKEN_EXPIRED');
    door.clock.aheadMs = 0;
  });

  test('is refused once it is revoked', async () => {
    const { token } = await door.operations.tokens.create('test', { name: 'ended', scopes: ['jobs:read'] });
    expect(await codeFor(token)).toBeUndefined();
    await door.ask('DELETE', '/tokens/ended');
    expect(await codeFor(token)).toBe('TOKEN_REVOKED');
  });

  test('of a source opens nothing here', async () => {
    const { body } = await door.ask('POST', '/sources', { name: 'okta', kind: 'scim' });
    expect(await codeFor(body.token)).toBe('SCOPE_MISSING');
  });
});

describe('a body', () => {
  test.each([
    ['that is no JSON', '{"name": ', 400, 'BODY_NOT_JSON'],
    ['that is too large', JSON.stringify({ name: 'x'.repeat(300_000) }), 413, 'BODY_TOO_LARGE'],
    ['that is too deep', '['.repeat(1_000), 400, 'BODY_TOO_DEEP'],
    ['with a key that reaches for a prototype', '{"__proto__": {"scopes": []}}', 400, 'BODY_FORBIDDEN_KEY'],
    ['with a NUL', '{"name": "a\\u0000"}', 400, 'BODY_BAD_TEXT'],
    ['that is a list', '[]', 400, 'INPUT_INVALID'],
    ['that is null', 'null', 400, 'INPUT_INVALID'],
  ])('%s is a clear error, and nothing is kept', async (_what, sent, status, code) => {
    const before = await door.sql('SELECT count(*) FROM sources');
    for (const path of ['/sources', '/sources/okta/rotate', '/tokens', '/jobs/rerun', '/people/clear']) {
      const { status: answered, body } = await door.ask('POST', path, sent);
      expect([path, answered, body.code]).toEqual([path, status, code]);
    }
    expect(await door.sql('SELECT count(*) FROM sources')).toEqual(before);
  });
});

test('a database that is away is a 503, to be tried again', async () => {
  const log = createLog({ level: 'silent' });
  const away = openDatabase({ url: 'postgresql://a:b@127.0.0.1:1/x', log });
  const operations = createOperations({ ...door.parts, prisma: away.prisma, pool: away.pool });
  const authenticate = async () => ({ name: 'root' });
  const api = createAdminApi({ operations, authenticate });
  const app = createApp({ log, routes: [['/api', api]], explain: toStoreProblem });
  await serving(app, async (url) => {
    const asked: [string, string, unknown?][] = [
      ['GET', '/sources'],
      ['POST', '/sources', { name: 'okta', kind: 'scim' }],
      ['POST', '/tokens', { name: 'portal', scopes: ['keys:read'] }],
      ['GET', '/jobs?source=okta'],
      ['POST', '/people/clear', { who: 'ann@example.com' }],
      ['POST', '/host-keys/lookup', { email: 'ann@example.com' }],
    ];
    for (const [method, path, body] of asked) {
      const sent = body ? JSON.stringify(body) : null;
      const answer = await fetch(`${url}/api${path}`, { method, body: sent });
      expect([path, answer.status, answer.headers.get('retry-after')]).toEqual([path, 503, '5']);
      expect(await answer.json()).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    }
  });
  await away.close();
});

test('an address with a broken escape, or none of ours, is a clear error', async () => {
  expect((await door.ask('GET', '/jobs/%E0%A4')).body.code).toBe('BAD_REQUEST');
  expect((await door.ask('GET', '/jobs/%00')).body.code).toBe('INPUT_INVALID');
  expect((await door.ask('GET', '/nothing')).body.code).toBe('NOT_FOUND');
});
