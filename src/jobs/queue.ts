import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createPostgresBackend,
  createRedisBackend,
  withBackend,
  type BackendFactory,
  type IQueueBackend,
  type JobsOptions,
  type Queue,
  type Worker,
} from 'bullmq';
import type { QueueAddress } from './queue-address.js';
import { redisConnection } from './redis.js';
import { watchPolls } from './polls.js';

const QUEUE = 'hostkeeper';
/** In braces, so that all keys of the queue live in one slot of a Redis cluster. */
const PREFIX = '{hostkeeper}';
const LOCK_MS = 30_000;
/** Locks are renewed by a timer, which may come late. */
const MIN_LOCK_MS = 2_000;
/** In seconds, as BullMQ wants it. */
const POLL_S = 5;
const RETRY_MS = 5_000;
/** How long a connection that is only being made is waited for. */
const READY_MS = 1_000;

/** What the queue carries of a job: which attempt is next, how urgent, and in how many milliseconds. */
export interface QueueEntry {
  jobId: string;
  attempt: number;
  priority: number;
  delayMs?: number;
}

/** The queue as the relay and the sweep need it. */
export interface JobQueue {
  /** Telling twice is harmless: an id that the queue still knows is ignored. */
  add(entries: QueueEntry[]): Promise<void>;
  /** Entries it knows that are not finished. */
  outstanding(): Promise<number>;
  close(): Promise<void>;
}

/** Takes entries off the queue; how often it asked successfully is what the watchdog looks at. */
export interface JobWorker {
  lastPollAt(): number;
  /** Takes no more; resolves once what is running has ended. */
  drain(): Promise<void>;
  /** Without waiting for what is running. */
  abandon(): Promise<void>;
}

export interface QueueOptions {
  address: QueueAddress;
  onError: (error: Error) => void;
}

/** Rows are the record, so the queue keeps nothing of what has ended (a kept count deadlocks on PostgreSQL). */
const FORGET: JobsOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 };

export function createJobQueue({ address, onError }: QueueOptions): JobQueue {
  const { queue, isThere, hangUp } = openQueue(address);
  queue.on('error', onError);
  return {
    async add(entries) {
      if (entries.length === 0) return;
      await isThere();
      await queue.addBulk(entries.map(entryToAdd));
    },
    async outstanding() {
      await isThere();
      const counts = await queue.getJobCounts('wait', 'prioritized', 'active', 'delayed');
      return Object.values(counts).reduce((sum, count) => sum + count, 0);
    },
    close: () => queue.close().finally(hangUp),
  };
}

function entryToAdd({ jobId, attempt, priority, delayMs }: QueueEntry) {
  const delay = Math.max(0, Math.ceil(delayMs ?? 0));
  return { name: 'attempt', data: {}, opts: { ...FORGET, jobId: `${jobId}-${attempt}`, priority, delay } };
}

export interface WorkerOptions extends QueueOptions {
  concurrency: number;
  /** Divides what the worker waits for: for new work, for the queue to come back, for a dead worker's locks. */
  clockSpeed: number;
  run: (jobId: string, attempt: number) => Promise<void>;
  /** Called when the queue has nothing more to give. */
  onIdle: () => void;
}

export function createJobWorker(options: WorkerOptions): JobWorker {
  const polls = { lastAt: Date.now() };
  const { worker, hangUp } = openWorker(options, () => (polls.lastAt = Date.now()));
  worker.on('error', options.onError);
  worker.on('drained', options.onIdle);
  const begun = Promise.race([worker.waitUntilReady(), sleep(READY_MS, undefined, { ref: false })]);
  const close = async (force: boolean) => {
    // A worker that is closed while it still connects leaves that connection open.
    await begun.catch(() => undefined);
    await worker.close(force).finally(hangUp);
  };
  return {
    lastPollAt: () => polls.lastAt,
    drain: () => close(false),
    abandon: () => close(true),
  };
}

/** BullMQ leaves a Redis connection that was given to it to whoever made it. */
interface HangUp {
  hangUp: () => void;
}

interface OpenQueue extends HangUp {
  queue: Queue;
  /** Rejects soon while the queue is away, where BullMQ would wait for its first connection for ever. */
  isThere: () => Promise<unknown>;
}

function openQueue(address: QueueAddress): OpenQueue {
  if (address.kind === 'postgres') {
    const { Queue } = withBackend(createPostgresBackend);
    const queue = new Queue(QUEUE, { connection: postgresConnection(address.url) });
    const nothing = () => undefined;
    return { queue: queue as unknown as Queue, isThere: () => Promise.resolve(), hangUp: nothing };
  }
  const { Queue } = withBackend(createRedisBackend);
  // Fails at once while Redis is away: the row is kept, the sweep tells it later.
  const connection = redisConnection(address.redis, { enableOfflineQueue: false, maxRetriesPerRequest: 1 });
  const queue = new Queue(QUEUE, { connection, prefix: PREFIX });
  const isThere = async () =>
    connection.status === 'ready' || once(connection, 'ready', { signal: AbortSignal.timeout(READY_MS) });
  return { queue: queue as unknown as Queue, isThere, hangUp: () => connection.disconnect() };
}

function openWorker(
  { address, concurrency, clockSpeed, run }: WorkerOptions,
  onPoll: () => void,
): { worker: Worker } & HangUp {
  const lockMs = Math.max(MIN_LOCK_MS, LOCK_MS / clockSpeed);
  const settings = {
    concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: 3,
    drainDelay: POLL_S / clockSpeed,
    runRetryDelay: RETRY_MS / clockSpeed,
  };
  const processor = async (job: { id?: string | undefined }) => {
    const [jobId, attempt] = splitEntryId(job.id ?? '');
    await run(jobId, attempt);
  };
  if (address.kind === 'postgres') {
    const { Worker } = withBackend(watched(createPostgresBackend, onPoll));
    const connection = postgresConnection(address.url);
    const worker = new Worker(QUEUE, processor, { ...settings, connection });
    return { worker: worker as unknown as Worker, hangUp: () => undefined };
  }
  const { Worker } = withBackend(watched(createRedisBackend, onPoll));
  const connection = redisConnection(address.redis, { maxRetriesPerRequest: null });
  const worker = new Worker(QUEUE, processor, { ...settings, connection, prefix: PREFIX });
  return { worker: worker as unknown as Worker, hangUp: () => connection.disconnect() };
}

function watched<B extends IQueueBackend, C>(
  factory: BackendFactory<B, C>,
  onPoll: () => void,
): BackendFactory<B, C> {
  return ((...args: Parameters<BackendFactory<B, C>>) =>
    watchPolls(factory(...args), onPoll)) as BackendFactory<B, C>;
}

function postgresConnection(url: string) {
  return { connectionString: url, max: 8, schema: 'bullmq', migrate: true, application_name: 'hostkeeper' };
}

/** `<job>-<attempt>`; the job's id has dashes of its own. */
export function splitEntryId(id: string): [jobId: string, attempt: number] {
  const dash = id.lastIndexOf('-');
  return [id.slice(0, dash), Number(id.slice(dash + 1))];
}
