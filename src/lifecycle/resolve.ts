import { claim, giveZoomUser } from './claim.js';
import type { Identifier, LifecycleEvent } from './event.js';
import { areOfTwo, areZoomsAlone, claimedByZoom, isSameLink, isTrueClaim, linksOf } from './links.js';
import {
  add,
  mergeInto,
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
  return claim(person, links, isZoom ? claimedByZoom(event, options.at) : options.at, people);
}

function resolveOther(links: Identifier[], own: Person | undefined, people: People): Person | undefined {
  return links.reduce((person, link) => {
    const owner = ownerOfLink(people, link);
    if (!owner || owner.id === person?.id) return person;
    if (link.kind === 'mail' && isAnothers(link, owner, [...links, ...(person?.links ?? [])])) return person;
    return person ? mergeInto(people, person, owner) : owner;
  }, own);
}

/** Whether a mail is that of somebody else: by their ids, or since Zoom alone says it is its holder's. */
function isAnothers(mail: Identifier, owner: Person, links: Identifier[]): boolean {
  const held = owner.links.find((one) => isSameLink(one, mail));
  const byZoomAlone = held !== undefined && !isTrueClaim(held.claimedAt);
  return areOfTwo(links, owner.links) || (byZoomAlone && !areZoomsAlone(owner.links));
}

/**
 * By the newest mail told of the Zoom user, which a late event does not bring. A mail that is nobody's leaves it with
 * whoever had it; and if nothing but Zoom knows them, with the owner of the mail that the event tells.
 */
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
  const owner = mail ? ownerOfMail(people, mail) : undefined;
  const had = holder ?? own;
  const person =
    owner ?? knownBesides(had) ?? (event.mail ? ownerOfMail(people, event.mail) : undefined) ?? had;
  if (!person) return undefined;
  const others = new Set([holder, own].filter((one) => one !== undefined && one.id !== person.id));
  let next = person;
  for (const from of others) if (from) next = giveZoomUser(event.record, from, next, people);
  return next;
}

function knownBesides(person: Person | undefined): Person | undefined {
  return person && !areZoomsAlone(person.links) ? person : undefined;
}
