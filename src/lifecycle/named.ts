import { normalise } from './event.js';
import type { Fact, Person } from './person.js';
import { isNewerFact } from './tell.js';

/**
 * The person under the newest name and mail that any of their records tells: for people who read lists, and to look
 * them up in Zoom. A mail that is somebody else's by now is no longer theirs, whatever their record says.
 */
export function named(person: Person): Person {
  const name = newestFact(person, 'name', () => true);
  const mail = newestFact(person, 'mail', (value) => owns(person, value)) ?? newestMailLink(person);
  return name === person.name && mail === person.mail ? person : { ...person, name, mail };
}

function newestFact(person: Person, name: string, counts: (value: string) => boolean): string | null {
  const facts = person.records.flatMap((record) => record.facts[name] ?? []);
  const counting = facts.filter((fact) => fact.value && counts(fact.value));
  return (
    counting.reduce<Fact | undefined>((best, fact) => (isNewerFact(fact, best) ? fact : best), undefined)
      ?.value ?? null
  );
}

function owns(person: Person, mail: string): boolean {
  return person.links.some((link) => link.kind === 'mail' && link.value === normalise(mail));
}

/** For those whose records tell no mail of their own: a user name can be one. */
function newestMailLink(person: Person): string | null {
  const claims = person.links
    .filter((link) => link.kind === 'mail')
    .map((link): Fact => ({ value: link.value, at: link.claimedAt, sequence: 0 }));
  return (
    claims.reduce<Fact | undefined>((best, claim) => (isNewerFact(claim, best) ? claim : best), undefined)
      ?.value ?? null
  );
}
