import { decide } from '../lifecycle/decide.js';
import { iso, writeChanges, type Row } from '../records/changes.js';
import { transaction } from '../records/database.js';
import { differences } from '../records/differences.js';
import { holdJob, type HeldJob } from './held-job.js';
import { plan, PRIORITY } from './plan.js';
import type { RedecideOptions } from './redecide.js';

export interface Rerun {
  id: string;
  /** `superseded`: what it was for is no longer needed, or is done by another job. */
  outcome: 'queued' | 'superseded' | 'not-failed' | 'unknown';
}

/** Puts failed jobs back, each after deciding afresh: what is still needed is done, whatever the job once was. */
export async function rerun(jobIds: string[], options: RedecideOptions): Promise<Rerun[]> {
  const outcomes: Rerun[] = [];
  for (const id of jobIds) outcomes.push({ id, outcome: await rerunOne(id, options) });
  return outcomes;
}

async function rerunOne(
  id: string,
  { pool, tell, newId, brake }: RedecideOptions,
): Promise<Rerun['outcome']> {
  const done = await transaction(pool, async (client) => {
    const found = await holdJob(client, id);
    if (!found) return { outcome: 'unknown' as const };
    if (found.job.state !== 'failed') return { outcome: 'not-failed' as const };
    const { held, person } = found;
    const { moves } = decide(person, held.policies);
    const own = moves.find((move) => (move.move === 'set' || move.move === 'clear') && isSame(found, move));
    const options = { newId, sourceId: null, eventId: null, priority: PRIORITY.interactive };
    held.people.set(
      person.id,
      plan(
        person,
        moves.filter((move) => move !== own),
        options,
      ),
    );
    await brake(client, held);
    // First whatever else changes: a job that gives way must have ended before this one is open again.
    await writeChanges(client, differences(held));
    await writeChanges(client, { jobStates: [reopened(found, own !== undefined)] });
    return { outcome: own ? ('queued' as const) : ('superseded' as const), found };
  });
  if (!done.found) return done.outcome;
  const { held, job } = done.found;
  tell.people(held.people.values());
  if (done.outcome === 'queued')
    tell.jobs([{ jobId: id, attempt: job.attempts + 1, priority: PRIORITY.interactive }]);
  return done.outcome;
}

function isSame({ job }: HeldJob, move: { move: string; zoomUserId: string | null }): boolean {
  return move.move === job.action && (move.zoomUserId === job.zoomUserId || job.zoomUserId === null);
}

function reopened({ held, job, person }: HeldJob, needed: boolean): Row {
  return {
    id: job.id,
    person_id: person.id,
    zoom_user_id: job.zoomUserId,
    state: needed ? 'queued' : 'superseded',
    code: needed ? null : job.code,
    strikes: 0,
    next_attempt_at: iso(held.now),
    told_at: iso(held.now),
    finished_at: needed ? null : iso(held.now),
  };
}
