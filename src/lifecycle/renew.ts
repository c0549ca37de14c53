import type { Person } from './person.js';
import { heldKey } from './wanted.js';

/** Asks every Zoom user of theirs for a key drawn after `asked`, unless what was asked for until then was cancelled. */
export function renewed(person: Person, asked: number): Person {
  if (asked <= (person.cancelledAt ?? -Infinity) || isAsked(person, asked)) return person;
  const zoomUsers = person.zoomUsers.map((user) => ({
    ...user,
    renewAfter: Math.max(user.renewAfter ?? 0, asked),
  }));
  return { ...person, zoomUsers };
}

/**
 * Another key for being transferred: at once, or at the hour's end when they had one for that within the hour.
 * What draws nobody a new key (none is held, or a younger one) begins no hour.
 */
export function transferred(person: Person, asked: number, now: number, hourMs: number): Person {
  if (isAsked(person, asked) || asked <= (person.transferAsked ?? -Infinity)) return person;
  const next = renewed(person, asked);
  if (next === person || !person.zoomUsers.some((user) => holdsOlder(user, asked))) return next;
  if (person.transferredAt !== null && now < person.transferredAt + hourMs)
    return { ...person, transferAsked: asked };
  return { ...next, transferredAt: now, transferAsked: null };
}

/** The person once the hour's end has come for a transfer that waited for it; before, and without one, as they were. */
export function transferDue(person: Person, now: number, hourMs: number): Person {
  const { transferAsked, transferredAt } = person;
  if (transferAsked === null || now < (transferredAt ?? 0) + hourMs) return person;
  return transferred({ ...person, transferAsked: null }, transferAsked, now, hourMs);
}

function isAsked({ zoomUsers }: Person, asked: number): boolean {
  return zoomUsers.every((user) => (user.renewAfter ?? 0) >= asked);
}

function holdsOlder(user: Person['zoomUsers'][number], asked: number): boolean {
  const held = heldKey(user);
  return held !== null && held.drawnAt <= asked;
}
