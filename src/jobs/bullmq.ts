import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createPostgresBackend,
  createRedisBackend,
  withBackend,
  type BackendFactory,
  type IQueueBackend,
  type Queue,
  type Worker,
  type WorkerOptions,
} from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import type pg from 'pg';
import { watchPolls } from './polls.js';
import type { QueueAddress } from './queue-address.js';
import { redisConnection } from './redis.js';

const QUEUE = 'hostkeeper';
/** In braces, so that all keys of the queue live in one slot of a Redis cluster. */
const PREFIX = '{hostkeeper}';
/** More than the 10 s for which BullMQ lets Redis wait for work at most. */
const WAITING_MS = 12_000;
/** How long a connection that is only being made is waited for. */
export const READY_MS = 1_000;

interface OpenQueue {
  queue: Queue;
  /** Rejects soon while the queue is away, where BullMQ would wait for its first connection for ever. */
  isThere: () => Promise<unknown>;
  /** BullMQ leaves a Redis connection that was given to it to whoever made it. */
  hangUp: () => Promise<void>;
}

/** The same queue on either backend. */
export function openQueue(address: QueueAddress): OpenQueue {
  if (address.kind === 'postgres') {
    const { Queue } = withBackend(mended(createPostgresBackend));
    const queue = new Queue(QUEUE, { connection: postgresConnection(address.url) });
    return { queue: queue as unknown as Queue, isThere: nothing, hangUp: nothing };
  }
  const { Queue } = withBackend(createRedisBackend);
  // Fails at once while Redis is away: the row is kept, the sweep tells it later.
  const connection = redisConnection(address.redis, { enableOfflineQueue: false, maxRetriesPerRequest: 1 });
  const queue = new Queue(QUEUE, { connection, prefix: PREFIX });
  const isThere = async () =>
    connection.status === 'ready' || once(connection, 'ready', { signal: AbortSignal.timeout(READY_MS) });
  return { queue: queue as unknown as Queue, isThere, hangUp: () => hangUp(connection) };
}

interface OpenWorkerOptions {
  address: QueueAddress;
  settings: Omit<WorkerOptions, 'connection'>;
  run: (entryId: string) => Promise<void>;
  /** Called whenever work was asked for with success. */
  onPoll: () => void;
}

export function openWorker({ address, settings, run, onPoll }: OpenWorkerOptions): {
  worker: Worker;
  hangUp: () => Promise<void>;
} {
  const processor = (job: { id?: string | undefined }) => run(job.id ?? '');
  if (address.kind === 'postgres') {
    const { Worker } = withBackend(watched(mended(createPostgresBackend), onPoll));
    const connection = postgresConnection(address.url);
    const worker = new Worker(QUEUE, processor, { ...settings, connection });
    return { worker: worker as unknown as Worker, hangUp: nothing };
  }
  const { Worker } = withBackend(watched(createRedisBackend, onPoll));
  const connection = redisConnection(address.redis, {
    maxRetriesPerRequest: null,
    socketTimeout: WAITING_MS,
  });
  const worker = new Worker(QUEUE, processor, { ...settings, connection, prefix: PREFIX });
  return { worker: worker as unknown as Worker, hangUp: () => hangUp(connection) };
}

function watched<B extends IQueueBackend, C>(
  factory: BackendFactory<B, C>,
  onPoll: () => void,
): BackendFactory<B, C> {
  return ((...args: Parameters<BackendFactory<B, C>>) =>
    watchPolls(factory(...args), onPoll)) as BackendFactory<B, C>;
}

/**
 * BullMQ's PostgreSQL backend remembers a first connection that failed, for ever; here the next one is tried. Nor does
 * it listen to a connection that it has lent out: lost between two queries, that would end the process.
 */
function mended<C>(factory: BackendFactory<IQueueBackend, C>): BackendFactory<IQueueBackend, C> {
  return ((...args: Parameters<BackendFactory<IQueueBackend, C>>) => {
    const backend = factory(...args);
    const { connection } = backend as unknown as { connection: FirstConnection };
    connection.pool.on('connect', (client) => client.on('error', () => undefined));
    const connectOnce = connection.waitUntilReady.bind(connection);
    connection.waitUntilReady = () =>
      connectOnce().catch((error: unknown) => {
        connection.readyPromise = undefined;
        throw error;
      });
    return backend;
  }) as BackendFactory<IQueueBackend, C>;
}

interface FirstConnection {
  pool: pg.Pool;
  readyPromise: Promise<void> | undefined;
  waitUntilReady(): Promise<void>;
}

/** A connection that is silent this long although it was asked is taken for dead; the network may not tell. */
const SILENCE_MS = 15_000;
const CONNECT_MS = 5_000;

function postgresConnection(url: string) {
  return {
    connectionString: url,
    max: 8,
    schema: 'bullmq',
    migrate: true,
    application_name: 'hostkeeper',
    // The queue is a hint: nobody waits until it is on disk.
    options: '-c synchronous_commit=off',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: SILENCE_MS,
    keepAlive: true,
  };
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

async function hangUp(connection: Redis | Cluster): Promise<void> {
  if (connection.status === 'end') return;
  const ended = once(connection, 'end');
  connection.disconnect();
  await Promise.race([ended, sleep(READY_MS, undefined, { ref: false })]).catch(() => undefined);
}
