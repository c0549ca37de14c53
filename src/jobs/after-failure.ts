import { destroyed } from '../lifecycle/destroy.js';
import type { Person, ZoomUser } from '../lifecycle/person.js';
import { iso, type Changes, type Row } from '../records/changes.js';
import type { Client } from '../records/database.js';
import type { JobRow } from '../records/jobs.js';
import { pause, type CallAbout } from '../records/pauses.js';
import type { Then, ZoomFailure } from '../zoom/failure.js';
import type { WriteClaim } from './claim.js';
import { attemptEnd, withUser, type Recording } from './recording.js';
import { nextStep, type NextStep } from './retry.js';
import type { RunOptions } from './run-options.js';

/** Zoom did not do it, or nobody knows: another try, or the end. */
export async function afterFailure(
  client: Client,
  recording: Recording,
  failure: ZoomFailure,
  options: RunOptions,
): Promise<Changes> {
  const { held, job, person, claim, open } = recording;
  const earlier = open.filter((one) => one.jobId !== claim.jobId || one.number !== claim.number);
  const then = await thenOf(client, failure, { call: 'write', personId: person.id, now: held.now }, options);
  const answered = failure.sent !== 'unanswered';
  const next = withUser(person, claim.zoomUserId, (user) => afterRefusal(user, claim, failure, held.now));
  held.people.set(person.id, { ...next, jobs: jobsAfter(next, job.id, failure) });
  const end = {
    outcome: failure.sent,
    answered,
    trackingId: failure.trackingId,
    code: failure.code,
    status: failure.status,
  };
  const changes: Changes = { attemptEnds: [attemptEnd(claim, held.now, end)] };
  if (failure.then === 'gone') {
    options.log.info({ jobId: job.id, action: claim.action, code: failure.code }, 'zoom user found gone');
  } else if (!job.finished) {
    const step = stepAfter(recording, { failure, then }, earlier.length > 0, options);
    const alerted = logStep(recording, failure, step, options);
    const row = jobRow(recording, step, failure.code, options.durations.sweepMs);
    changes.jobStates = [alerted ? { ...row, alerted_at: iso(held.now) } : row];
  }
  return changes;
}

/** A Zoom user that is gone ends the job: the decision that follows looks for another. */
function jobsAfter({ jobs }: Person, jobId: string, { then, code }: ZoomFailure): Person['jobs'] {
  if (then !== 'gone') return jobs;
  return jobs.map((job) => (job.id === jobId ? { ...job, state: 'superseded', code } : job));
}

function stepAfter(
  { job, claim, person }: Recording,
  { failure: { code, rate, sent }, then }: { failure: ZoomFailure; then: Then },
  earlierOpen: boolean,
  { clockSpeed, random }: RunOptions,
): NextStep {
  const user = person.zoomUsers.find((one) => one.id === claim.zoomUserId);
  // What Zoom's source said meanwhile found the job running, and woke nobody.
  const isOvertaken = then === 'wait' && user?.standing === 'active' && user.standingAt !== claim.standingAt;
  if (isOvertaken) return { state: 'retrying', delayMs: 0, strikes: job.strikes, alert: false };
  const facts = {
    action: claim.action,
    strikes: job.strikes,
    mayBeApplied: sent === 'unanswered' || earlierOpen,
    refusedValues: then === 'refused-value' ? (job.code === code ? 2 : 1) : 0,
    clockSpeed,
    random,
  };
  return nextStep({ then, code, ...(rate && { delayMs: rate.delayMs }) }, facts);
}

/** @returns whether somebody was alerted */
function logStep(
  { held, job, claim }: Recording,
  { code, trackingId }: ZoomFailure,
  step: NextStep,
  options: RunOptions,
): boolean {
  const { log } = options;
  const fields = { jobId: job.id, action: claim.action, attempt: claim.number, code, trackingId };
  if (step.state === 'failed') {
    log.error(fields, 'job gave up');
    return false;
  }
  if (step.alert && isAlertDue(job, held.now, options)) {
    log.alert('WRITE_UNSETTLED', fields, 'job goes on hourly');
    return true;
  }
  if (step.state === 'waiting' && alertIfOverdue(job, held.now, fields, options)) return true;
  log.warn(fields, 'attempt failed');
  return false;
}

/** What goes on for long alerts when it begins to, and then daily: not with every try. */
function isAlertDue({ alertedAt }: JobRow, now: number, { durations }: RunOptions): boolean {
  return alertedAt === null || now - alertedAt >= durations.dayMs;
}

/** A set that has waited for Zoom so long that somebody should look. */
export function alertIfOverdue(job: JobRow, now: number, fields: object, options: RunOptions): boolean {
  const { durations, waitForZoomDays, log } = options;
  if (now - job.createdAt <= waitForZoomDays * durations.dayMs || !isAlertDue(job, now, options))
    return false;
  log.alert('WAITING_FOR_ZOOM', fields, 'job waits too long for zoom');
  return true;
}

/**
 * What is to be done, once an answer that looks as if everybody would get it has paused the queue: the first to be told
 * so alerts. Where it has turned out that only this person gets it, it is one of theirs to be tried again.
 */
export async function thenOf(
  client: Client,
  { then, code }: ZoomFailure,
  call: CallAbout,
  { durations, log }: RunOptions,
): Promise<Then> {
  if (then !== 'pause') return then;
  const paused = await pause(client, call, code, durations.probeMs);
  if (paused === 'news')
    log.alert('QUEUE_PAUSED', { code }, 'queue paused, since this would fail for everybody');
  return paused === 'own' ? 'retry' : 'pause';
}

/** A value that Zoom refused outright is in force nowhere; a user that is gone has no key. */
function afterRefusal(user: ZoomUser, claim: WriteClaim, failure: ZoomFailure, now: number): ZoomUser {
  if (failure.then === 'gone') {
    return { ...user, keys: user.keys.map(destroyed), standing: 'gone', standingAt: now };
  }
  if (failure.then !== 'refused-value' || claim.action === 'clear') return user;
  const keys = user.keys.map((key) =>
    key.generation === claim.generation && key.state === 'pending' ? destroyed(key) : key,
  );
  return { ...user, keys };
}

function jobRow({ held, job, claim }: Recording, step: NextStep, code: string, sweepMs: number): Row {
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
