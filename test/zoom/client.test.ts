import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HostKey } from '../../src/lifecycle/host-key.js';
import { type RehearsalZoom, startRehearsalZoom } from '../../src/rehearsal/zoom.js';
import { zoomActions } from '../../src/zoom/actions/index.js';
import { createCallBudget } from '../../src/zoom/budget.js';
import { createZoomClient, type ZoomClient } from '../../src/zoom/client.js';
import type { ZoomFailure } from '../../src/zoom/failure.js';
import { type AccessToken, createAccessToken, createFixedToken } from '../../src/zoom/token.js';
import { createMemoryBudgetStore, createMemoryTokenStore, silent } from './stores.js';

const digits = '730915';
const hostKey = HostKey.parse(digits);
const terms = { priority: 'set' } as const;
const html = '<html><body><h1>Bad Gateway</h1></body></html>';

const toClose: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

function createClient({
  apiUrl,
  token,
  timeoutMs = 2_000,
}: {
  apiUrl: string;
  token: AccessToken;
  timeoutMs?: number;
}) {
  const store = createMemoryBudgetStore();
  const budget = createCallBudget({ store, rates: { light: 80, medium: 60 }, clockSpeed: 1, log: silent });
  const client = createZoomClient({ apiUrl, token, budget, timeoutMs, log: silent });
  toClose.push(client.close);
  return { client, takes: store.takes };
}

async function listen<T extends Pick<Server, 'listen' | 'close' | 'once'>>(server: T): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server as unknown as Server, 'listening');
  toClose.push(() => new Promise((closed) => server.close(closed)));
  return ((server as unknown as Server).address() as AddressInfo).port;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  const port = await listen(server);
  toClose.push(() => server.closeAllConnections());
  return `http://127.0.0.1:${port}/any/prefix/v2`;
}

const setKey = (client: ZoomClient, zoomUser: string, more: object = {}) =>
  zoomActions['set-host-key'].run(client, { zoomUser, hostKey }, { ...terms, ...more });
const clearKey = (client: ZoomClient, zoomUser: string) =>
  zoomActions['clear-host-key'].run(client, { zoomUser, hostKey }, { ...terms, priority: 'clear' });
const findUser = (client: ZoomClient, zoomUser: string) =>
  zoomActions['find-user'].run(client, { zoomUser }, terms);

describe('with the rehearsal Zoom', () => {
  let zoom: RehearsalZoom;
  let token: AccessToken;
  let client: ZoomClient;
  let takes: number[];

  beforeEach(async () => {
    zoom = await startRehearsalZoom({ limits: { light: Infinity, medium: Infinity } });
    toClose.push(zoom.close);
    token = createRehearsalToken();
    ({ client, takes } = createClient({ apiUrl: zoom.apiUrl, token }));
  });

  function createRehearsalToken(): AccessToken {
    const { accountId, clientId, clientSecret } = zoom.settings;
    const credentials = { tokenUrl: zoom.tokenUrl, accountId, clientId, clientSecret };
    return createAccessToken({
      credentials,
      store: createMemoryTokenStore(),
      timeoutMs: 2_000,
      clockSpeed: 1,
      log: silent,
    });
  }

  test('a key is set, and Zoom’s tracking id comes back', async () => {
    const { id } = zoom.users.add({ email: 'jill@example.com' });
    const { trackingId } = await setKey(client, id);
    expect(zoom.users.hostKeyOf(id)).toBe(digits);
    expect(trackingId).toBe(zoom.log.of(id)[0]?.trackingId);
  });

  test.each([
    'jill+zoom@example.com',
    'a/b=c+d',
    'ångström@example.com',
    "o'neil@example.com",
    '50%?#&@example.com',
  ])('whatever an id or e-mail holds, it stays one segment of the path: %s', async (who) => {
    const user = who.includes('@') ? { email: who } : { id: who, email: 'jill@example.com' };
    const { id } = zoom.users.add(user);
    await setKey(client, who);
    expect(zoom.users.hostKeyOf(id)).toBe(digits);
  });

  test.each(['me', 'ME', '', '.', '..', 'summary', 'a b', 'line\nbreak', 'half \ud83d', 'x'.repeat(400)])(
    'what can be nobody’s id is nobody, and Zoom is not asked: %j',
    async (who) => {
      expect(await findUser(client, who)).toBeNull();
      await expect(setKey(client, who)).rejects.toMatchObject({ code: 'ZOOM_USER_NOT_FOUND', sent: 'no' });
      expect(zoom.log.requests).toHaveLength(0);
    },
  );

  test('a clear overwrites the key; of a user who is gone there is nothing to clear', async () => {
    const { id } = zoom.users.add({ email: 'jill@example.com' });
    expect(await clearKey(client, id)).toMatchObject({ outcome: 'cleared' });
    expect(zoom.users.hostKeyOf(id)).toBe(digits);
    zoom.users.remove(id);
    expect(await clearKey(client, id)).toMatchObject({ outcome: 'gone' });
    await expect(setKey(client, id)).rejects.toMatchObject({ code: 'ZOOM_USER_NOT_FOUND', then: 'gone' });
  });

  test('users are found by e-mail and by id, with their status', async () => {
    const { id } = zoom.users.add({ email: 'jill@example.com', type: 1 });
    expect(await findUser(client, 'jill@example.com')).toEqual({
      id,
      email: 'jill@example.com',
      status: 'active',
      type: 1,
    });
    expect(await findUser(client, id)).toMatchObject({ id });
    zoom.users.add({ email: 'new@example.com', status: 'pending' });
    expect(await findUser(client, 'new@example.com')).toMatchObject({ status: 'pending' });
    expect(await findUser(client, 'nobody@example.com')).toBeNull();
  });

  test('an inactive or pending user is waited for', async () => {
    const inactive = zoom.users.add({ email: 'a@example.com', status: 'inactive' });
    const pending = zoom.users.add({ email: 'b@example.com', status: 'pending' });
    await expect(setKey(client, inactive.id)).rejects.toMatchObject({
      code: 'ZOOM_USER_INACTIVE',
      then: 'wait',
    });
    await expect(setKey(client, pending.id)).rejects.toMatchObject({
      code: 'ZOOM_USER_PENDING',
      then: 'wait',
    });
  });

  test('a dead token is replaced once, and the call made again under a new grant', async () => {
    const { id } = zoom.users.add({ email: 'jill@example.com' });
    await setKey(client, id);
    zoom.faults.expireToken();
    let asked = 0;
    await setKey(client, id, { beforeSend: () => ++asked > 0 });
    expect(zoom.tokenLog.requests).toHaveLength(2);
    expect(takes).toHaveLength(3);
    expect(asked).toBe(2);
  });

  test('a fresh token that is refused too is a failure, not a loop', async () => {
    zoom.faults.failNext(2, { status: 401, body: { code: 124, message: 'Invalid access token.' } });
    await expect(setKey(client, 'abc')).rejects.toMatchObject({
      code: 'ZOOM_TOKEN_REFUSED',
      then: 'retry',
      sent: 'answered',
    });
    expect(zoom.log.requests).toHaveLength(2);
    expect(zoom.tokenLog.requests).toHaveLength(2);
  });

  test('two processes whose tokens end each other’s life both get through', async () => {
    zoom.settings.newTokenKillsOld = true;
    const { id } = zoom.users.add({ email: 'jill@example.com' });
    const store = createMemoryTokenStore();
    const { accountId, clientId, clientSecret } = zoom.settings;
    const credentials = { tokenUrl: zoom.tokenUrl, accountId, clientId, clientSecret };
    const clients = [1, 2].map(() => {
      const shared = createAccessToken({ credentials, store, timeoutMs: 2_000, clockSpeed: 1, log: silent });
      return createClient({ apiUrl: zoom.apiUrl, token: shared }).client;
    });
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

  test('called off while Zoom thinks, it is unanswered; called off before, it is unsent', async () => {
    zoom.faults.failNext(1, 'silence');
    const shutdown = new AbortController();
    const { signal } = shutdown;
    const call = setKey(client, 'abc', {
      signal,
      beforeSend: () => void setTimeout(() => shutdown.abort(), 100) ?? true,
    });
    await expect(call).rejects.toMatchObject({ code: 'ZOOM_CALL_ABORTED', sent: 'unanswered' });
    await expect(setKey(client, 'abc', { signal })).rejects.toMatchObject({
      code: 'ZOOM_CALL_ABORTED',
      sent: 'no',
    });
  });

  test('without the lease for it nothing is sent', async () => {
    const call = setKey(client, 'abc', { beforeSend: (now: Date) => Promise.resolve(now.getTime() < 0) });
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

  test.each([
    ['HTML', html, 200],
    ['HTML with an error’s status', html, 404],
    ['nothing', '', 200],
    ['ten megabytes', 'x'.repeat(10 * 1_048_576), 200],
  ])('an answer of %s tells nothing, and does no harm', async (_, body, status) => {
    zoom.users.add({ email: 'jill@example.com' });
    zoom.faults.answerWith(body, { n: 2, status });
    await expect(setKey(client, 'jill@example.com')).rejects.toMatchObject({
      code: 'ZOOM_UNREADABLE',
      sent: 'unanswered',
    });
    await expect(findUser(client, 'jill@example.com')).rejects.toMatchObject({ code: 'ZOOM_UNREADABLE' });
    await setKey(client, 'jill@example.com');
  });

  test('an error that Zoom puts under HTTP 200 is no user', async () => {
    zoom.faults.failNext(1, {
      status: 200,
      body: { code: 200, message: 'Only available for paid accounts.' },
    });
    await expect(findUser(client, 'jill@example.com')).rejects.toMatchObject({ code: 'ZOOM_UNREADABLE' });
  });

  test('no failure shows the token or the key, however deep one looks', async () => {
    const { id } = zoom.users.add({ email: 'jill@example.com' });
    const bearer = (await token.get()).token;
    const hasty = createClient({ apiUrl: zoom.apiUrl, token, timeoutMs: 200 }).client;
    const faults = [
      () => zoom.faults.applyThenDrop(1),
      () => zoom.faults.failNext(1, 'silence'),
      () => zoom.faults.failNext(1, { status: 500, body: `${digits} ${bearer}` }),
      () =>
        zoom.faults.failNext(1, {
          status: 400,
          body: { code: 300, message: digits, errors: [{ field: digits }] },
        }),
    ];
    for (const fault of faults) {
      fault();
      const failure: unknown = await setKey(hasty, id).catch((error: unknown) => error);
      const shown = inspect(failure, { depth: Infinity, showHidden: true }) + JSON.stringify(failure);
      expect(shown).toContain('ZOOM_');
      expect(shown).not.toContain(digits);
      expect(shown).not.toContain(bearer);
    }
  });
});

describe('on the wire', () => {
  const token = createFixedToken('fixed');

  test('a set carries host_key and nothing else', async () => {
    const bodies: string[] = [];
    const apiUrl = await serve((request, response) => {
      request
        .setEncoding('utf8')
        .on('data', (chunk: string) => bodies.push(`${request.method} ${request.url} ${chunk}`));
      request.on('end', () => response.writeHead(204).end());
    });
    await setKey(createClient({ apiUrl: `${apiUrl}/`, token }).client, 'a/b');
    expect(bodies).toEqual([`PATCH /any/prefix/v2/users/a%2Fb {"host_key":"${digits}"}`]);
  });

  test('one connection serves one call after the other', async () => {
    const sockets = new Set<unknown>();
    const apiUrl = await serve((request, response) => {
      sockets.add(request.socket);
      response.writeHead(204).end();
    });
    const { client } = createClient({ apiUrl, token });
    for (let i = 0; i < 3; i++) await setKey(client, 'abc');
    expect(sockets.size).toBe(1);
  });

  test('redirects are not followed: the key goes nowhere else', async () => {
    let arrived = 0;
    const elsewhere = await serve((_, response) => (arrived++, response.writeHead(204).end()));
    const apiUrl = await serve((_, response) => response.writeHead(307, { location: elsewhere }).end());
    await expect(setKey(createClient({ apiUrl, token }).client, 'abc')).rejects.toMatchObject({
      code: 'ZOOM_UNREADABLE',
    });
    expect(arrived).toBe(0);
  });

  test('an answer that trickles is cut off in time', async () => {
    const apiUrl = await serve((_, response) => {
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    });
    const startedAt = performance.now();
    const { client } = createClient({ apiUrl, token, timeoutMs: 200 });
    await expect(findUser(client, 'abc')).rejects.toMatchObject({ code: 'ZOOM_TIMEOUT', sent: 'unanswered' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  test('an answer without an end is read to a megabyte and no further', async () => {
    let written = 0;
    const apiUrl = await serve((_, response) => {
      const chunk = Buffer.alloc(65_536, ' ');
      const more = () => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
      };
      response.on('drain', more);
      more();
    });
    await expect(findUser(createClient({ apiUrl, token }).client, 'abc')).rejects.toMatchObject({
      code: 'ZOOM_UNREADABLE',
    });
    expect(written).toBeLessThan(16 * 1_048_576);
  });

  test('nobody listening, or no TLS where it was asked for: not sent', async () => {
    const gone = createClient({ apiUrl: 'http://127.0.0.1:1/v2', token }).client;
    await expect(setKey(gone, 'abc')).rejects.toMatchObject({ code: 'ZOOM_UNREACHABLE', sent: 'no' });
    const server = createTcpServer((socket) => socket.on('error', () => {}).end('this is not TLS'));
    const plain = createClient({ apiUrl: `https://127.0.0.1:${await listen(server)}/v2`, token }).client;
    const failure = (await setKey(plain, 'abc').catch((error: unknown) => error)) as ZoomFailure;
    expect(failure).toMatchObject({ code: 'ZOOM_UNREACHABLE', sent: 'no' });
  });

  test('what is not HTTP may have been applied', async () => {
    const server = createTcpServer((socket) =>
      socket.on('error', () => {}).on('data', () => socket.end('gibberish\r\n\r\n')),
    );
    const { client } = createClient({ apiUrl: `http://127.0.0.1:${await listen(server)}/v2`, token });
    await expect(setKey(client, 'abc')).rejects.toMatchObject({
      code: 'ZOOM_CONNECTION_LOST',
      sent: 'unanswered',
    });
  });
});
