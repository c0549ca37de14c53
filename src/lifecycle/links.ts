import { normalise, type Identifier, type LifecycleEvent } from './event.js';

/** Ids that a directory gives once and never passes on. */
const IMMUTABLE: ReadonlySet<string> = new Set(['okta-id', 'graph-id', 'ad-sid', 'ad-guid']);

/** The links by which an event names a person: immutable ids, its mail, and a user name that is a mail. */
export function linksOf(event: LifecycleEvent): Identifier[] {
  const ids = (event.identifiers ?? []).filter((one) => IMMUTABLE.has(one.kind));
  const userName = event.identifiers?.find((one) => one.kind === 'user-name' && one.value.includes('@'));
  const mails = [event.mail, userName?.value]
    .filter((mail) => mail != null)
    .map((value) => ({ kind: 'mail' as const, value }));
  const all = [...ids, ...mails].map(({ kind, value }) => ({ kind, value: normalise(value) }));
  const told = all.filter((one) => one.value !== '');
  return told.filter((one, index) => told.findIndex((other) => isSameLink(other, one)) === index);
}

export function isSameLink(a: Identifier, b: Identifier): boolean {
  return a.kind === b.kind && a.value === b.value;
}

/** Whether links speak of two people, since one directory gave them different ids. */
export function areOfTwo(a: Identifier[], b: Identifier[]): boolean {
  return [...IMMUTABLE].some((kind) => {
    const [ids, others] = [a, b].map((links) => links.filter((one) => one.kind === kind));
    if (!ids?.length || !others?.length) return false;
    return !ids.some((one) => others.some((other) => isSameLink(one, other)));
  });
}

const HALF_A_CENTURY_MS = 50 * 365 * 24 * 3_600_000;
const YEAR_2000 = 946_684_800_000;

/**
 * Zoom claims no mail: its users follow whoever does. Its word counts as half a century older than it is, so that it
 * gives way to any other source's, while among Zoom's own the newest still holds.
 */
export function claimedByZoom(at: number): number {
  return at - HALF_A_CENTURY_MS;
}

/** Whether a mail claimed at that time is its holder's by another word than Zoom's. */
export function isTrueClaim(claimedAt: number): boolean {
  return claimedAt >= YEAR_2000;
}
