import type { KeyGeneration, Person, ZoomUser } from '../lifecycle/person.js';
import { addChanges, iso, writeChanges, type Changes, type Row } from '../records/changes.js';
import { transaction, type Client } from '../records/database.js';
import { differences } from '../records/differences.js';
import { findCustody, type Custody } from '../records/jobs.js';
import { pause, resume } from '../records/pauses.js';
import { ZoomFailure } from '../zoom/failure.js';
import { holdJob, type HeldJob, type WriteClaim } from './claim.js';
import { nextStep, type NextStep } from './retry.js';
import type { RunOptions } from './run.js';
import { decideAgain } from './take-event.js';

/** What Zoom said to a write: success (a cleared user may be gone), or a failure. */
export type WriteResult = { outcome: 'applied' | 'gone'; trackingId: string | null } | { outcome: 'failure'; failure: ZoomFailure };

/**
 * Records what came of an attempt, if its lease still holds: a worker that was overtaken records nothing, and its
 * attempt stays one that may have been applied. What was just recorded is decided upon in the same transaction.
 */
export async function record(claim: WriteClaim, result: WriteResult, options: RunOptions): Promise<'recorded' | 'fenced'> {
  options.failpoint('before-record');
  const outcome = await transaction(options.pool, async (client) => {
    const found = await holdJob(client, claim.jobId);
    if (!found) return 'fenced' as const;
    const custody = await findCustody(client, claim.zoomUserId);
    const { now } = found.held;
    if (custody.leaseToken !== claim.leaseToken || (custody.leaseUntil ?? 0) <= now) return 'fenced' as const;
    await recordHeld(client, found, { claim, result, custody }, options);
    return 'recorded' as const;
  });
  options.failpoint('after-record');
  return outcome;
}

interface Recording {
  claim: WriteClaim;
  result: WriteResult;
  custody: Custody;
}

async function recordHeld(client: Client, found: HeldJob, recording: Recording, options: RunOptions): Promise<void> {
  const { held } = found;
  const changes = recording.result.outcome === 'failure'
    ? await afterFailure(client, found, recording, recording.result.failure, options)
    : await afterSuccess(client, found, recording, options);
  addChanges(changes, { leases: [{ id: recording.claim.zoomUserId, lease_token: null, lease_until: null }] });
  if (recording.result.outcome !== 'failure' || recording.result.failure.then === 'gone') {
    decideAgain(held.people, held.before, { held, newId: options.newId });
  }
  addChanges(changes, differences(held));
  await writeChanges(client, changes);
  options.tell.people(held.people.values());
}

async function afterSuccess(client: Client, { held, job, person }: HeldJob, recording: Recording, options: RunOptions): Promise<Changes> {
  const { claim, custody, result } = recording;
  const trackingId = result.outcome === 'failure' ? null : result.trackingId;
  const resumed = await resume(client, held.now);
  for (const code of resumed) options.log.info({ code }, 'queue resumed');
  const gone = result.outcome === 'gone';
  held.people.set(person.id, finishJob(withUser(person, claim.zoomUserId, (user) => afterWrite(user, claim, gone, held.now)), job.id));
  const startedAt = custody.open.find((one) => one.jobId === claim.jobId && one.number === claim.number)?.startedAt ?? held.now;
  return {
    attemptEnds: [attemptEnd(claim, held.now, { outcome: 'applied', answered: true, trackingId })],
    settledAttempts: [
      { zoom_user_id: claim.zoomUserId, started_at: iso(startedAt - options.durations.resendAfterMs), settled_at: iso(held.now) },
    ],
  };
}

function afterWrite(user: ZoomUser, claim: WriteClaim, gone: boolean, now: number): ZoomUser {
  if (claim.action === 'clear') {
    const cleared = { ...user, keys: user.keys.map((key) => ({ ...key, state: 'destroyed' as const, hash: null })) };
    return gone ? { ...cleared, standing: 'gone', standingAt: now } : cleared;
  }
  return { ...user, keys: user.keys.map((key) => promote(key, claim.generation as number, now)) };
}

function promote(key: KeyGeneration, generation: number, now: number): KeyGeneration {
  if (key.generation === generation) return key.state === 'pending' || key.state === 'active' ? { ...key, state: 'active', setAt: now } : key;
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
  const { claim, custody } = recording;
  const earlier = custody.open.filter((one) => one.jobId !== claim.jobId || one.number !== claim.number);
  const step = stepAfter(found, recording, failure, earlier.length > 0, options);
  if (failure.then === 'pause') await pauseAll(client, failure.code, held.now, options);
  const answered = failure.sent !== 'unanswered';
  let next = withUser(person, claim.zoomUserId, (user) => afterRefusal(user, claim, failure, earlier.length > 0, held.now));
  // A Zoom user that is gone ends the job: the decision that follows looks for another.
  if (failure.then === 'gone') next = { ...next, jobs: next.jobs.map((one) => (one.id === job.id ? { ...one, state: 'superseded' } : one)) };
  else next = { ...next, jobs: next.jobs.filter((one) => one.id !== job.id) };
  held.people.set(person.id, next);
  const end = { outcome: failure.sent, answered, trackingId: failure.trackingId, code: failure.code, status: failure.status };
  const changes: Changes = { attemptEnds: [attemptEnd(claim, held.now, end)] };
  if (failure.then !== 'gone' && !job.finished) changes.jobStates = [jobRow(found, claim, step, failure.code)];
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
  const fields = { jobId: job.id, action: claim.action, attempt: claim.number, code, trackingId: failure.trackingId };
  if (step.state === 'failed') log.error(fields, 'job gave up');
  else if (step.alert) log.error({ ...fields, alert: 'WRITE_UNSETTLED' }, 'job goes on hourly');
  else log.warn(fields, 'attempt failed');
  return step;
}

async function pauseAll(client: Client, code: string, now: number, { durations, log }: RunOptions): Promise<void> {
  const news = await pause(client, code, now, durations.probeMs);
  if (news) log.error({ code, alert: 'QUEUE_PAUSED' }, 'queue paused, since this would fail for everybody');
}

/** A value that Zoom refused outright is in force nowhere; a user that is gone has no key. */
function afterRefusal(user: ZoomUser, claim: WriteClaim, failure: ZoomFailure, earlierOpen: boolean, now: number): ZoomUser {
  if (failure.then === 'gone') {
    const keys = user.keys.map((key) => ({ ...key, state: 'destroyed' as const, hash: null }));
    return { ...user, keys, standing: 'gone', standingAt: now };
  }
  const never = failure.then === 'refused-value' || (failure.then === 'wait' && !earlierOpen);
  if (!never || claim.action === 'clear') return user;
  const keys = user.keys.map((key) =>
    key.generation === claim.generation && key.state === 'pending' ? { ...key, state: 'destroyed' as const, hash: null } : key,
  );
  return { ...user, keys };
}

function withUser(person: Person, id: string, change: (user: ZoomUser) => ZoomUser): Person {
  return { ...person, zoomUsers: person.zoomUsers.map((user) => (user.id === id ? change(user) : user)) };
}

function finishJob(person: Person, id: string): Person {
  return { ...person, jobs: person.jobs.map((job) => (job.id === id ? { ...job, state: 'done' as const } : job)) };
}

function attemptEnd(
  claim: WriteClaim,
  now: number,
  end: { outcome: string; answered: boolean; trackingId: string | null; code?: string; status?: number | null },
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

function jobRow({ held, job }: HeldJob, claim: WriteClaim, step: NextStep, code: string): Row {
  const failed = step.state === 'failed';
  return {
    id: job.id,
    person_id: job.personId,
    zoom_user_id: claim.zoomUserId,
    state: step.state,
    code,
    attempts: claim.number,
    strikes: step.strikes,
    next_attempt_at: failed ? null : iso(held.now + step.delayMs),
    finished_at: failed ? iso(held.now) : null,
  };
}

