import { decide, isOver } from '../lifecycle/decide.js';
import type { People } from '../lifecycle/owners.js';
import type { Person } from '../lifecycle/person.js';
import { heldKey } from '../lifecycle/wanted.js';
import type { Held } from '../records/people.js';
import { plan, withNewJob, type PlanOptions } from './plan.js';

/** What a decision needs to make jobs of; without source and event, it follows from what we recorded ourselves. */
export interface DecideOptions {
  held: Pick<Held, 'policies'>;
  newId: () => string;
  sourceId?: string;
  eventId?: string;
  priority?: number;
}

/** Wanted against held, anew, for everybody who is not as they were. */
export function decideAgain(
  people: People,
  before: ReadonlyMap<string, Person>,
  options: DecideOptions,
): void {
  for (const [id, person] of people) {
    if (before.get(id) === person || person.mergedInto) continue;
    people.set(id, plan(person, decide(person, options.held.policies).moves, planOptions(options)));
  }
}

/** A write job for what Zoom should hold now, unless one is on its way, or whoever contests it must first be found. */
export function resend(person: Person, zoomUserId: string, options: DecideOptions): Person {
  const user = person.zoomUsers.find((one) => one.id === zoomUserId);
  const busy = person.jobs.some((job) => job.zoomUserId === zoomUserId && !isOver(job));
  if (!user || busy) return person;
  if (person.contestedAt && heldKey(user)) return person;
  return withNewJob(person, heldKey(user) ? 'set' : 'clear', zoomUserId, 'resend', planOptions(options));
}

function planOptions({ newId, sourceId, eventId, priority }: DecideOptions): PlanOptions {
  return {
    newId,
    sourceId: sourceId ?? null,
    eventId: eventId ?? null,
    ...(priority !== undefined && { priority }),
  };
}
