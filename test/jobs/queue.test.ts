import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import { readConfig } from '../../src/config.js';
import { createJobQueue, type JobQueue } from '../../src/jobs/queue.js';
import { createJobWorker, type JobWorker } from '../../src/jobs/queue-worker.js';
import type { QueueAddress } from '../../src/jobs/queue-address.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';
import { describeWithRedis } from '../harness/redis.js';
import { waitFor } from '../harness/wait-for.js';

describe('on PostgreSQL', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  behaviours(() => ({ kind: 'postgres', url: database.url }));

  test('what it keeps of an entry is its id, and when and how urgently it is due', async () => {
    const queue = createJobQueue({ address: { kind: 'postgres', url: database.url }, onError: fail });
    await queue.add([{ jobId: randomUUID(), attempt: 3, priority: 2 }]);
    await queue.close();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>('SELECT data, name FROM bullmq.job');
    await client.query('DELETE FROM bullmq.job');
    await client.end();
    expect(rows).toEqual([{ data: {}, name: 'attempt' }]);
  });
});

describeWithRedis('on Redis', (redis) => {
  behaviours(() => redisAddress(redis().url));
});

describeWithRedis('a connection to Redis', (redis) => {
  test('is closed with queue and worker, so that a process that has drained can end', async () => {
    const address = redisAddress(redis().url);
    const watcher = new Redis(redis().url);
    const connections = async () =>
      [...String(await watcher.client('LIST')).matchAll(/^id=(\d+)/gm)].map(([, id]) => id);
    const others = new Set(await connections());
    const queue = createJobQueue({ address, onError: fail });
    const onError = () => undefined;
    const options = { address, onError, concurrency: 1, clockSpeed: 1, onIdle: () => undefined };
    const worker = createJobWorker({ ...options, run: () => Promise.resolve() });
    await queue.add([{ jobId: randomUUID(), attempt: 1, priority: 3 }]);
    await waitFor('the work', async () => (await queue.outstanding()) === 0);
    await worker.drain();
    await queue.close();
    await waitFor('every connection to be closed', async () =>
      (await connections()).every((id) => others.has(id)),
    );
    watcher.disconnect();
  });

  test('that is lost fails the telling at once, and is made again when Redis is back', async () => {
    const { kill, start, url } = redis();
    if (!kill || !start) return;
    const queue = createJobQueue({ address: redisAddress(url), onError: () => undefined });
    await queue.add([{ jobId: randomUUID(), attempt: 1, priority: 3 }]);
    await kill();
    const startedAt = performance.now();
    await expect(queue.add([{ jobId: randomUUID(), attempt: 1, priority: 3 }])).rejects.toThrow();
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    await start();
    await waitFor('Redis to be told again', () =>
      queue.add([{ jobId: randomUUID(), attempt: 1, priority: 3 }]).then(
        () => true,
        () => false,
      ),
    );
    await queue.close();
  });
});

function redisAddress(url: string): QueueAddress {
  const { redis } = readConfig({ REDIS_URL: url });
  if (!redis) throw new Error('no Redis in the configuration');
  return { kind: 'redis', redis };
}

function fail(error: Error): never {
  throw error;
}

function behaviours(address: () => QueueAddress): void {
  let queue: JobQueue;
  const workers: JobWorker[] = [];
  beforeEach(() => {
    queue = createJobQueue({ address: address(), onError: fail });
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.drain();
    await queue.close();
  });

  function work(run: (jobId: string, attempt: number) => Promise<void>, concurrency = 1): JobWorker {
    const options = { address: address(), onError: fail, onIdle: () => undefined, clockSpeed: 20 };
    const worker = createJobWorker({ ...options, concurrency, run });
    workers.push(worker);
    return worker;
  }

  const entry = (more: Partial<Parameters<JobQueue['add']>[0][number]> = {}) => ({
    jobId: randomUUID(),
    attempt: 1,
    priority: 3,
    ...more,
  });

  test('an entry told many times is carried out once, and can be told again once it has ended', async () => {
    const told = entry();
    const ran: string[] = [];
    await Promise.all(Array.from({ length: 5 }, () => queue.add([told, told])));
    expect(await queue.outstanding()).toBe(1);
    work(async (jobId, attempt) => void ran.push(`${jobId} ${attempt}`));
    await waitFor('it to be done', async () => (await queue.outstanding()) === 0);
    expect(ran).toEqual([`${told.jobId} 1`]);
    await queue.add([told]);
    await waitFor('it to be done again', () => ran.length === 2);
  });

  test('an entry that breaks off is forgotten as well', async () => {
    const told = entry();
    let ran = 0;
    await queue.add([told]);
    work(() => Promise.reject(new Error(`broken ${++ran}`)));
    await waitFor('it to be forgotten', async () => ran === 1 && (await queue.outstanding()) === 0);
    await queue.add([told]);
    await waitFor('it to be tried again', () => ran === 2);
  });

  test('what is more urgent goes first, and what is not due waits', async () => {
    const later = entry({ priority: 1, delayMs: 400 });
    const told = [
      entry({ priority: 4 }),
      entry({ priority: 2 }),
      entry({ priority: 3 }),
      entry({ priority: 1 }),
    ];
    const ran: string[] = [];
    await queue.add([later, ...told]);
    work(async (jobId) => void ran.push(jobId));
    await waitFor('everything', () => ran.length === 5);
    const byPriority = [...told].sort((a, b) => a.priority - b.priority);
    expect(ran).toEqual([...byPriority, later].map((one) => one.jobId));
  });

  test('a worker that drains takes no more, and ends what it has begun', async () => {
    let finish: () => void = () => undefined;
    const begun: string[] = [];
    const worker = work(async (jobId) => {
      begun.push(jobId);
      await new Promise<void>((resolve) => (finish = resolve));
    });
    await queue.add([entry(), entry()]);
    await waitFor('a beginning', () => begun.length === 1);
    let drained = false;
    const draining = worker.drain().then(() => (drained = true));
    await new Promise(setImmediate);
    expect(drained).toBe(false);
    finish();
    await draining;
    expect(begun).toHaveLength(1);
    expect(await queue.outstanding()).toBe(1);
    work(() => Promise.resolve());
    await waitFor('the rest', async () => (await queue.outstanding()) === 0);
  });

  test('what a dead worker had begun is begun again by another', async () => {
    const told = entry();
    let hang: () => void = () => undefined;
    const dead = work(() => new Promise<void>((resolve) => (hang = resolve)));
    await queue.add([told]);
    await waitFor('a beginning', async () => hang.length === 0 && (await queue.outstanding()) === 1);
    await dead.abandon();
    const ran: string[] = [];
    work(async (jobId) => void ran.push(jobId));
    await waitFor('another beginning', () => ran.includes(told.jobId), 15_000);
    hang();
  });

  test('says when it last asked for work', async () => {
    const worker = work(() => Promise.resolve());
    const before = worker.lastPollAt();
    await waitFor('it to ask', () => worker.lastPollAt() > before);
    const then = worker.lastPollAt();
    await waitFor('it to ask again, though there is nothing to do', () => worker.lastPollAt() > then);
  });
}
