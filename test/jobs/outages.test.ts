import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { openEmbedded } from '../../src/records/embedded/open.js';
import { expectAtRest } from '../harness/at-rest.js';
import { openCast, type Cast } from '../harness/cast.js';
import { joined, left, told } from '../harness/people.js';
import { startProcess } from '../harness/process.js';
import { describeWithRedis } from '../harness/redis.js';
import { environment, startCore, type TestCore, type TestCoreOptions } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

/** Everything but leases and time-outs goes fast, so that a busy machine does not cause trouble of its own. */
const FAST = { CLOCK_SPEED: '60' };
const durations = { leaseMs: 1_500, zoomTimeoutMs: 750, resendAfterMs: 2_500 };

let service: TestCore;
let cast: Cast;

async function start(env: Record<string, string> = {}, options: TestCoreOptions = {}) {
  service = await startCore({ ...FAST, ...env }, { durations, ...options });
  cast = await openCast(service);
}

function logged(text: string): boolean {
  return service.logged().includes(text);
}

describe('Zoom', () => {
  beforeEach(() => start());
  afterEach(() => service.close());

  test('is down for a while: everybody has what they should, without a hand', async () => {
    const leavers = await cast.crowd(3);
    await expectAtRest(service);
    service.zoom.faults.outage(true);
    await cast.crowd(5);
    for (const { email } of leavers) await cast.say(left(email));
    const unfinished = { finishedAt: null, strikes: { gt: 1 } };
    const { prisma } = service.core.database;
    await waitFor('some vain tries', async () => (await prisma.job.count({ where: unfinished })) >= 4);
    service.zoom.faults.outage(false);
    await expectAtRest(service, 40_000);
  });

  test('answers with all kinds of trouble: everybody has what they should, without a hand', async () => {
    const crowd = await cast.crowd(10);
    await expectAtRest(service);
    const { faults } = service.zoom;
    const patch = { method: 'PATCH' };
    faults.failNext(2, { status: 500, body: '<h1>500</h1>', contentType: 'text/html' }, patch);
    faults.failNext(2, { status: 429, body: { code: 429, message: 'maximum per-second rate limit' } }, patch);
    faults.failNext(2, 'silence', patch);
    faults.failNext(2, 'reset', patch);
    faults.applyThenDrop(3);
    faults.applyLate(2, 1_000, 'hold');
    const changes = crowd.map(({ email }, index) =>
      index % 2 ? left(email) : told(email, { attributes: { department: 'Sales' } }),
    );
    await cast.say(...changes);
    await cast.say(
      ...crowd
        .filter((_, index) => index % 2 === 0)
        .map(({ email }) => told(email, { attributes: { department: 'Legal' } })),
    );
    await cast.crowd(10);
    await expectAtRest(service, 40_000);
    expect(await service.core.database.prisma.job.count({ where: { state: 'failed' } })).toBe(0);
  });
});

describeWithRedis('Redis', (redis) => {
  afterEach(() => service.close());

  async function onRedis<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(redis().url);
    return work(client).finally(() => client.disconnect());
  }

  test('is emptied with jobs queued: they are done all the same', async () => {
    await start({ REDIS_URL: redis().url }, { workers: false });
    await cast.crowd(20);
    await service.core.relay.flushed();
    expect(await service.core.queue.outstanding()).toBe(20);
    await onRedis((client) => client.flushall());
    expect(await service.core.queue.outstanding()).toBe(0);
    service.startWorkers();
    await expectAtRest(service);
  });

  test('is emptied under workers with tries still to come: they are done all the same', async () => {
    await start({ REDIS_URL: redis().url });
    service.zoom.faults.outage(true);
    await cast.crowd(10);
    await waitFor('vain tries', () => logged('ZOOM_UNAVAILABLE'));
    await onRedis((client) => client.flushall());
    service.zoom.faults.outage(false);
    await cast.crowd(5);
    await expectAtRest(service, 40_000);
  });

  test('is away for a while: notices are kept meanwhile, and their jobs done afterwards', async () => {
    const { kill, start: startRedis, url } = redis();
    if (!kill || !startRedis) return;
    await start({ REDIS_URL: url });
    await cast.crowd(5);
    await expectAtRest(service);
    await kill();
    await cast.crowd(10);
    await waitFor('the queue not to be told', () => logged('queue not told'));
    await startRedis();
    await cast.crowd(5);
    await expectAtRest(service, 40_000);
  });

  test('is away when we stop: the stop takes no longer than its grace', async () => {
    const { kill, start: startRedis, url } = redis();
    if (!kill || !startRedis) return;
    await start({ REDIS_URL: url }, { workers: false });
    await cast.crowd(3);
    const env = environment(service.core.databaseUrl, service.zoom, { ...FAST, REDIS_URL: url });
    const child = await startProcess({ env, durations: { ...durations, drainMs: 2_000 } });
    child.send('work');
    await expectAtRest(service);
    await kill();
    const startedAt = performance.now();
    child.send('stop');
    expect(await child.ended()).toBe('0');
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    await startRedis();
  });
});

describeWithRedis('Redis, when we start,', (redis) => {
  afterEach(() => service.close());

  test('is away: notices are kept, and their jobs done when it comes', async () => {
    const { kill, start: startRedis, url } = redis();
    if (!kill || !startRedis) return;
    await kill();
    await start({ REDIS_URL: url });
    await cast.crowd(5);
    await waitFor('the queue not to be told', () => logged('queue not told'));
    await startRedis();
    await expectAtRest(service, 40_000);
  });
});

describe('PostgreSQL', () => {
  let dataDir: string;
  let server: Awaited<ReturnType<typeof openEmbedded>>;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'hostkeeper-outage-'));
    await chmod(dataDir, 0o711);
    server = await openEmbedded({ dataDir });
  });
  afterEach(async () => {
    await service.close();
    await server.release();
    await rm(dataDir, { recursive: true });
  });

  test('is restarted in the middle of work: nothing that was accepted is lost, and all is done', async () => {
    await start({}, { databaseUrl: server.url });
    service.zoom.faults.slow(100);
    await cast.crowd(30);
    await waitFor('work under way', () => service.zoom.log.requests.some((request) => request.applied));
    await server.release();
    const refused = cast.say(joined('meanwhile@example.com'));
    await expect(refused).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const { url } = server;
    server = await openEmbedded({ dataDir });
    expect(server.url).toBe(url);
    service.zoom.faults.slow(0);
    await cast.crowd(5);
    await expectAtRest(service, 40_000);
  });

  test('is away when we stop: the stop takes no longer than its grace', async () => {
    await start({}, { databaseUrl: server.url, workers: false });
    await cast.crowd(3);
    const env = environment(server.url, service.zoom, FAST);
    const child = await startProcess({ env, durations: { ...durations, drainMs: 2_000 } });
    child.send('work');
    await expectAtRest(service);
    await server.release();
    const startedAt = performance.now();
    child.send('stop');
    expect(await child.ended()).toBe('0');
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    server = await openEmbedded({ dataDir });
  });
});
