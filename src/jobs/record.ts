import type { KeyGeneration, Person, ZoomUser } from '../lifecycle/person.js';
import { addChanges, iso, writeChanges, type Changes, type Row } from '../records/changes.js';
import { transaction, type Client } from '../records/database.js';
import { differences } from '../records/differences.js';
import { findOpenAttempts, type OpenAttempt } from '../records/jobs.js';
import { pause, resume } from '../records/pauses.js';
import { ZoomFailure } from '../zoom/failure.js';
import { holdJob, type HeldJob, type WriteClaim } from './claim.js';
import { nextStep, type NextStep } from './retry.js';
import type { QueueEntry } from './queue.js';
import type { RunOptions } from './run-options.js';
import { decideAgain } from './take-event.js';

/** What Zoom said to a write: success (a cleared user may be gone), or a failure. */
export type WriteResult =
  { outcome: 'applied' | 'gone'; trackingId: string | null } | { outcome: 'failure'; failure: ZoomFailure };

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
    return recordHeld(client, found, { claim, result, open }, options);
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

interface Recording {
  claim: WriteClaim;
  result: WriteResult;
  open: OpenAttempt[];
}

async function recordHeld(
  client: Client,
  found: HeldJob,
  recording: Recording,
  options: RunOptions,
): Promise<Recorded> {
  const { held } = found;
  const { result } = recording;
  const changes =
    result.outcome === 'failure'
      ? await afterFailure(client, found, recording, result.failure, options)
      : await afterSuccess(client, found, recording, options);
  if (result.outcome !== 'failure' || result.failure.then === 'gone') {
    decideAgain(held.people, held.before, { held, newId: options.newId });
  }
  addChanges(changes, differences(held));
  await writeChanges(client, changes);
  return {
    people: [...held.people.values()],
    soon: (changes.jobStates ?? []).flatMap((row) => soonEntry(row, found)),
  };
}

/** A retry that comes before the next sweep would find it; the others are the sweep's. */
function soonEntry(row: Row, { held, job }: HeldJob): QueueEntry[] {
  if (row['told_at'] == null || row['id'] !== job.id || typeof row['next_attempt_at'] !== 'string') return [];
  const delayMs = Date.parse(row['next_attempt_at']) - held.now;
  return [{ jobId: job.id, attempt: (row['attempts'] as number) + 1, priority: job.priority, delayMs }];
}

async function afterSuccess(
  client: Client,
  { held, job, person }: HeldJob,
  recording: Recording,
  options: RunOptions,
): Promise<Changes> {
  const { claim, open, result } = recording;
  const trackingId = result.outcome === 'failure' ? null : result.trackingId;
  const resumed = await resume(client, held.now);
  for (const code of resumed) options.log.info({ code }, 'queue resumed');
  const gone = result.outcome === 'gone';
  held.people.set(
    person.id,
    finishJob(
      withUser(person, claim.zoomUserId, (user) => afterWrite(user, claim, gone, held.now)),
      job.id,
    ),
  );
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

async function afterFailure(
  client: Client,
  found: HeldJob,
  recording: Recording,
  failure: ZoomFailure,
  options: RunOptions,
): Promise<Changes> {
  const { held, job, person } = found;
  const { claim, open } = recording;
  const earlier = open.filter((one) => one.jobId !== claim.jobId || one.number !== claim.number);
  const step = stepAfter(found, recording, failure, earlier.length > 0, options);
  if (failure.then === 'pause') await pauseAll(client, failure.code, held.now, options);
  const answered = failure.sent !== 'unanswered';
  let next = withUser(person, claim.zoomUserId, (user) =>
    afterRefusal(user, claim, failure, earlier.length > 0, held.now),
  );
  // A Zoom user that is gone ends the job: the decision that follows looks for another.
  if (failure.then === 'gone')
    next = {
      ...next,
      jobs: next.jobs.map((one) => (one.id === job.id ? { ...one, state: 'superseded' } : one)),
    };
  else next = { ...next, jobs: next.jobs.filter((one) => one.id !== job.id) };
  held.people.set(person.id, next);
  const end = {
    outcome: failure.sent,
    answered,
    trackingId: failure.trackingId,
    code: failure.code,
    status: failure.status,
  };
  const changes: Changes = { attemptEnds: [attemptEnd(claim, held.now, end)] };
  if (failure.then !== 'gone' && !job.finished)
    changes.jobStates = [jobRow(found, claim, step, failure.code, options.durations.sweepMs)];
  return changes;
}

function stepAfter(
  { job }: HeldJob,
  { claim }: Recording,
  failure: ZoomFailure,
  earlierOpen: boolean,
  { clockSpeed, random, log }: RunOptions,
): NextStep {
  const { then, code, rate } = failure;
  const refusedValues = then === 'refused-value' ? (job.code === code ? 2 : 1) : 0;
  const facts = {
    action: claim.action,
    strikes: job.strikes,
    mayBeApplied: failure.sent === 'unanswered' || earlierOpen,
    refusedValues,
    clockSpeed,
    random,
  };
  const step = nextStep({ then, code, ...(rate && { delayMs: rate.delayMs }) }, facts);
  const fields = {
    jobId: job.id,
    action: claim.action,
    attempt: claim.number,
    code,
    trackingId: failure.trackingId,
  };
  if (step.state === 'failed') log.error(fields, 'job gave up');
  else if (step.alert) log.error({ ...fields, alert: 'WRITE_UNSETTLED' }, 'job goes on hourly');
  else log.warn(fields, 'attempt failed');
  return step;
}

async function pauseAll(
  client: Client,
  code: string,
  now: number,
  { durations, log }: RunOptions,
): Promise<void> {
  const news = await pause(client, code, now, durations.probeMs);
  if (news) log.error({ code, alert: 'QUEUE_PAUSED' }, 'queue paused, since this would fail for everybody');
}

/** A value that Zoom refused outright is in force nowhere; a user that is gone has no key. */
function afterRefusal(
  user: ZoomUser,
  claim: WriteClaim,
  failure: ZoomFailure,
  earlierOpen: boolean,
  now: number,
): ZoomUser {
  if (failure.then === 'gone') {
    const keys = user.keys.map((key) => ({ ...key, state: 'destroyed' as const, hash: null }));
    return { ...user, keys, standing: 'gone', standingAt: now };
  }
  const never = failure.then === 'refused-value' || (failure.then === 'wait' && !earlierOpen);
  if (!never || claim.action === 'clear') return user;
  const keys = user.keys.map((key) =>
    key.generation === claim.generation && key.state === 'pending'
      ? { ...key, state: 'destroyed' as const, hash: null }
      : key,
  );
  return { ...user, keys };
}

/** The person with that Zoom user changed and its lease given back. */
function withUser(person: Person, id: string, change: (user: ZoomUser) => ZoomUser): Person {
  return {
    ...person,
    zoomUsers: person.zoomUsers.map((user) => (user.id === id ? { ...change(user), lease: null } : user)),
  };
}

function finishJob(person: Person, id: string): Person {
  return {
    ...person,
    jobs: person.jobs.map((job) => (job.id === id ? { ...job, state: 'done' as const } : job)),
  };
}

function attemptEnd(
  claim: WriteClaim,
  now: number,
  end: {
    outcome: string;
    answered: boolean;
    trackingId: string | null;
    code?: string;
    status?: number | null;
  },
): Row {
  return {
    job_id: claim.jobId,
    number: claim.number,
    answered_at: end.answered ? iso(now) : null,
    ended_at: iso(now),
    outcome: end.outcome,
    code: end.code ?? null,
    status: end.status ?? null,
    tracking_id: end.trackingId,
  };
}

function jobRow(
  { held, job }: HeldJob,
  claim: WriteClaim,
  step: NextStep,
  code: string,
  sweepMs: number,
): Row {
  const failed = step.state === 'failed';
  const soon = !failed && step.delayMs <= sweepMs;
  return {
    id: job.id,
    person_id: job.personId,
    zoom_user_id: claim.zoomUserId,
    state: step.state,
    code,
    attempts: claim.number,
    strikes: step.strikes,
    next_attempt_at: failed ? null : iso(held.now + step.delayMs),
    told_at: soon ? iso(held.now + step.delayMs) : null,
    finished_at: failed ? iso(held.now) : null,
  };
}
