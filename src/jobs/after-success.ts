import type { KeyGeneration, Person, ZoomUser } from '../lifecycle/person.js';
import { iso, type Changes } from '../records/changes.js';
import type { Client } from '../records/database.js';
import { resume } from '../records/pauses.js';
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
  const resumed = await resume(client, held.now);
  for (const code of resumed) options.log.info({ code }, 'queue resumed');
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

function afterWrite(user: ZoomUser, claim: WriteClaim, gone: boolean, now: number): ZoomUser {
  if (claim.action === 'clear') {
    const cleared = {
      ...user,
      keys: user.keys.map((key) => ({ ...key, state: 'destroyed' as const, hash: null })),
    };
    return gone ? { ...cleared, standing: 'gone', standingAt: now } : cleared;
  }
  return { ...user, keys: user.keys.map((key) => promote(key, claim.generation as number, now)) };
}

function promote(key: KeyGeneration, generation: number, now: number): KeyGeneration {
  if (key.generation === generation)
    return key.state === 'pending' || key.state === 'active' ? { ...key, state: 'active', setAt: now } : key;
  return key.state === 'active' && key.generation < generation ? { ...key, state: 'previous' } : key;
}

function finishJob(person: Person, id: string): Person {
  return {
    ...person,
    jobs: person.jobs.map((job) => (job.id === id ? { ...job, state: 'done' as const } : job)),
  };
}
