import type { Person } from '../lifecycle/person.js';
import { addChanges, writeChanges, type Row } from '../records/changes.js';
import { transaction, type Client } from '../records/database.js';
import { differences } from '../records/differences.js';
import { findOpenAttempts } from '../records/jobs.js';
import { afterFailure } from './after-failure.js';
import { afterSuccess } from './after-success.js';
import type { WriteClaim } from './claim.js';
import { holdJob, type HeldJob } from './held-job.js';
import { withGivenUp } from './given-up.js';
import type { QueueEntry } from './queue.js';
import type { Failure, Recording, Success } from './recording.js';
import type { RunOptions } from './run-options.js';
import { decideAgain } from './decide-again.js';

/** What Zoom said to a write. */
export type WriteResult = Success | Failure;

/**
 * Records what came of an attempt, if its lease still holds: a worker that was overtaken records nothing, and its
 * attempt stays one that may have been applied. What was just recorded is decided upon in the same transaction.
 */
export async function record(
  claim: WriteClaim,
  result: WriteResult,
  options: RunOptions,
): Promise<'recorded' | 'fenced'> {
  options.failpoint('before-record');
  const recorded = await transaction(options.pool, async (client) => {
    const found = await holdJob(client, claim.jobId);
    const user = found?.person.zoomUsers.find((one) => one.id === claim.zoomUserId);
    if (!found || user?.lease?.token !== claim.leaseToken || user.lease.until <= found.held.now) return null;
    const open = await findOpenAttempts(client, claim.zoomUserId);
    return recordHeld(client, { ...found, claim, open }, result, options);
  });
  options.failpoint('after-record');
  if (!recorded) return 'fenced';
  options.tell.people(recorded.people);
  options.tell.jobs(recorded.soon);
  return 'recorded';
}

/** What the queue is to be told once it is committed. */
interface Recorded {
  people: Person[];
  soon: QueueEntry[];
}

async function recordHeld(
  client: Client,
  recording: Recording,
  result: WriteResult,
  options: RunOptions,
): Promise<Recorded> {
  const { held } = recording;
  const changes =
    result.outcome === 'failure'
      ? await afterFailure(client, recording, result.failure, options)
      : await afterSuccess(client, recording, result, options);
  held.people.set(
    recording.person.id,
    withReleased(held.people.get(recording.person.id) as Person, recording),
  );
  if (result.outcome !== 'failure' || result.failure.then === 'gone') {
    decideAgain(held.people, held.before, { held, newId: options.newId });
    await options.brake(client, held);
  }
  addChanges(changes, differences(held));
  await writeChanges(client, changes);
  return {
    people: withGivenUp(held.people.values(), changes.jobStates),
    soon: (changes.jobStates ?? []).flatMap((row) => soonEntry(row, recording)),
  };
}

/** A leaver's clear, say, that waited for this attempt's lease is due now. */
function withReleased(person: Person, { claim }: Recording): Person {
  const waits = (job: Person['jobs'][number]) =>
    job.zoomUserId === claim.zoomUserId && job.state === 'queued';
  if (!person.jobs.some(waits)) return person;
  return { ...person, jobs: person.jobs.map((job) => (waits(job) ? { ...job } : job)) };
}

/** A retry that comes before the next sweep would find it; the others are the sweep's. */
function soonEntry(row: Row, { held, job }: HeldJob): QueueEntry[] {
  if (row['told_at'] == null || row['id'] !== job.id || typeof row['next_attempt_at'] !== 'string') return [];
  const delayMs = Date.parse(row['next_attempt_at']) - held.now;
  return [{ jobId: job.id, attempt: (row['attempts'] as number) + 1, priority: job.priority, delayMs }];
}
