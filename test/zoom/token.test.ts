import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type RehearsalZoom, startRehearsalZoom } from '../../src/rehearsal/zoom.js';
import { createAccessToken, createFixedToken } from '../../src/zoom/token.js';
import { createMemoryTokenStore, silent } from './stores.js';

const minuteMs = 60_000;

let zoom: RehearsalZoom;
let store: ReturnType<typeof createMemoryTokenStore>;

beforeEach(async () => {
  zoom = await startRehearsalZoom();
  store = createMemoryTokenStore();
});
afterEach(() => zoom.close());

function createToken(
  changes: { clientSecret?: string; tokenUrl?: string; timeoutMs?: number; clock?: () => Date } = {},
) {
  const { accountId, clientId, clientSecret } = zoom.settings;
  const { tokenUrl = zoom.tokenUrl, clock = () => new Date() } = changes;
  const credentials = { tokenUrl, accountId, clientId, clientSecret: changes.clientSecret ?? clientSecret };
  const timeoutMs = changes.timeoutMs ?? 10_000;
  return createAccessToken({ credentials, store, timeoutMs, clockSpeed: 1, log: silent, clock });
}

describe('one token serves everybody', () => {
  test('callers at the same moment share one request', async () => {
    const token = createToken();
    const got = await Promise.all(Array.from({ length: 20 }, () => token.get()));
    expect(new Set(got.map((one) => one.token)).size).toBe(1);
    expect(got[0]?.scopes).toEqual(zoom.settings.scopes);
    expect(zoom.tokenLog.requests).toHaveLength(1);
    expect(zoom.tokenLog.requests[0]?.path).toBe('/oauth/token');
  });

  test('processes share it too, also when they start at once', async () => {
    const [one, other] = await Promise.all([createToken().get(), createToken().get()]);
    expect(one).toEqual(other);
    expect(zoom.tokenLog.requests).toHaveLength(1);
  });

  test('it is asked for once, not at every call', async () => {
    const token = createToken();
    await token.get();
    await token.get();
    expect(store.refreshes).toBe(1);
  });
});

describe('a token is renewed', () => {
  test('when 60 s of its life are left, and not before', async () => {
    let now = new Date();
    const token = createToken({ clock: () => now });
    const { expiresAt } = await token.get();
    now = new Date(expiresAt.getTime() - minuteMs - 1);
    await token.get();
    expect(zoom.tokenLog.requests).toHaveLength(1);
    now = new Date(expiresAt.getTime() - minuteMs);
    await token.get();
    expect(zoom.tokenLog.requests).toHaveLength(2);
  });

  test('when Zoom refused it, once for all who saw the refusal', async () => {
    const token = createToken();
    const { token: first } = await token.get();
    token.invalidate(first);
    const [one, other] = await Promise.all([token.get(), token.get()]);
    token.invalidate(first);
    const late = await token.get();
    expect(new Set([one.token, other.token, late.token])).toEqual(new Set([one.token]));
    expect(one.token).not.toBe(first);
    expect(zoom.tokenLog.requests).toHaveLength(2);
  });

  test('by one process only: the other finds the new one in the store', async () => {
    const [mine, sibling] = [createToken(), createToken()];
    const { token: first } = await mine.get();
    await sibling.get();
    sibling.invalidate(first);
    const { token: second } = await sibling.get();
    mine.invalidate(first);
    expect((await mine.get()).token).toBe(second);
    expect(zoom.tokenLog.requests).toHaveLength(2);
  });
});

describe('no token, no call', () => {
  test.each([
    ['wrong credentials', () => createToken({ clientSecret: 'wrong' }), 'ZOOM_CREDENTIALS_REFUSED'],
    ['nobody there', () => createToken({ tokenUrl: 'http://127.0.0.1:1/oauth/token' }), 'ZOOM_UNREACHABLE'],
    ['an outage', () => (zoom.faults.outage(true), createToken()), 'ZOOM_UNAVAILABLE'],
    [
      'silence',
      () => (zoom.faults.failNextToken(1, 'silence'), createToken({ timeoutMs: 50 })),
      'ZOOM_TIMEOUT',
    ],
    ['a reset', () => (zoom.faults.failNextToken(1, 'reset'), createToken()), 'ZOOM_CONNECTION_LOST'],
    [
      'a page of HTML',
      () => (zoom.faults.failNextToken(1, { status: 200, body: '<html>' }), createToken()),
      'ZOOM_UNREADABLE',
    ],
    [
      'a token that no header can carry',
      () => (zoom.faults.failNextToken(1, { status: 200, body: { access_token: 'a\nb' } }), createToken()),
      'ZOOM_UNREADABLE',
    ],
  ])('%s: the call counts as unsent', async (_, create, code) => {
    await expect(create().get()).rejects.toMatchObject({ code, sent: 'no' });
  });

  test('a failure does not stick', async () => {
    zoom.faults.failNextToken(1, 'reset');
    const token = createToken();
    await expect(token.get()).rejects.toMatchObject({ code: 'ZOOM_CONNECTION_LOST' });
    await expect(token.get()).resolves.toMatchObject({ scopes: zoom.settings.scopes });
  });

  test('the failure holds neither the secret nor its encoded form', async () => {
    const clientSecret = 'kept-from-everybody';
    const error: unknown = await createToken({ clientSecret, tokenUrl: 'http://127.0.0.1:1/' })
      .get()
      .catch((e: unknown) => e);
    const encoded = Buffer.from(`${zoom.settings.clientId}:${clientSecret}`).toString('base64');
    const shown = inspect(error, { depth: Infinity, showHidden: true });
    expect(shown).toContain('ECONNREFUSED');
    expect(shown).not.toContain(clientSecret);
    expect(shown).not.toContain(encoded);
  });
});

test('a fixed token is what it is', async () => {
  const token = createFixedToken('fixed');
  token.invalidate('fixed');
  expect(await token.get()).toMatchObject({ token: 'fixed', scopes: [] });
});
