import { claim } from './claim.js';
import type { Identifier } from './event.js';
import { areOfTwo, CLAIMED_BY_LIST, isPassedOn, isSameLink } from './links.js';
import { named } from './named.js';
import { add, mergeInto, ownerOfLink, type People } from './owners.js';
import type { Person } from './person.js';

export type Tied =
  /** `merged`: how many people were found to be the one. */
  | { outcome: 'linked' | 'unchanged'; person: Person; merged: number }
  /** Nobody has any of these identifiers, or those who do cannot be one person. */
  | { outcome: 'unknown' | 'conflict' };

/**
 * Ties identifiers that a list says are one person's, and merges those who hold them. A list makes nobody up, and has
 * no time: what a source said of a mail holds against it. Where ids that are never passed on differ, two people stay
 * two. Changes `people`.
 */
export function tie(links: readonly Identifier[], people: People): Tied {
  const { owners, strangers } = ownersOf(links, people);
  const [first, ...others] = owners;
  if (!first) return { outcome: strangers.length > 0 ? 'conflict' : 'unknown' };
  if (!canBeOne(links, owners)) return { outcome: 'conflict' };
  const one = others.reduce((person, other) => mergeInto(people, person, other), first);
  for (const link of links) if (link.kind === 'user-name') takeFromStranger(link, strangers, people);
  const claimed = claim(one, [...links], CLAIMED_BY_LIST, people);
  const person = add(named(claimed), people);
  const changed = others.length > 0 || person !== first;
  return { outcome: changed ? 'linked' : 'unchanged', person, merged: others.length };
}

/** `strangers`: who hold a mail or name of the list, and have ids that it gives to somebody else. */
function ownersOf(links: readonly Identifier[], people: People) {
  const owners = new Set<Person>();
  const strangers: Person[] = [];
  for (const link of links) {
    const owner = ownerOfLink(people, link);
    if (!owner) continue;
    if (isPassedOn(link.kind) && areOfTwo([...links], owner.links)) strangers.push(owner);
    else owners.add(owner);
  }
  return { owners: [...owners], strangers };
}

function canBeOne(links: readonly Identifier[], owners: readonly Person[]): boolean {
  const all = [...owners.map((owner) => owner.links), [...links]];
  return all.every((some, index) => all.slice(index + 1).every((others) => !areOfTwo(some, others)));
}

/** Directories give the account name of somebody who left to the next of that name. */
function takeFromStranger(link: Identifier, strangers: readonly Person[], people: People): void {
  const owner = ownerOfLink(people, link);
  if (!owner || !strangers.some((stranger) => stranger.id === owner.id)) return;
  add({ ...owner, links: owner.links.filter((one) => !isSameLink(one, link)) }, people);
}
