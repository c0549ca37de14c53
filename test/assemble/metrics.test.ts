import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openOperations } from '../../src/assemble/admin.js';
import { createGroupKeeper } from '../../src/jobs/groups.js';
import { deadlineIn } from '../../src/records/deadline.js';
import { newId } from '../../src/records/id.js';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';
import { openDirectory } from '../harness/directory.js';
import { startTcpProxy } from '../harness/tcp-proxy.js';
import { waitFor } from '../harness/wait-for.js';
import { connectScim, startServing, type Served } from './serving.js';

let zoom: RehearsalZoom;
let database: TestDatabase;
let served: Served[];

beforeEach(async () => {
  zoom = await startRehearsalZoom({ plan: 'business' });
  database = await createTestDatabase();
  served = [];
});
afterEach(async () => {
  for (const one of served) await one.serving.stop();
  await database.drop();
  await zoom.close();
});

async function start(
  env: Record<string, string> = {},
  { url = database.url, web = true, worker = true } = {},
): Promise<Served> {
  const one = await startServing(url, zoom, env, { web, worker });
  served.push(one);
  return one;
}

/** Series by their name with labels. What comes from the database may be five seconds old. */
async function scrape({ watchUrl }: Served): Promise<Map<string, number>> {
  const text = await (await fetch(`${watchUrl}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const series = lines.map((line) => {
    const at = line.lastIndexOf(' ');
    return [line.slice(0, at), Number(line.slice(at + 1))] as const;
  });
  // Each once, as Prometheus demands.
  expect(new Set(series.map(([name]) => name)).size).toBe(series.length);
  return new Map(series);
}

const until = (one: Served, name: string, value = 1) =>
  waitFor(`${name} to be ${value}`, async () => (await scrape(one)).get(name) === value);

test('a joiner can be followed from the notice to the key, and nobody is named', async () => {
  const one = await start();
  const tell = await connectScim(one.serving);
  const user = zoom.users.add({ email: 'ann@example.com' });
  await tell(user.email);
  await until(one, 'hostkeeper_jobs_ended_total{action="set",outcome="done",code=""}');
  await until(one, 'hostkeeper_host_keys{state="active"}');
  const series = await scrape(one);
  expect(Object.fromEntries(series)).toMatchObject({
    'hostkeeper_notices_total{source="okta",outcome="kept"}': 1,
    'hostkeeper_events_total{source="okta",outcome="applied"}': 1,
    'hostkeeper_zoom_calls_total{action="find-user",outcome="2xx"}': 1,
    'hostkeeper_zoom_calls_total{action="set-host-key",outcome="2xx"}': 1,
    'hostkeeper_alerts_total{alert="QUEUE_PAUSED"}': 0,
    hostkeeper_queue_age_seconds: 0,
    hostkeeper_database_up: 1,
  });
  expect(series.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  const text = await (await fetch(`${one.watchUrl}/metrics`)).text();
  for (const secret of [user.email, user.id, zoom.users.hostKeyOf(user.id) ?? 'none'])
    expect(text).not.toContain(secret);
  await tell('ann@example.com');
  expect((await scrape(one)).get('hostkeeper_notices_total{source="okta",outcome="name-taken"}')).toBe(1);
});

test('what fails, and why, is counted: jobs by code, limits, pauses, alerts as often as they were logged', async () => {
  const one = await start();
  const tell = await connectScim(one.serving);
  const [refused, limited] = ['bob@example.com', 'cat@example.com'].map((email) => zoom.users.add({ email }));
  const errors = [{ field: 'host_key', message: 'x' }];
  const refusal = { status: 400, body: { code: 300, message: 'Validation Failed.', errors } };
  zoom.faults.failNext(2, refusal, { method: 'PATCH' });
  await tell(refused!.email);
  await until(one, 'hostkeeper_jobs_ended_total{action="set",outcome="failed",code="ZOOM_KEY_REFUSED"}');
  zoom.faults.failNext(
    1,
    { status: 429, body: { code: 429, message: 'maximum per-second rate limit' } },
    { method: 'PATCH' },
  );
  await tell(limited!.email);
  await until(one, 'hostkeeper_zoom_rate_limits_total{scope="account"}');
  await until(one, 'hostkeeper_zoom_budget_pauses_total{label="light"}');
  expect((await scrape(one)).get('hostkeeper_zoom_calls_total{action="set-host-key",outcome="4xx"}')).toBe(3);
  zoom.settings.scopes = zoom.settings.scopes.filter((scope) => !scope.includes('update'));
  zoom.faults.clear();
  zoom.faults.expireToken();
  await tell(zoom.users.add({ email: 'dan@example.com' }).email);
  await until(one, 'hostkeeper_alerts_total{alert="QUEUE_PAUSED"}');
  await until(one, 'hostkeeper_paused{call="write",code="ZOOM_SCOPE_MISSING"}');
  expect(one.logged().split('"alert":"QUEUE_PAUSED"')).toHaveLength(2);
});

test('those who join and leave an entitled group are events of its source, whichever process decides', async () => {
  const name = (outcome: string) => `hostkeeper_events_total{source="okta",outcome="${outcome}"}`;
  const one = await start({}, { worker: false });
  const { core } = one.serving;
  const directory = await openDirectory(core, { name: 'okta', entitledGroups: ['Hosts', 'Others'] });
  const ann = await directory.user(zoom.users.add({ email: 'ann@example.com' }).email);
  await until(one, name('applied'));
  const hosts = await directory.group('Hosts', [ann]);
  await until(one, name('applied'), 2);
  await directory.group('Others', [ann]);
  await until(one, name('no-change'));
  await directory.quit(hosts, ann);
  await until(one, name('no-change'), 2);
  expect((await scrape(one)).get(name('applied'))).toBe(2);

  const unheard = createGroupKeeper({
    pool: core.database.pool,
    newId,
    follow: () => undefined,
    failpoint: () => undefined,
  });
  const step = { step: 'add' as const, members: [{ id: ann.id, display: null }] };
  await unheard.change(
    { sourceId: directory.sourceId, id: hosts, body: {}, deadline: deadlineIn(60_000) },
    { next: () => undefined, steps: [step] },
  );
  const other = await start({}, { web: false });
  await until(other, name('no-change'));
});

test('a second process on this machine goes on without the port, and says so', async () => {
  const first = await start();
  const second = await start({ METRICS_PORT: new URL(first.watchUrl).port });
  expect(second.logged()).toContain('"code":"METRICS_PORT_UNUSABLE"');
  expect((await fetch(`${second.serving.url}/readyz`)).status).toBe(200);
  expect((await scrape(first)).get('hostkeeper_database_up')).toBe(1);
});

test('while the database is away that is told, and nothing is made up for what only it knows', async () => {
  const proxy = await startTcpProxy(database.url);
  const one = await start({}, { url: proxy.through(database.url), worker: false });
  await one.serving.core.queue.outstanding();
  await proxy.close();
  await until(one, 'hostkeeper_database_up', 0);
  const names = [...(await scrape(one)).keys()];
  expect(names).toContain('hostkeeper_alerts_total{alert="QUEUE_PAUSED"}');
  const known = /^hostkeeper_(jobs|oldest_job_seconds|queue_age_seconds|host_keys|paused)\b/;
  expect(names.filter((name) => known.test(name))).toEqual([]);
});

test('METRICS_PORT=0 serves none', async () => {
  const listening = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
  const before = listening();
  const one = await start({ METRICS_PORT: '0' });
  expect(listening()).toBe(before + 1);
  expect(one.logged()).not.toContain('METRICS_PORT_UNUSABLE');
});

test('when a source last spoke is listed with it', async () => {
  const one = await start();
  const { sources } = openOperations(one.serving.core, one.serving.url ?? '');
  const tell = await connectScim(one.serving);
  expect((await sources.list()).sources).toMatchObject([{ name: 'okta', lastNoticeAt: null }]);
  const before = Date.now();
  await tell('eve@example.com');
  const lastNoticeAt = async () => (await sources.list()).sources[0]?.lastNoticeAt?.getTime() ?? 0;
  await waitFor('the time', async () => (await lastNoticeAt()) > 0);
  expect(Math.abs((await lastNoticeAt()) - before)).toBeLessThan(10_000);
});
