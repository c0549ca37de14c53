import { claim, giveZoomUser } from './claim.js';
import type { Identifier, LifecycleEvent } from './event.js';
import { areOfTwo, claimedByZoom, linksOf } from './links.js';
import { merge } from './merge.js';
import {
  add,
  ownerOfLink,
  ownerOfMail,
  ownerOfRecord,
  ownerOfZoomUser,
  personOf,
  type People,
} from './owners.js';
import { newPerson, recordOf, type Person } from './person.js';
import { isNewerFact } from './tell.js';

export interface ResolveOptions {
  sourceId: string;
  sourceKind: string;
  at: number;
  newId: () => string;
}

/**
 * Whom an event is about. A record stays with its person; a new one joins whoever has its immutable id, else the
 * owner of its mail unless their immutable ids differ (a mail re-used by somebody else), else it is somebody new.
 * A Zoom user follows its mail's owner. Changes `people`: links are claimed, two people found to be one are merged.
 */
export function resolve(event: LifecycleEvent, people: People, options: ResolveOptions): Person {
  const links = linksOf(event);
  // An operator speaks of a person outright.
  const own =
    options.sourceKind === 'operator'
      ? personOf(people, event.record)
      : ownerOfRecord(people, options.sourceId, event.record);
  const isZoom = options.sourceKind === 'zoom';
  const found = isZoom ? resolveZoom(event, own, people, options) : resolveOther(links, own, people);
  const person = found ?? add(newPerson(options.newId()), people);
  return claim(person, links, isZoom ? claimedByZoom(options.at) : options.at, people);
}

function resolveOther(links: Identifier[], own: Person | undefined, people: People): Person | undefined {
  return links.reduce((person, link) => {
    const owner = ownerOfLink(people, link);
    if (!owner || owner.id === person?.id) return person;
    if (link.kind === 'mail' && areOfTwo([...links, ...(person?.links ?? [])], owner.links)) return person;
    return person ? mergeInto(people, person, owner) : owner;
  }, own);
}

function mergeInto(people: People, a: Person, b: Person): Person {
  const { kept, gone } = merge(a, b);
  add(gone, people);
  return add(kept, people);
}

/** By the newest mail told of the Zoom user, which a late event does not bring. */
function resolveZoom(
  event: LifecycleEvent,
  own: Person | undefined,
  people: People,
  { sourceId, at }: ResolveOptions,
): Person | undefined {
  const holder = ownerOfZoomUser(people, event.record);
  const teller = own ?? holder;
  const known = teller && recordOf(teller, sourceId, event.record).facts['mail'];
  const told = event.mail ? { value: event.mail, at, sequence: event.sequence } : undefined;
  const mail = told && isNewerFact(told, known) ? told.value : known?.value;
  const person = (mail && ownerOfMail(people, mail)) || holder || own;
  if (!person) return undefined;
  const others = new Set([holder, own].filter((one) => one !== undefined && one.id !== person.id));
  let next = person;
  for (const from of others) if (from) next = giveZoomUser(event.record, from, next, people);
  return next;
}
