import type { Move } from '../lifecycle/decide.js';
import { withoutUnapplied } from '../lifecycle/destroy.js';
import type { FreshJob, Person, UnfinishedJob } from '../lifecycle/person.js';

export const PRIORITY = { interactive: 1, clear: 2, set: 3, backfill: 4 } as const;

export interface PlanOptions {
  newId: () => string;
  sourceId: string | null;
  eventId: string | null;
  /** What somebody waits for goes first; a backfill last. */
  priority?: number;
}

/** The person once the moves are made: jobs superseded, given their Zoom user, or new. */
export function plan(person: Person, moves: Move[], options: PlanOptions): Person {
  return moves.reduce((next, move) => makeMove(next, move, options), person);
}

function makeMove(person: Person, move: Move, options: PlanOptions): Person {
  switch (move.move) {
    case 'supersede':
      return withJob(person, move.jobId, (job) => ({ ...job, state: 'superseded' }));
    case 'drop':
      return {
        ...person,
        zoomUsers: person.zoomUsers.map((user) =>
          user.id === move.zoomUserId ? withoutUnapplied(user) : user,
        ),
      };
    case 'adopt':
      return withJob(person, move.jobId, (job) => ({
        ...job,
        zoomUserId: move.zoomUserId,
        state: wokenState(job),
      }));
    case 'set':
    case 'clear':
      return withNewJob(person, move.move, move.zoomUserId, move.reason, options);
  }
}

/** Adds a job that nothing unfinished stands in the way of. */
export function withNewJob(
  person: Person,
  action: 'set' | 'clear',
  zoomUserId: string | null,
  reason: string,
  options: PlanOptions,
): Person {
  const priority = options.priority ?? PRIORITY[action];
  const fresh: FreshJob = { reason, sourceId: options.sourceId, eventId: options.eventId };
  const job: UnfinishedJob = {
    id: options.newId(),
    action,
    state: 'queued',
    zoomUserId,
    attempts: 0,
    priority,
    fresh,
  };
  return { ...person, jobs: [...person.jobs, job] };
}

/** The person with what waited for Zoom due at once: Zoom, or their mail, has changed. */
export function wake(person: Person): Person {
  if (!person.jobs.some((job) => job.state === 'waiting')) return person;
  return {
    ...person,
    jobs: person.jobs.map((job) => (job.state === 'waiting' ? { ...job, state: 'queued' } : job)),
  };
}

/** The person with their braked jobs sent on, those that `which` names. */
export function unbrake(person: Person, which: (job: UnfinishedJob) => boolean): Person {
  const goesOn = (job: UnfinishedJob) => job.state === 'braked' && which(job);
  if (!person.jobs.some(goesOn)) return person;
  return {
    ...person,
    jobs: person.jobs.map((job) => (goesOn(job) ? { ...job, state: 'queued' } : job)),
  };
}

/** A running attempt goes on as it is, the brake holds; whatever else waits is due now. */
function wokenState({ state }: UnfinishedJob): UnfinishedJob['state'] {
  return state === 'running' || state === 'braked' ? state : 'queued';
}

function withJob(person: Person, id: string, change: (job: UnfinishedJob) => UnfinishedJob): Person {
  return { ...person, jobs: person.jobs.map((job) => (job.id === id ? change(job) : job)) };
}
