import { destroyed } from '../lifecycle/destroy.js';
import type { KeyGeneration, Person, ZoomUser } from '../lifecycle/person.js';
import { iso, type Changes } from '../records/changes.js';
import type { Client } from '../records/database.js';
import { resume, type CallAbout } from '../records/pauses.js';
import type { WriteClaim } from './claim.js';
import { attemptEnd, withUser, type Recording, type Success } from './recording.js';
import type { RunOptions } from './run-options.js';

/** Zoom did it: the key is in force, or gone; whatever failed for everybody no longer does. */
export async function afterSuccess(
  client: Client,
  { held, job, person, claim, open }: Recording,
  { outcome, trackingId }: Success,
  options: RunOptions,
): Promise<Changes> {
  await resumeAll(client, { call: 'write', personId: person.id, now: held.now }, options);
  const gone = outcome === 'gone';
  const written = withUser(person, claim.zoomUserId, (user) => afterWrite(user, claim, gone, held.now));
  held.people.set(person.id, finishJob(written, job.id));
  const startedAt =
    open.find((one) => one.jobId === claim.jobId && one.number === claim.number)?.startedAt ?? held.now;
  return {
    attemptEnds: [attemptEnd(claim, held.now, { outcome: 'applied', answered: true, trackingId })],
    settledAttempts: [
      {
        zoom_user_id: claim.zoomUserId,
        started_at: iso(startedAt - options.durations.resendAfterMs),
        settled_at: iso(held.now),
      },
    ],
  };
}

/** Such calls go through again. */
export async function resumeAll(
  client: Client,
  call: CallAbout,
  { log }: Pick<RunOptions, 'log'>,
): Promise<void> {
  for (const code of await resume(client, call)) log.info({ code }, 'queue resumed');
}

function afterWrite(user: ZoomUser, claim: WriteClaim, gone: boolean, now: number): ZoomUser {
  if (claim.action === 'clear') {
    const cleared = { ...user, keys: user.keys.map(destroyed) };
    return gone ? { ...cleared, standing: 'gone', standingAt: now } : cleared;
  }
  return { ...user, keys: user.keys.map((key) => promote(key, claim.generation as number, now)) };
}

/** A key in force ends the one before it: that is kept for a day, but not when its clear had begun. */
function promote(key: KeyGeneration, generation: number, now: number): KeyGeneration {
  if (key.generation === generation)
    return key.state === 'pending' || key.state === 'active' ? { ...key, state: 'active', setAt: now } : key;
  if (key.generation > generation) return key;
  if (key.state === 'clearing') return destroyed(key);
  return key.state === 'active' ? { ...key, state: 'previous' } : key;
}

function finishJob(person: Person, id: string): Person {
  return {
    ...person,
    jobs: person.jobs.map((job) => (job.id === id ? { ...job, state: 'done' as const } : job)),
  };
}
