import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type RehearsalZoom, startRehearsalZoom } from '../../src/rehearsal/zoom.js';
import type { ZoomClient } from '../../src/zoom/client.js';
import { type AccessToken, createFixedToken } from '../../src/zoom/token.js';
import { closeAll, closeLater, createClient, createTokenFor, digits, setKey } from './clients.js';
import { createMemoryTokenStore } from './stores.js';

let zoom: RehearsalZoom;
let token: AccessToken;
let client: ZoomClient;
let takes: number[];

beforeEach(async () => {
  zoom = await startRehearsalZoom({ limits: { light: Infinity, medium: Infinity } });
  closeLater(zoom.close);
  token = createTokenFor(zoom);
  ({ client, takes } = createClient({ apiUrl: zoom.apiUrl, token }));
});
afterEach(closeAll);

test('a dead token is replaced once, and the call made again under a new grant', async () => {
  const { id } = zoom.users.add({ email: 'jill@example.com' });
  await setKey(client, id);
  zoom.faults.expireToken();
  let asked = 0;
  await setKey(client, id, { patienceMs: () => ++asked * 1_000 });
  expect(zoom.tokenLog.requests).toHaveLength(2);
  expect(takes).toHaveLength(3);
  expect(asked).toBe(4);
});

test('a call is not made again when its time has run out meanwhile', async () => {
  zoom.faults.failNext(1, { status: 401, body: { code: 124, message: 'Invalid access token.' } });
  const left = [1_000, 1_000, 1_000, -1];
  const call = setKey(client, 'abc', { patienceMs: () => left.shift()! });
  await expect(call).rejects.toMatchObject({ code: 'LEASE_TOO_SHORT', sent: 'no' });
  expect(zoom.log.requests).toHaveLength(1);
});

test('a fresh token that is refused too is a failure, not a loop', async () => {
  zoom.faults.failNext(2, { status: 401, body: { code: 124, message: 'Invalid access token.' } });
  await expect(setKey(client, 'abc')).rejects.toMatchObject({
    code: 'ZOOM_TOKEN_REFUSED',
    then: 'pause',
    sent: 'answered',
  });
  expect(zoom.log.requests).toHaveLength(2);
  expect(zoom.tokenLog.requests).toHaveLength(2);
});

test('two processes whose tokens end each other’s life both get through', async () => {
  zoom.settings.newTokenKillsOld = true;
  const { id } = zoom.users.add({ email: 'jill@example.com' });
  const store = createMemoryTokenStore();
  const clients = [1, 2].map(
    () => createClient({ apiUrl: zoom.apiUrl, token: createTokenFor(zoom, store) }).client,
  );
  for (const each of clients) await setKey(each, id);
  zoom.faults.expireToken();
  for (const each of clients) await setKey(each, id);
  expect(zoom.tokenLog.requests).toHaveLength(2);
});

test('a fixed token that is refused will be refused for everybody', async () => {
  const fixed = createClient({ apiUrl: zoom.apiUrl, token: createFixedToken('long-forgotten') }).client;
  await expect(setKey(fixed, 'abc')).rejects.toMatchObject({
    code: 'ZOOM_CREDENTIALS_REFUSED',
    then: 'pause',
  });
  expect(zoom.log.requests).toHaveLength(1);
});

test('a missing scope is named, and granted later it is found without a restart', async () => {
  const { id } = zoom.users.add({ email: 'jill@example.com' });
  const scopes = zoom.settings.scopes;
  zoom.settings.scopes = ['user:read:user:admin'];
  await expect(setKey(client, id)).rejects.toMatchObject({
    code: 'ZOOM_SCOPE_MISSING',
    then: 'pause',
    missingScopes: ['user:update:user:admin'],
  });
  zoom.settings.scopes = scopes;
  await setKey(client, id);
});

test('an account-wide 429 pauses everybody’s calls of that label', async () => {
  const { id } = zoom.users.add({ email: 'jill@example.com' });
  zoom.faults.failNext(1, {
    status: 429,
    body: { code: 429, message: 'You have reached the maximum per-second rate limit.' },
  });
  await expect(setKey(client, id)).rejects.toMatchObject({ code: 'ZOOM_RATE_LIMITED', then: 'rate' });
  const pausedAt = performance.now();
  await setKey(client, id);
  expect(performance.now() - pausedAt).toBeGreaterThanOrEqual(950);
});

test('a 429 of one user stops nobody else', async () => {
  const { id } = zoom.users.add({ email: 'jill@example.com' });
  const other = zoom.users.add({ email: 'jack@example.com' });
  zoom.faults.perUser429(id, 1);
  await expect(setKey(client, id)).rejects.toMatchObject({
    code: 'ZOOM_USER_RATE_LIMITED',
    rate: { scope: 'user' },
  });
  const startedAt = performance.now();
  await setKey(client, other.id);
  expect(performance.now() - startedAt).toBeLessThan(900);
});

test('a change applied whose answer is lost is unanswered', async () => {
  const { id } = zoom.users.add({ email: 'jill@example.com' });
  zoom.faults.applyThenDrop(1);
  await expect(setKey(client, id)).rejects.toMatchObject({
    code: 'ZOOM_CONNECTION_LOST',
    sent: 'unanswered',
  });
  expect(zoom.users.hostKeyOf(id)).toBe(digits);
});

test('an answer that takes too long is unanswered', async () => {
  const hasty = createClient({ apiUrl: zoom.apiUrl, token, timeoutMs: 100 }).client;
  zoom.faults.failNext(1, 'silence');
  await expect(setKey(hasty, 'abc')).rejects.toMatchObject({ code: 'ZOOM_TIMEOUT', sent: 'unanswered' });
});

test('without the lease for it nothing is sent', async () => {
  const call = setKey(client, 'abc', { patienceMs: () => -1 });
  await expect(call).rejects.toMatchObject({ code: 'LEASE_TOO_SHORT', sent: 'no' });
  expect(zoom.log.requests).toHaveLength(0);
});

test('without a token nothing is sent, and no budget used', async () => {
  zoom.faults.failNextToken(1, {
    status: 400,
    body: { reason: 'Invalid client_id', error: 'invalid_client' },
  });
  await expect(setKey(client, 'abc')).rejects.toMatchObject({
    code: 'ZOOM_CREDENTIALS_REFUSED',
    sent: 'no',
  });
  expect(takes).toEqual([]);
});
