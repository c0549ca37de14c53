import { zoomActions } from '../zoom/actions/index.js';
import { ZoomFailure } from '../zoom/failure.js';
import { PRIORITIES, type Priority } from '../zoom/waiting-line.js';
import { claim, type WriteClaim } from './claim.js';
import { takeFound, type Looked } from './found.js';
import { leftMs } from './moment.js';
import { record, type WriteResult } from './record.js';
import type { RunOptions } from './run-options.js';

/** Carries out one attempt of a job: claim, call, record. Safe to be asked for twice, and to be killed anywhere. */
export async function runJob(jobId: string, attempt: number, options: RunOptions): Promise<void> {
  let claimed = await claim(jobId, attempt, options);
  if (claimed.kind === 'find') {
    const { mail, askedAt, priority } = claimed;
    const looked = mail === null ? ({ outcome: 'nobody' } as const) : await look(mail, priority, options);
    claimed = await takeFound(jobId, attempt, looked, { ...options, askedAt });
  }
  if (claimed.kind === 'skip') {
    options.tell.people(claimed.people);
    options.log.debug({ jobId, attempt, outcome: claimed.why }, 'attempt not made');
    return;
  }
  if (claimed.kind === 'write') await write(claimed, options);
}

async function write(claim: WriteClaim, options: RunOptions): Promise<void> {
  options.failpoint('after-pending-commit');
  const startedAt = performance.now();
  const result = await send(claim, options);
  if (result.outcome !== 'failure') options.failpoint('after-acknowledged');
  const outcome = await record(claim, result, options);
  const { jobId, personId, action, number } = claim;
  const durationMs = Math.round(performance.now() - startedAt);
  const fields = { jobId, personId, action, attempt: number, durationMs };
  if (outcome === 'fenced') options.log.warn(fields, 'result discarded, since the lease had run out');
  else if (result.outcome !== 'failure')
    options.log.info({ ...fields, outcome: result.outcome, trackingId: result.trackingId }, 'attempt done');
}

async function send(claim: WriteClaim, options: RunOptions): Promise<WriteResult> {
  const { zoom, durations } = options;
  const patienceMs = () => leftMs(claim.leaseEndsAt) - durations.zoomTimeoutMs;
  const terms = { priority: priorityOf(claim.priority), patienceMs };
  const input = { zoomUser: claim.zoomUserId, hostKey: claim.hostKey };
  try {
    if (claim.action === 'set') {
      const { trackingId } = await zoomActions['set-host-key'].run(zoom, input, terms);
      return { outcome: 'applied', trackingId };
    }
    const { outcome, trackingId } = await zoomActions['clear-host-key'].run(zoom, input, terms);
    return { outcome: outcome === 'gone' ? 'gone' : 'applied', trackingId };
  } catch (error) {
    return { outcome: 'failure', failure: failureOf(error, options) };
  }
}

/** A mistake of ours counts as an attempt too, one that may have been applied: it must not go on for ever. */
function failureOf(error: unknown, { log }: RunOptions): ZoomFailure {
  if (error instanceof ZoomFailure) return error;
  log.error({ err: error, code: 'UNEXPECTED' }, 'zoom action broke off');
  return new ZoomFailure('ZOOM_UNREADABLE', { sent: 'unanswered', cause: error });
}

async function look(mail: string, priority: number, options: RunOptions): Promise<Looked> {
  const { zoom } = options;
  try {
    const user = await zoomActions['find-user'].run(
      zoom,
      { zoomUser: mail },
      { priority: priorityOf(priority) },
    );
    return user ? { outcome: 'found', user } : { outcome: 'nobody' };
  } catch (error) {
    return { outcome: 'failure', failure: failureOf(error, options) };
  }
}

/** A job's priority counts from 1. */
function priorityOf(priority: number): Priority {
  return PRIORITIES[priority - 1] ?? 'backfill';
}
