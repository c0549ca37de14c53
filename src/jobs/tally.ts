import { decide } from '../lifecycle/decide.js';
import type { FreshJob, Person, UnfinishedJob } from '../lifecycle/person.js';
import { sourcesSay, whyUnwanted, type Policies } from '../lifecycle/wanted.js';
import type { Held } from '../records/people.js';

/** Why nothing new is to be done about somebody. */
export type SkipReason =
  'held' | 'inProgress' | 'contested' | 'gone' | 'goneElsewhere' | 'notActive' | 'notEntitled';

/** What decisions come to: jobs by what they do, and people about whom there is nothing new to do, by the reason. */
export interface Tally {
  people: number;
  /** First keys and new ones for those who had none. */
  set: number;
  /** Of these, how many wait for a Zoom user that is not known yet. */
  setUnknownInZoom: number;
  rotate: number;
  clear: number;
  /** Of clears and rotations, how many were braked. */
  braked: number;
  skipped: Record<SkipReason, number>;
}

export function newTally(): Tally {
  const skipped = {
    held: 0,
    inProgress: 0,
    contested: 0,
    gone: 0,
    goneElsewhere: 0,
    notActive: 0,
    notEntitled: 0,
  };
  return { people: 0, set: 0, setUnknownInZoom: 0, rotate: 0, clear: 0, braked: 0, skipped };
}

/** Adds these people as a transaction leaves them; reasons are told as this source sees them. */
export function addToTally(tally: Tally, personIds: string[], held: Held, sourceId: string): void {
  for (const id of personIds) {
    const person = held.people.get(id);
    if (!person || person.mergedInto) continue;
    tally.people += 1;
    const fresh = person.jobs.filter(isFresh);
    for (const job of fresh) countJob(tally, job);
    if (fresh.length === 0) tally.skipped[skipReason(person, held.policies, sourceId)] += 1;
  }
}

type NewJob = UnfinishedJob & { fresh: FreshJob };

/** One that another decision of the same transaction took back is none. */
function isFresh(job: UnfinishedJob): job is NewJob {
  return job.fresh !== undefined && job.state !== 'superseded';
}

function countJob(tally: Tally, { action, state, zoomUserId, fresh }: NewJob): void {
  if (state === 'braked') tally.braked += 1;
  if (action === 'clear') tally.clear += 1;
  else if (fresh.reason === 'renewed') tally.rotate += 1;
  else {
    tally.set += 1;
    if (zoomUserId === null) tally.setUnknownInZoom += 1;
  }
}

function skipReason(person: Person, policies: Policies, sourceId: string): SkipReason {
  const { wanted, reason } = decide(person, policies);
  if (reason === 'held' || reason === 'contested') return reason;
  if (wanted) return 'inProgress';
  switch (whyUnwanted(person, policies)) {
    case 'gone':
      return sourcesSay(person, policies).get(sourceId) === 'gone' ? 'gone' : 'goneElsewhere';
    case 'not-entitled':
      return 'notEntitled';
    default:
      return 'notActive';
  }
}
