import type pg from 'pg';
import type { Log } from '../log.js';
import type { Durations } from '../lifecycle/durations.js';
import { transferDue } from '../lifecycle/renew.js';
import { writeChanges, iso } from '../records/changes.js';
import { isUnavailable, transaction } from '../records/database.js';
import { differences } from '../records/differences.js';
import { holdPeople } from '../records/people.js';
import {
  findLapsed,
  findOwedResends,
  findTransfersDue,
  forgetPrevious,
  takeUntold,
} from '../records/sweeps.js';
import type { Brake } from './brake.js';
import { createCredentialCare } from './credentials.js';
import { holdJob } from './held-job.js';
import type { Memberships } from './memberships.js';
import type { JobQueue } from './queue.js';
import { MAX_OUTSTANDING, type Tell } from './relay.js';
import { decideAgain, resend } from './decide-again.js';

export interface SweepOptions {
  pool: pg.Pool;
  queue: JobQueue;
  tell: Tell;
  durations: Durations;
  newId: () => string;
  brake: Brake;
  memberships: Pick<Memberships, 'sweep'>;
  log: Log;
}

export interface Sweeper {
  /** Looks now; one look at a time, and what is asked for meanwhile is one more look after it. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** Looks every 5 s for what a crash, a lost queue or a late answer left undone. Any number may run at once. */
export function createSweeper(options: SweepOptions): Sweeper {
  let running: Promise<void> | null = null;
  let again = false;
  let closed = false;
  const careForCredentials = createCredentialCare(options);
  const lookOnce = async () => {
    await sweepOnce(options);
    await careForCredentials();
  };
  const look = async () => {
    do {
      again = false;
      await lookOnce().catch((error: unknown) => options.log.warn({ err: error }, 'sweep failed'));
    } while (again && !closed);
    running = null;
  };
  const sweep = () => {
    if (closed) return Promise.resolve();
    if (running) again = true;
    return (running ??= look());
  };
  const timer = setInterval(() => void sweep(), options.durations.sweepMs);
  const close = async () => {
    closed = true;
    clearInterval(timer);
    await running;
  };
  return { sweep, close };
}

async function sweepOnce(options: SweepOptions): Promise<void> {
  options.memberships.sweep();
  await endLapsed(options);
  await oweResends(options);
  await renewTransferred(options);
  await forgetPrevious(options.pool, options.durations.dayMs);
  await tellUntold(options);
}

/** Due rows that the queue was not told of, or was told of long ago: it may have lost them. */
async function tellUntold({ pool, queue, durations, log }: SweepOptions): Promise<void> {
  const room = MAX_OUTSTANDING - (await queue.outstanding());
  if (room <= 0) return;
  const untold = await takeUntold(pool, room, durations.toldAgainMs);
  if (untold.length === 0) return;
  await queue.add(
    untold.map(({ id, attempts, priority }) => ({ jobId: id, attempt: attempts + 1, priority })),
  );
  log.debug({ jobs: untold.length }, 'queue told again');
}

/** Attempts whose worker did not come back within its lease: their job is tried again, the attempt stays open. */
async function endLapsed({ pool, tell, log }: SweepOptions): Promise<void> {
  await mendEach(await findLapsed(pool), log, async ({ jobId, number }) => {
    const held = await transaction(pool, async (client) => {
      const found = await holdJob(client, jobId);
      if (!found) return null;
      const { held, job, person } = found;
      const lapsed = { job_id: jobId, number, ended_at: iso(held.now), outcome: 'lost' };
      if (job.state === 'running' && job.attempts === number) {
        const jobs = person.jobs.map((one) =>
          one.id === jobId ? { ...one, state: 'queued' as const } : one,
        );
        held.people.set(person.id, { ...person, jobs });
      }
      await writeChanges(client, { ...differences(held), attemptEnds: [lapsed] });
      return held;
    });
    if (!held) return;
    log.warn({ jobId, attempt: number }, 'attempt lost, to be made again');
    tell.people(held.people.values());
  });
}

/** Zoom users with an attempt that nothing answered: what they should hold is sent again (promise 7). */
async function oweResends({ pool, tell, durations, newId, log }: SweepOptions): Promise<void> {
  await mendEach(await findOwedResends(pool, durations.resendAfterMs), log, async (zoomUserId) => {
    const held = await transaction(pool, async (client) => {
      const held = await holdPeople(client, { zoomUserIds: [zoomUserId] });
      for (const person of held.people.values()) {
        if (!person.zoomUsers.some((user) => user.id === zoomUserId)) continue;
        held.people.set(person.id, resend(person, zoomUserId, { held, newId }));
      }
      await writeChanges(client, differences(held));
      return held;
    });
    log.info({ outcome: 'resend' }, 'zoom user owed a re-send');
    tell.people(held.people.values());
  });
}

/** Those transferred more than once within an hour get the further key at its end. */
async function renewTransferred({ pool, tell, durations, newId, brake, log }: SweepOptions): Promise<void> {
  await mendEach(await findTransfersDue(pool, durations.hourMs), log, async (personId) => {
    const held = await transaction(pool, async (client) => {
      const held = await holdPeople(client, { personIds: [personId] });
      for (const person of held.people.values())
        held.people.set(person.id, transferDue(person, held.now, durations.hourMs));
      decideAgain(held.people, held.before, { held, newId });
      await brake(client, held);
      await writeChanges(client, differences(held));
      return held;
    });
    tell.people(held.people.values());
  });
}

/** What cannot be mended, for whatever reason, does not keep the others from it. */
async function mendEach<T>(broken: T[], log: Log, mend: (one: T) => Promise<void>): Promise<void> {
  for (const one of broken) {
    try {
      await mend(one);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      log.error({ err: error, code: 'SWEEP_BROKEN' }, 'sweep left one out');
    }
  }
}
