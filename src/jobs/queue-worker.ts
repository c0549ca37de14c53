import type { WorkerOptions } from 'bullmq';
import { openWorker, READY_MS } from './bullmq.js';
import { endsWithin } from './ends-within.js';
import { splitEntryId, type QueueOptions } from './queue.js';

/** Takes entries off the queue; how often it asked successfully is what the watchdog looks at. */
export interface JobWorker {
  lastPollAt(): number;
  /** Takes no more; resolves once what is running has ended. */
  drain(): Promise<void>;
  /** Without waiting for what is running. */
  abandon(): Promise<void>;
}

export interface JobWorkerOptions extends QueueOptions {
  concurrency: number;
  /** Divides what the worker waits for: for new work, for the queue to come back, for a dead worker's locks. */
  clockSpeed: number;
  run: (jobId: string, attempt: number) => Promise<void>;
  /** Called when the queue has nothing more to give. */
  onIdle: () => void;
}

const LOCK_MS = 30_000;
/** Locks are renewed by a timer, which may come late. */
const MIN_LOCK_MS = 2_000;
/** In seconds, as BullMQ wants it. */
const POLL_S = 5;
const RETRY_MS = 5_000;

export function createJobWorker(options: JobWorkerOptions): JobWorker {
  const { address, run, onError, onIdle } = options;
  const polls = { lastAt: Date.now() };
  const { worker, hangUp } = openWorker({
    address,
    settings: settingsOf(options),
    run: (entryId) => run(...splitEntryId(entryId)),
    onPoll: () => (polls.lastAt = Date.now()),
  });
  worker.on('error', onError);
  worker.on('drained', onIdle);
  const begun = endsWithin(worker.waitUntilReady(), READY_MS);
  const close = async (force: boolean) => {
    // A worker that is closed while it still connects leaves that connection open.
    await begun;
    await worker.close(force).finally(hangUp);
  };
  return {
    lastPollAt: () => polls.lastAt,
    drain: () => close(false),
    abandon: () => close(true),
  };
}

function settingsOf({ concurrency, clockSpeed }: JobWorkerOptions): Omit<WorkerOptions, 'connection'> {
  const lockMs = Math.max(MIN_LOCK_MS, LOCK_MS / clockSpeed);
  return {
    concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: 3,
    drainDelay: POLL_S / clockSpeed,
    runRetryDelay: RETRY_MS / clockSpeed,
  };
}
