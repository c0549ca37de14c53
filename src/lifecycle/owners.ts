import { normalise, type Identifier } from './event.js';
import { isSameLink, isTrueClaim } from './links.js';
import { merge } from './merge.js';
import type { Person } from './person.js';

/** The people that one transaction holds, by id. */
export type People = Map<string, Person>;

/** The person with that id, or who they were found to be. */
export function personOf(people: People, id: string): Person | undefined {
  const person = people.get(id);
  return person?.mergedInto ? personOf(people, person.mergedInto) : person;
}

export function ownerOfRecord(people: People, sourceId: string, record: string): Person | undefined {
  return find(people, (person) =>
    person.records.some((one) => one.sourceId === sourceId && one.record === record),
  );
}

export function ownerOfZoomUser(people: People, id: string): Person | undefined {
  return find(people, (person) => person.zoomUsers.some((user) => user.id === id));
}

export function ownerOfLink(people: People, link: Identifier): Person | undefined {
  return find(people, (person) => person.links.some((one) => isSameLink(one, link)));
}

/** Whoever has a mail, if not by Zoom's word alone. */
export function ownerOfMail(people: People, mail: string): Person | undefined {
  const link = { kind: 'mail' as const, value: normalise(mail) };
  return find(people, (person) =>
    person.links.some((one) => isSameLink(one, link) && isTrueClaim(one.claimedAt)),
  );
}

function find(people: People, matches: (person: Person) => boolean): Person | undefined {
  for (const person of people.values()) if (matches(person)) return person;
  return undefined;
}

/** Puts a person in the place of who they were. */
export function add(person: Person, people: People): Person {
  people.set(person.id, person);
  return person;
}

/** Two people found to be one; whoever is kept. */
export function mergeInto(people: People, a: Person, b: Person): Person {
  const { kept, gone } = merge(a, b);
  add(gone, people);
  return add(kept, people);
}
