import type { Identifier, LifecycleEvent } from './event.js';
import { areOfTwo, claimedByZoom, linksOf } from './links.js';
import { add, ownerOfLink, ownerOfRecord, ownerOfZoomUser, type People } from './owners.js';
import { newPerson, type Person } from './person.js';
import type { ResolveOptions } from './resolve.js';

/**
 * Whom an event of an observed source is about. Links that nobody holds are theirs from now on, and that is all:
 * nobody is merged, and no mail or Zoom user leaves its holder, since each of these may start a write. What is left
 * out here is made up for when the source goes live (retell.ts).
 */
export function recognise(
  event: LifecycleEvent,
  people: People,
  { sourceId, sourceKind, at, newId }: ResolveOptions,
): Person {
  const links = linksOf(event);
  const isZoom = sourceKind === 'zoom';
  const person =
    ownerOfRecord(people, sourceId, event.record) ??
    (isZoom ? ownerOfZoomUser(people, event.record) : undefined) ??
    ownerOfSome(links, people) ??
    newPerson(newId());
  const claimedAt = isZoom ? claimedByZoom(event, at) : at;
  const free = links.filter((link) => !ownerOfLink(people, link)).map((link) => ({ ...link, claimedAt }));
  return add(free.length > 0 ? { ...person, links: [...person.links, ...free] } : person, people);
}

function ownerOfSome(links: Identifier[], people: People): Person | undefined {
  for (const link of links) {
    const owner = ownerOfLink(people, link);
    if (owner && !(link.kind === 'mail' && areOfTwo(links, owner.links))) return owner;
  }
  return undefined;
}
