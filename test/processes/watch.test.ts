import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createJobQueue } from '../../src/jobs/queue.js';
import { createJobWorker } from '../../src/jobs/queue-worker.js';
import { createWatchdog } from '../../src/jobs/watchdog.js';
import { expectAtRest } from '../harness/at-rest.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';
import { addSource, intakeOf, joined } from '../harness/people.js';
import { queryServer } from '../harness/postgres.js';
import { describeWithRedis } from '../harness/redis.js';
import { startCore, type TestCore } from '../harness/service.js';
import { startTcpProxy, type TcpProxy } from '../harness/tcp-proxy.js';
import { waitFor } from '../harness/wait-for.js';

const FAST = { CLOCK_SPEED: '20' };
/** A machine that is busy is not to be taken for a lost lease. */
const durations = { leaseMs: 15_000, zoomTimeoutMs: 5_000, resendAfterMs: 2_500 };

let database: TestDatabase;
let closing: (() => Promise<unknown>)[] = [];
let people = 0;

beforeEach(async () => {
  closing = [];
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await database.drop();
});

async function startProxy(url: string): Promise<TcpProxy> {
  const proxy = await startTcpProxy(url);
  closing.push(() => proxy.close());
  return proxy;
}

/** The service with its worker, at rest, reaching what is between it and its servers. */
async function start(databaseUrl: string, env: Record<string, string> = {}): Promise<TestCore> {
  const service = await startCore({ ...FAST, ...env }, { databaseUrl, durations });
  closing.push(() => service.close());
  await addSource(service.core, 'scim');
  await join(service, 3);
  await expectAtRest(service);
  return service;
}

async function join({ core, zoom }: TestCore, count: number): Promise<void> {
  const source = await core.database.prisma.source.findFirstOrThrow({ where: { kind: 'scim' } });
  for (let added = 0; added < count; added += 1) {
    const { email } = zoom.users.add({ email: `person${++people}@example.com` });
    await core.acceptor.accept(intakeOf(source.id, joined(email)));
  }
}

/** How many jobs nobody has taken for as long as a worker would ask for work eight times. */
async function waitingLong({ core }: TestCore): Promise<number> {
  const { rows } = await core.database.pool.query<{ waiting: number }>(
    `SELECT count(*)::integer AS waiting FROM jobs
     WHERE state = 'queued' AND created_at < clock_timestamp() - interval '2 seconds'`,
  );
  return rows[0]!.waiting;
}

/** Somebody comes, and whatever broke before must not keep them from their key. */
async function expectWorkGoesOn(service: TestCore): Promise<void> {
  await waitFor(
    'a notice to be kept',
    () =>
      join(service, 1).then(
        () => true,
        () => false,
      ),
    30_000,
  );
  await expectAtRest(service, 40_000);
}

describe('on PostgreSQL work goes on', () => {
  test('when every connection was ended by the server', async () => {
    const service = await start(database.url);
    for (let time = 0; time < 3; time += 1) {
      await queryServer('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
        new URL(database.url).pathname.slice(1),
      ]);
      await expectWorkGoesOn(service);
    }
  });

  test('when the first connection of the queue was refused', async () => {
    const proxy = await startProxy(database.url);
    const address = { kind: 'postgres' as const, url: proxy.through(database.url) };
    const onError = () => undefined;
    proxy.refuse(true);
    const queue = createJobQueue({ address, onError });
    closing.push(() => queue.close());
    const ran: string[] = [];
    const worker = createJobWorker({
      ...{ address, onError, concurrency: 1, clockSpeed: 20, onIdle: () => undefined },
      run: async (jobId) => void ran.push(jobId),
    });
    closing.push(() => worker.drain());
    await expect(queue.outstanding()).rejects.toThrow();
    proxy.refuse(false);
    const jobId = randomUUID();
    await waitFor('the queue to be told', () =>
      queue.add([{ jobId, attempt: 1, priority: 3 }]).then(
        () => true,
        () => false,
      ),
    );
    await waitFor('the work', () => ran.includes(jobId));
  });
});

describeWithRedis('on Redis work goes on', (redis) => {
  let proxy: TcpProxy;
  let client: Redis;
  let service: TestCore;

  beforeEach(async () => {
    client = new Redis(redis().url);
    closing.push(async () => client.disconnect());
    proxy = await startProxy(redis().url);
    service = await start(database.url, { REDIS_URL: proxy.through(redis().url) });
  });

  test('when every connection was killed by the server', async () => {
    for (let time = 0; time < 3; time += 1) {
      await client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await expectWorkGoesOn(service);
    }
  });

  test('when every connection, also to PostgreSQL, fell silent without an end', async () => {
    const other = await createTestDatabase();
    closing.unshift(() => other.drop());
    const toPostgres = await startProxy(other.url);
    const onPostgres = await start(toPostgres.through(other.url));
    for (const one of [proxy, toPostgres]) one.freeze();
    await Promise.all([service, onPostgres].map(expectWorkGoesOn));
  });

  test('when it stood still for a while', async () => {
    const pid = Number(/process_id:(\d+)/.exec(await client.info('server'))?.[1]);
    process.kill(pid, 'SIGSTOP');
    try {
      await join(service, 3);
      await waitFor('them to have waited in vain', async () => (await waitingLong(service)) === 3);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await expectWorkGoesOn(service);
  });
});

describe('a worker that asks for nothing although the queue answers', () => {
  const watched = async (onStuck: (() => void) | undefined, until: (restarts: number) => boolean) => {
    const outcomes: unknown[] = [];
    let restarts = 0;
    const watchdog = createWatchdog({
      address: { kind: 'postgres', url: database.url },
      patienceMs: 200,
      log: { alert: (_code: string, fields: object) => void outcomes.push(Object.values(fields).at(-1)) },
      lastPollAt: () => 0,
      restart: () => (restarts += 1),
      onStuck,
    });
    await waitFor('it to be noticed', () => until(restarts)).finally(() => watchdog.stop());
    return { outcomes, restarts };
  };

  test('is replaced once, and then its process ends', async () => {
    let stuck = false;
    const { outcomes, restarts } = await watched(
      () => (stuck = true),
      () => stuck,
    );
    expect(restarts).toBe(1);
    expect(outcomes.slice(0, 2)).toEqual(['restart', 'exit']);
  });

  test('is replaced again and again where the process must not end', async () => {
    await watched(undefined, (restarts) => restarts > 2);
  });
});
