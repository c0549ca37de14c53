import { normalise, type Identifier, type LifecycleEvent, type LinkKind } from './event.js';
import type { Link } from './person.js';

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
  return differingIds(a, b) !== undefined;
}

/** Of two people who claim one mail for the same moment, whether it goes to the first: to the greater id, in any order. */
export function goesBefore(a: Identifier[], b: Identifier[]): boolean {
  const [greatest = '', other = ''] = (differingIds(a, b) ?? []).map((ids) => ids.sort().at(-1));
  return greatest > other;
}

function differingIds(a: Identifier[], b: Identifier[]): [string[], string[]] | undefined {
  const idsOf = (links: Identifier[], kind: string) =>
    links.filter((one) => one.kind === kind).map((one) => one.value);
  return [...IMMUTABLE]
    .map((kind): [string[], string[]] => [idsOf(a, kind), idsOf(b, kind)])
    .find(([ids, others]) => ids.length > 0 && others.length > 0 && !ids.some((id) => others.includes(id)));
}

const HALF_A_CENTURY_MS = 50 * 365 * 24 * 3_600_000;
const YEAR_2000 = 946_684_800_000;

/**
 * Zoom claims no mail: its users follow whoever does. Its word counts as half a century older than it is, so that it
 * gives way to any other source's, while among Zoom's own the newest still holds.
 */
export function claimedByZoom({ standing }: Pick<LifecycleEvent, 'standing'>, at: number): number {
  // Whoever is deleted gives way to anybody: their mail is free, and another may have got it in the same moment.
  return at - HALF_A_CENTURY_MS * (standing === 'gone' ? 2 : 1);
}

/** A list that somebody exported has no time: any source's word goes before it, except Zoom's. */
export const CLAIMED_BY_LIST = YEAR_2000;

/** Whether somebody else may have it one day. */
export function isPassedOn(kind: LinkKind): boolean {
  return !IMMUTABLE.has(kind);
}

/** Whether nothing but Zoom's word says anything of whoever has these links. */
export function areZoomsAlone(links: Link[]): boolean {
  return links.every((link) => link.kind === 'mail' && !isTrueClaim(link.claimedAt));
}

/** Whether a mail claimed at that time is its holder's by another word than Zoom's. */
export function isTrueClaim(claimedAt: number): boolean {
  return claimedAt >= YEAR_2000;
}
