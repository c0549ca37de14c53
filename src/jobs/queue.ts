import type { JobsOptions } from 'bullmq';
import { openQueue } from './bullmq.js';
import { endsWithin } from './ends-within.js';
import type { QueueAddress } from './queue-address.js';

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

export interface QueueOptions {
  address: QueueAddress;
  onError: (error: Error) => void;
}

/** Rows are the record, so the queue keeps nothing of what has ended (a kept count deadlocks on PostgreSQL). */
const FORGET: JobsOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 };

const CLOSE_MS = 2_000;

/** Measured: for each bulk BullMQ makes two tables in PostgreSQL, which costs as much as six entries added alone. */
const FEW = 5;

export function createJobQueue({ address, onError }: QueueOptions): JobQueue {
  const { queue, isThere, hangUp } = openQueue(address);
  queue.on('error', onError);
  return {
    async add(entries) {
      if (entries.length === 0) return;
      await isThere();
      const adding = entries.map(entryToAdd);
      if (adding.length > FEW) await queue.addBulk(adding);
      else await Promise.all(adding.map(({ name, data, opts }) => queue.add(name, data, opts)));
    },
    async outstanding() {
      await isThere();
      const counts = await queue.getJobCounts('wait', 'prioritized', 'active', 'delayed');
      return Object.values(counts).reduce((sum, count) => sum + count, 0);
    },
    // BullMQ waits for a Redis that is away.
    close: () => endsWithin(queue.close(), CLOSE_MS).then(hangUp),
  };
}

function entryToAdd({ jobId, attempt, priority, delayMs }: QueueEntry) {
  const delay = Math.max(0, Math.ceil(delayMs ?? 0));
  return { name: 'attempt', data: {}, opts: { ...FORGET, jobId: `${jobId}-${attempt}`, priority, delay } };
}

/** `<job>-<attempt>`; the job's id has dashes of its own. */
export function splitEntryId(id: string): [jobId: string, attempt: number] {
  const dash = id.lastIndexOf('-');
  return [id.slice(0, dash), Number(id.slice(dash + 1))];
}
