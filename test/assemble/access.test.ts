import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ShownClient } from '../../src/admin/operations/clients.js';
import { openOperations } from '../../src/assemble/admin.js';
import { newClientSecret, newToken } from '../../src/http/bearer.js';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';
import { waitFor } from '../harness/wait-for.js';
import { startServing, type Served } from './serving.js';

/** As many as fail before it is strict, and one more. */
const TOO_MANY = 21;
const closing: (() => Promise<unknown>)[] = [];
let database: TestDatabase;
let zoom: RehearsalZoom;
let served: Served;

beforeAll(async () => {
  database = await createTestDatabase();
  closing.push(() => database.drop());
  zoom = await startRehearsalZoom();
  closing.push(() => zoom.close());
});
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(env: Record<string, string> = {}): Promise<void> {
  served = await startServing(database.url, zoom, env, { web: true, worker: false });
}
afterEach(() => served.serving.stop());

const operations = () => openOperations(served.serving.core, served.serving.url!);
let number = 0;
const nextName = (kind: string) => `${kind}-${number++}`;

async function addSource(): Promise<{ name: string; token: string }> {
  const { name, token } = await operations().sources.add('test', { name: nextName('source'), kind: 'scim' });
  return { name, token: token! };
}

interface Asked {
  method?: string;
  path: string;
  from?: string;
  authorization?: string;
  body?: string;
  type?: string;
}

interface Reply {
  status: number;
  retryAfter: string | null;
  type: string | null;
  body: any;
}

async function ask({ method = 'GET', path, from, authorization, body, type }: Asked): Promise<Reply> {
  const headers = {
    ...(from && { 'x-forwarded-for': from }),
    ...(authorization && { authorization }),
    ...(type && { 'content-type': type }),
  };
  const answer = await fetch(served.serving.url! + path, { method, headers, ...(body && { body }) });
  const retryAfter = answer.headers.get('retry-after');
  return {
    status: answer.status,
    retryAfter,
    type: answer.headers.get('content-type'),
    body: await answer.json(),
  };
}

const atScim = (token: string, from?: string) =>
  ask({ path: '/scim/v2/ServiceProviderConfig', authorization: `Bearer ${token}`, ...(from && { from }) });

function atOauth({ clientId, clientSecret }: Pick<ShownClient, 'clientId' | 'clientSecret'>, from: string) {
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const type = 'application/x-www-form-urlencoded';
  return ask({
    method: 'POST',
    path: '/oauth/token',
    from,
    authorization,
    type,
    body: 'grant_type=client_credentials',
  });
}

/** One after the other, so that each is counted before the next. */
async function failFrom(from: string, times = TOO_MANY): Promise<number[]> {
  const statuses: number[] = [];
  while (statuses.length < times) statuses.push((await atScim(newToken(), from)).status);
  return statuses;
}

/** The statements that the pool is asked for meanwhile. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const { pool } = served.serving.core.database;
  const names: string[] = [];
  const { query } = pool;
  pool.query = ((config: { name?: string }, ...rest: unknown[]) => {
    names.push(config.name ?? '?');
    return Reflect.apply(query, pool, [config, ...rest]);
  }) as never;
  await work().finally(() => (pool.query = query));
  return names;
}

describe('a source that asks for more than its rate', () => {
  beforeEach(() => start({ SCIM_RATE: '1', SCIM_BURST: '10' }));

  test('is told in whole seconds when to come again, as SCIM, and no other source is held up', async () => {
    const [busy, other] = [await addSource(), await addSource()];
    const replies = await Promise.all(Array.from({ length: 15 }, () => atScim(busy.token)));
    const limited = replies.filter(({ status }) => status === 429);
    expect(replies.filter(({ status }) => status === 200).length + limited.length).toBe(15);
    expect(limited.length).toBeGreaterThanOrEqual(3);
    for (const { retryAfter, type, body } of limited) {
      expect(retryAfter).toMatch(/^[1-9]\d*$/);
      expect(type).toBe('application/scim+json');
      expect(body).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '429' });
    }
    expect((await atScim(other.token)).status).toBe(200);
    expect(served.logged()).toContain('"code":"RATE_LIMITED"');
  });

  test('is the same whichever of its credentials it shows', async () => {
    const { name, token } = await addSource();
    const second = await operations().tokens.create('test', { name: 'second', source: name });
    const client = await operations().clients.add('test', { name: 'client', source: name });
    const third = (await atOauth(client, '203.0.113.1')).body.access_token;
    const tokens = Array.from({ length: 15 }, (_, index) => [token, second.token, third][index % 3]!);
    const replies = await Promise.all(tokens.map((one) => atScim(one)));
    expect(replies.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(3);
    const { status, retryAfter, body } = await atOauth(client, '203.0.113.1');
    expect([status, body.error]).toEqual([429, 'temporarily_unavailable']);
    expect(retryAfter).toMatch(/^[1-9]\d*$/);
  });
});

describe('by default', () => {
  beforeEach(() => start());

  test('a source may send far more than 25 requests a second', async () => {
    const { token } = await addSource();
    const statuses = new Set<number>();
    for (let batch = 0; batch < 10; batch++) {
      const replies = await Promise.all(Array.from({ length: 50 }, () => atScim(token)));
      replies.forEach(({ status }) => statuses.add(status));
    }
    expect(statuses).toEqual(new Set([200]));
  });
});

describe('an address from which too many fail', () => {
  beforeEach(() => start());

  test('gets 429 with Retry-After at every door, and nothing is looked up for it', async () => {
    expect(await failFrom('192.0.2.1')).toEqual([...Array<number>(TOO_MANY - 1).fill(401), 429]);
    const doors: [Asked, string][] = [
      [{ path: '/scim/v2/Users', authorization: `Bearer ${newToken()}` }, 'application/scim+json'],
      [{ path: '/scim/v2/Users' }, 'application/scim+json'],
      [{ path: '/api/sources', authorization: `Bearer ${newToken()}` }, 'application/problem+json'],
      [{ path: '/webhooks/nobody', method: 'POST', body: '{}' }, 'application/problem+json'],
      [
        {
          path: '/oauth/token',
          method: 'POST',
          type: 'application/x-www-form-urlencoded',
          body: `grant_type=client_credentials&client_id=${crypto.randomUUID()}&client_secret=${newClientSecret()}`,
        },
        'application/json; charset=utf-8',
      ],
    ];
    const statements = await statementsOf(async () => {
      for (let round = 0; round < 5; round++) {
        for (const [asked, type] of doors) {
          const reply = await ask({ ...asked, from: '192.0.2.1' });
          expect([asked.path, reply.status, reply.type]).toEqual([asked.path, 429, type]);
          expect(Number(reply.retryAfter)).toBeGreaterThan(0);
          expect(Number(reply.retryAfter)).toBeLessThanOrEqual(60);
        }
      }
    });
    // One for all, at most once a second.
    expect(statements.filter((name) => name !== 'in-force')).toEqual([]);
    expect(statements.length).toBeLessThan(10);
    expect(served.logged()).toContain('"code":"AUTH_FAILURES_LIMITED"');
  });

  test('is open to whoever shows what is in force, also what was just made or first used', async () => {
    const { name, token } = await addSource();
    const client = await operations().clients.add('test', { name: 'client', source: name });
    await failFrom('192.0.2.2');
    expect((await atScim(token, '192.0.2.2')).status).toBe(200);
    const granted = await atOauth(client, '192.0.2.2');
    expect(granted.status).toBe(200);
    const script = await operations().tokens.create('test', { name: nextName('script'), scopes: ['admin'] });
    const fresh = [script.token, granted.body.access_token as string];
    const paths = ['/api/sources', '/scim/v2/Users'];
    for (const [index, path] of paths.entries()) {
      const asked = { path, from: '192.0.2.2', authorization: `Bearer ${fresh[index]}` };
      await waitFor('it to be known', async () => (await ask(asked)).status === 200);
    }
    expect((await atScim(newToken(), '192.0.2.2')).status).toBe(429);
  });

  test('is no other address, and no longer open to what was revoked', async () => {
    const { name, token } = await addSource();
    await operations().tokens.revoke('test', { token: name, source: name });
    await failFrom('192.0.2.3');
    expect((await atScim(token, '192.0.2.3')).status).toBe(429);
    expect((await atScim(token, '192.0.2.4')).status).toBe(401);
  });

  test('may forge notices without end, and is answered 429, while genuine ones pass', async () => {
    const { secret } = await operations().sources.add('test', { name: 'zoom', kind: 'zoom' });
    zoom.setWebhook({ url: `${served.serving.url}/webhooks/zoom`, secret: secret! });
    const forge = () => ask({ path: '/webhooks/zoom', method: 'POST', body: '{}', from: '127.0.0.1' });
    const statuses: number[] = [];
    for (let round = 0; round < TOO_MANY; round++) statuses.push((await forge()).status);
    expect(statuses).toEqual([...Array<number>(TOO_MANY - 1).fill(401), 429]);
    zoom.portal.create({ email: 'genuine@example.com' });
    await waitFor('it to be taken', () => zoom.deliveries.at(-1)?.state === 'delivered');
  });
});

test('an OAuth client that is guessed at from everywhere gets its tokens all the same', async () => {
  await start();
  const { name } = await addSource();
  const client = await operations().clients.add('test', { name: 'client', source: name });
  const guess = (from: number) =>
    atOauth({ ...client, clientSecret: newClientSecret() }, `198.51.100.${from}`).then(
      ({ status }) => status,
    );
  const statuses: number[] = [];
  for (let from = 0; from < TOO_MANY; from++) statuses.push(await guess(from));
  expect(statuses).toEqual([...Array<number>(TOO_MANY - 1).fill(401), 429]);
  expect((await atOauth(client, '198.51.100.99')).status).toBe(200);
});

test('whom a proxy names is believed of the proxies that are trusted, and of nobody else', async () => {
  await start({ TRUST_PROXY: '192.0.2.0/24,::1' });
  const statuses = [...(await failFrom('203.0.113.1', 11)), ...(await failFrom('203.0.113.2', 11))];
  expect(statuses.at(-1)).toBe(429);
});
