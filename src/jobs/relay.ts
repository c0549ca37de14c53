import type pg from 'pg';
import type { Log } from '../log.js';
import type { Person } from '../lifecycle/person.js';
import { noteTold } from '../records/sweeps.js';
import type { JobQueue, QueueEntry } from './queue.js';

/** Tells the queue of committed work. Never throws and never waits: what it could not tell, the sweep will. */
export interface Tell {
  /** The jobs of these people that are due now. */
  people(people: Iterable<Person>): void;
  jobs(entries: QueueEntry[]): void;
}

export interface Relay extends Tell {
  /** Resolves once all that was given is told, or known not to be. */
  flushed(): Promise<void>;
}

export interface RelayOptions {
  queue: JobQueue;
  pool: pg.Pool;
  log: Log;
  /** For tests that kill the process at a named place. */
  failpoint: (name: string) => void;
}

/** What the queue holds at most; more would only wait there, and be lost with it. */
export const MAX_OUTSTANDING = 1_000;
const COUNT_AGE_MS = 1_000;
const MAX_BULK = 500;

export function createRelay({ queue, pool, log, failpoint }: RelayOptions): Relay {
  let waiting: QueueEntry[] = [];
  let telling: Promise<void> | null = null;
  const room = createRoom(queue);

  const tellAll = async () => {
    while (waiting.length > 0) {
      const some = waiting.slice(0, MAX_BULK);
      waiting = waiting.slice(MAX_BULK);
      await tellSome(some).catch((error: unknown) =>
        log.warn({ err: error, jobs: some.length }, 'queue not told'),
      );
    }
    telling = null;
  };
  const tellSome = async (entries: QueueEntry[]) => {
    failpoint('after-relay-read');
    const fits = entries.slice(0, await room.take(entries.length));
    if (fits.length === 0) return;
    await queue.add(fits);
    failpoint('after-enqueue');
    const told = fits.map((entry) => entry.jobId);
    await noteTold(pool, told);
  };
  const jobs = (entries: QueueEntry[]) => {
    if (entries.length === 0) return;
    waiting.push(...entries);
    telling ??= Promise.resolve().then(tellAll);
  };
  return {
    jobs,
    people: (people) => jobs([...people].flatMap(dueJobs)),
    flushed: async () => {
      while (telling) await telling;
    },
  };
}

function dueJobs(person: Person): QueueEntry[] {
  const due = person.jobs.filter((job) => job.state === 'queued');
  return due.map((job) => ({ jobId: job.id, attempt: job.attempts + 1, priority: job.priority }));
}

/** How many more entries the queue may be given; counted anew once a second at most. */
function createRoom(queue: JobQueue) {
  let left = 0;
  let countedAt = 0;
  return {
    async take(wanted: number): Promise<number> {
      if (left < wanted && Date.now() - countedAt > COUNT_AGE_MS) {
        left = MAX_OUTSTANDING - (await queue.outstanding());
        countedAt = Date.now();
      }
      const taken = Math.max(0, Math.min(wanted, left));
      left -= taken;
      return taken;
    },
  };
}
