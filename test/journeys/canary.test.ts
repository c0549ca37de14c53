import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Operations } from '../../src/admin/operations.js';
import { openOperations } from '../../src/assemble/admin.js';
import { serve, type Serving } from '../../src/assemble/serve.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { createZoomTokenStore } from '../../src/records/zoom-token.js';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { expectAtRest } from '../harness/at-rest.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';
import { dumpDatabase, dumpRedis } from '../harness/dump.js';
import { describeWithRedis } from '../harness/redis.js';
import { ask } from '../harness/scim.js';
import { environment } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

const PASSWORD = 'canary-password-Tr0ub4dor';
const CLIENT_SECRET = 'canary-client-secret-8f3b';

describe('on PostgreSQL', () => {
  test('no key, token, password or secret is found anywhere but where it was asked for', () => play());
});

describeWithRedis('on Redis', (redis) => {
  test('no key, token, password or secret is found anywhere but where it was asked for', () =>
    play(redis().url));
});

interface Stage {
  serving: Serving;
  zoom: RehearsalZoom;
  database: TestDatabase;
  redisUrl: string | undefined;
  /** Everything that was said or kept, apart from what look-up shows. */
  seen: string[];
  secrets: Set<string>;
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function play(redisUrl?: string): Promise<void> {
  const stage = await open(redisUrl);
  await tellTheStory(stage);
  await look(stage);
  const { serving, zoom, seen, secrets } = stage;
  const { core } = serving;
  const store = createZoomTokenStore({
    pool: core.database.pool,
    seal: core.seal,
    account: zoom.settings.accountId,
  });
  secrets.add((await store.read())!.token);
  for (const { hostKey } of zoom.log.requests) if (hostKey) secrets.add(hostKey);
  const places = seen.join('\n');
  expect(secrets.size).toBeGreaterThan(15);
  // Were these not found, nothing would be.
  const queue = redisUrl ? '{hostkeeper}:hostkeeper' : 'bullmq.job';
  for (const known of [queue, 'person0@example.com', 'host_keys']) expect(places.includes(known)).toBe(true);
  for (const secret of secrets) {
    for (const spelling of spellings(secret)) {
      // Not `not.toContain`, which would print all of it.
      if (places.includes(spelling)) throw new Error(`${secret} is found as ${around(places, spelling)}`);
    }
  }
}

async function open(redisUrl: string | undefined): Promise<Stage> {
  const database = await createTestDatabase();
  closing.push(() => database.drop());
  const zoom = await startRehearsalZoom({ plan: 'business', clientSecret: CLIENT_SECRET, clockSpeed: 60 });
  closing.push(() => zoom.close());
  const seen: string[] = [];
  const log = createLog({ level: 'trace', destination: { write: (line) => void seen.push(line) } });
  // Keys this long are nowhere by chance.
  const env = {
    PORT: '0',
    CLOCK_SPEED: '60',
    HOST_KEY_LENGTH: '10',
    ...(redisUrl && { REDIS_URL: redisUrl }),
  };
  const config = readConfig(environment(database.url, zoom, env));
  const options = { parts: { web: true, worker: true }, acceptKeyLoss: false, onStuck: () => undefined };
  const serving = await serve({ config, log, ...options });
  closing.push(() => serving.stop());
  const durations = { leaseMs: 3_000, zoomTimeoutMs: 1_000, resendAfterMs: 4_000 };
  Object.assign(serving.core.durations, durations);
  const encryptionKey = Buffer.alloc(32, 7).toString('base64');
  const secrets = new Set([PASSWORD, CLIENT_SECRET, encryptionKey]);
  return { serving, zoom, database, redisUrl, seen, secrets };
}

/** What the database and the queue hold right now. */
async function look({ database, redisUrl, seen }: Stage): Promise<void> {
  seen.push(await dumpDatabase(database.url));
  if (redisUrl) seen.push(await dumpRedis(redisUrl));
}

async function tellTheStory(stage: Stage): Promise<void> {
  const { serving, zoom, secrets } = stage;
  const { core } = serving;
  const url = serving.url!;
  const operations = openOperations(core, url);
  const okta = await operations.sources.add('test', { name: 'okta', kind: 'scim' });
  const zooms = await operations.sources.add('test', { name: 'zoom', kind: 'zoom' });
  const reader = await operations.tokens.create('test', { name: 'reader', scopes: ['keys:read'] });
  for (const secret of [okta.token, zooms.secret, reader.token]) secrets.add(secret!);
  zoom.setWebhook({ url: `${url}/webhooks/zoom`, secret: zooms.secret! });

  const say = async (method: string, path: string, token: string, body?: unknown) => {
    const answer = await ask(url, method, path, token, body);
    stage.seen.push(answer.text);
    return answer;
  };
  await getTokens(stage, operations);

  const scim = (method: string, path: string, body?: unknown) =>
    say(method, `/scim/v2${path}`, okta.token!, body);
  const lookUp = (email: string) => ask(url, 'POST', '/api/host-keys/lookup', reader.token, { email });

  const mails = Array.from({ length: 6 }, (_, index) => `person${index}@example.com`);
  const ids: string[] = [];
  for (const email of mails) {
    secrets.add(
      zoom.users.add({ email, hostKey: `90${Math.random().toString().slice(2, 10).padEnd(8, '7')}` })
        .hostKey!,
    );
    const created = await scim('POST', '/Users', newUser(email));
    expect(created.status).toBe(201);
    ids.push((JSON.parse(created.text) as { id: string }).id);
  }
  await look(stage);
  await expectAtRest({ core, zoom });

  // Shown to whoever may ask, and to nobody else.
  const shown = await lookUp(mails[0]!);
  expect(shown.text).toContain(zoom.users.hostKeyOf(mails[0]!));
  await say('POST', '/api/host-keys/lookup', okta.token!, { email: mails[0] });
  await say('GET', `/api/host-keys/lookup?email=${mails[0]}`, reader.token);
  await say('POST', '/api/host-keys/lookup', `${reader.token}x`, { email: mails[0] });

  // Trouble of every kind, while there is something to spill.
  const patch = { method: 'PATCH' };
  zoom.faults.failNext(1, { status: 500, body: '<h1>no</h1>', contentType: 'text/html' }, patch);
  zoom.faults.failNext(1, 'reset', patch);
  zoom.faults.applyThenDrop(1);
  const refusal = {
    code: 300,
    message: 'Validation Failed.',
    errors: [{ field: 'host_key', message: 'Invalid.' }],
  };
  zoom.faults.failNext(1, { status: 400, body: refusal }, patch);
  for (const id of ids.slice(0, 3)) await scim('PATCH', `/Users/${id}`, moveTo('Sales'));
  for (const id of ids.slice(0, 3)) await scim('PATCH', `/Users/${id}`, moveTo('Legal'));
  await waitFor('trouble', () => stage.seen.join('').includes('attempt failed'));
  await look(stage);
  await expectAtRest({ core, zoom }, 40_000);

  // Somebody sets a key by hand, and Zoom says which.
  const byHand = '2718281828';
  secrets.add(byHand);
  await waitFor('our last write to be long ago', async () => await isSettled(stage));
  zoom.portal.changeHostKeyByHand(mails[1]!, byHand);
  await waitFor('another key', () => zoom.users.hostKeyOf(mails[1]!) !== byHand);

  // Leavers, malformed and refused requests.
  await scim('DELETE', `/Users/${ids[4]}`);
  await scim('PATCH', `/Users/${ids[5]}`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', value: { active: false, password: PASSWORD } }],
  });
  const left = await lookUp(mails[5]!);
  expect(left.status).not.toBe(200);
  stage.seen.push(left.text);
  await scim('POST', '/Users', `{"password": "${PASSWORD}", "userName": `);
  await scim('POST', '/Users', { ...newUser('other@example.com'), userName: { password: PASSWORD } });
  await scim('POST', '/Users', newUser(mails[0]!));
  await scim('GET', '/Users');
  await scim('GET', `/Users/${ids[0]}`);
  await scim('GET', `/Users?filter=${encodeURIComponent(`password eq "${PASSWORD}"`)}`);
  await say('POST', '/webhooks/zoom', okta.token!, {
    event: 'user.updated',
    payload: { object: { host_key: byHand } },
  });
  await say('GET', '/api/jobs', okta.token!);
  await expectAtRest({ core, zoom }, 40_000);
}

/** By an OAuth client, in ways that are right and in ways that are not. */
async function getTokens({ serving, seen, secrets }: Stage, { clients, tokens }: Operations): Promise<void> {
  const named = { source: 'okta', client: 'canary' };
  const first = await clients.add('test', { source: 'okta', name: 'canary' });
  const second = await clients.rotate('test', named);
  const further = await tokens.create('test', { name: 'further', source: 'okta' });
  const post = async (fields: object, headers: Record<string, string> = {}) => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...fields }).toString();
    const query = new URLSearchParams({ client_secret: second.clientSecret });
    const url = `${serving.url}/oauth/token?${query}`;
    const answer = await fetch(url, { method: 'POST', headers: { ...type, ...headers }, body });
    return { status: answer.status, text: await answer.text() };
  };
  for (const secret of [first.clientSecret, second.clientSecret, further.token]) secrets.add(secret);
  for (const { clientId: client_id, clientSecret: client_secret } of [first, second]) {
    const right = { client_id, client_secret };
    const given = await post(right);
    expect(given.status).toBe(200);
    secrets.add((JSON.parse(given.text) as { access_token: string }).access_token);
    const authorization = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`;
    const wrong = [
      post({ ...right, scope: client_secret }),
      post({ ...right, resource: `https://${client_secret}` }),
      post({ ...right, grant_type: client_secret }),
      post({ client_id: client_secret, client_secret: client_id }),
      post({ client_id, client_secret: `${client_secret}x` }),
      post(right, { authorization }),
      post(right, { authorization: `Bearer ${client_secret}` }),
      post(right, { 'content-type': 'text/plain' }),
    ];
    for (const { status, text } of await Promise.all(wrong)) {
      expect([400, 401]).toContain(status);
      seen.push(text);
    }
    seen.push(await (await fetch(`${serving.url}/scim/v2/${client_secret}`)).text());
    seen.push(await (await fetch(`${serving.url}/oauth/${client_secret}`)).text());
  }
  await clients.revoke('test', named);
  seen.push(JSON.stringify([await clients.list({ source: 'okta' }), await tokens.list({})]));
}

async function isSettled({ serving }: Stage): Promise<boolean> {
  const { database, durations } = serving.core;
  const last = await database.prisma.attempt.findFirst({
    where: { answeredAt: { not: null } },
    orderBy: { answeredAt: 'desc' },
  });
  return Date.now() - last!.answeredAt!.getTime() > durations.settleMs + 50;
}

function newUser(email: string) {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: email,
    emails: [{ value: email, primary: true, type: 'work' }],
    name: { givenName: 'Canary', familyName: 'Bird' },
    password: PASSWORD,
    active: true,
  };
}

function moveTo(department: string) {
  const path = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department';
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [
      { op: 'replace', path, value: department },
      { op: 'add', path: 'password', value: PASSWORD },
    ],
  };
}

/** As it is, as PostgreSQL shows bytes, as base64, and as a hash that anybody could make of it. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const digits = /^\d+$/.test(secret);
  const hash = createHash('sha256').update(secret).digest();
  const hashes = digits ? [hash.toString('hex'), hash.toString('base64'), hash.toString('base64url')] : [];
  return [secret, bytes.toString('hex'), bytes.toString('base64'), ...hashes];
}

function around(places: string, found: string): string {
  const at = places.indexOf(found);
  return places.slice(Math.max(0, at - 100), at + found.length + 100);
}
