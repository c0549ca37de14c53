import { groupedBy } from '../harness/grouped-by.js';
import { OWN_MAILS } from './stories-steps.js';

/** What a notice told, whenever and however often it arrived. */
export interface Told {
  source: string;
  record: string;
  at: number;
  sequence: number;
  says?: 'active' | 'gone' | undefined;
  mail?: string | undefined;
  /** Immutable ids; Zoom's are none. */
  ids: string[];
}

/** A Zoom user as it is in the end. */
export interface TrueUser {
  id: string;
  status: 'active' | 'inactive' | 'pending' | 'deleted';
}

/** How a person must end. */
export interface Expected {
  /** What each of their records last said. */
  standings: Record<string, 'active' | 'gone' | 'nothing'>;
  wanted: boolean;
  zoomUsers: string[];
  /** A key is held at one of these, or at none if it is empty. */
  heldAtOneOf: string[];
  /** Instead, a set may wait for Zoom. */
  mayWait: boolean;
}

/**
 * Everybody at the end of a story, by the rules of the design and by nothing but the set of what was told, in no
 * order: who is who (3.1), who is wanted, and where a key is held (3.2).
 *
 * @param members records of okta's in the group whose members get keys; null: everybody gets one
 * @param strayOf whose a Zoom user is whom no directory claims: a look may find that one deleted and another made under
 *   the same mail are one person's, before Zoom says so
 */
export function endings(
  told: Told[],
  users: TrueUser[],
  members: ReadonlySet<string> | null,
  isPrivate: (mail: string) => boolean,
  strayOf: (user: string) => string,
): Expected[] {
  const directories = told.filter((one) => one.source !== 'zoom');
  const clusters = clustersOf(directories, isPrivate);
  const people = groupedBy(directories, (one) => clusters(recordKey(one)));
  for (const [user, words] of groupedBy(
    told.filter((one) => one.source === 'zoom'),
    (one) => one.record,
  )) {
    const mail = newest(words, (one) => one.mail)?.mail;
    const claim = newestClaim(directories.filter((one) => one.mail === mail));
    const owner = claim ? clusters(recordKey(claim)) : strayOf(user);
    people.set(owner, [...(people.get(owner) ?? []), ...words]);
  }
  return [...people.values()].map((words) => endingOf(words, users, members));
}

function endingOf(words: Told[], users: TrueUser[], members: ReadonlySet<string> | null): Expected {
  const last = [...groupedBy(words, recordKey)].map(([key, told]) => ({
    key,
    source: told[0]!.source,
    record: told[0]!.record,
    says: newest(told, (one) => one.says)?.says ?? ('nothing' as const),
  }));
  const wanted = isWanted(last) && (members === null || last.some((one) => isMember(one, members)));
  const zoomUsers = last.filter((one) => one.source === 'zoom').map((one) => one.record);
  const theirs = users.filter((user) => wanted && zoomUsers.includes(user.id));
  const heldAtOneOf = theirs.filter((user) => user.status === 'active').map((user) => user.id);
  return {
    standings: Object.fromEntries(last.map((one) => [one.key, one.says])),
    wanted,
    zoomUsers: zoomUsers.sort(),
    heldAtOneOf,
    mayWait: wanted && (heldAtOneOf.length === 0 || theirs.some((user) => user.status === 'pending')),
  };
}

/** Some record is active, and no source is gone: gone is a source all of whose records that spoke are. */
function isWanted(last: { source: string; says: string }[]): boolean {
  const sources = groupedBy(
    last.filter((one) => one.says !== 'nothing'),
    (one) => one.source,
  );
  const active = [...sources.values()].map((records) => records.some((one) => one.says === 'active'));
  return active.length > 0 && active.every(Boolean);
}

/** By a record that is active: who left is a member of nothing that counts. */
function isMember(
  { source, record, says }: Pick<Told, 'source' | 'record'> & { says: string },
  members: ReadonlySet<string>,
): boolean {
  return source === 'okta' && says === 'active' && members.has(record);
}

/** One person per immutable id; and a mail that never passes between people ties records together too. */
function clustersOf(told: Told[], isPrivate: (mail: string) => boolean): (key: string) => string {
  const parents = new Map<string, string>();
  const find = (key: string): string => {
    const parent = parents.get(key) ?? key;
    return parent === key ? key : find(parent);
  };
  for (const one of told) {
    const mails = one.mail && isPrivate(one.mail) ? [`mail ${one.mail}`] : [];
    for (const tie of [...one.ids, ...mails]) parents.set(find(tie), find(recordKey(one)));
  }
  return find;
}

export function recordKey({ source, record }: { source: string; record: string }): string {
  return `${source} ${record}`;
}

/** Of what tells it at all: the greatest time, then sequence, then `gone`. */
function newest(told: Told[], tells: (one: Told) => unknown): Told | undefined {
  const rank = (one: Told) => [one.at, one.sequence, one.says === 'gone' ? 1 : 0] as const;
  return told
    .filter(tells)
    .toSorted((a, b) => rank(b)[0] - rank(a)[0] || rank(b)[1] - rank(a)[1] || rank(b)[2] - rank(a)[2])[0];
}

/** Of two people who claim a mail for the same moment, it goes to the greater id. */
function newestClaim(claims: Told[]): Told | undefined {
  const idOf = ({ ids }: Told) => ids.find((id) => id.startsWith('okta-id')) ?? '';
  return claims.toSorted((a, b) => b.at - a.at || (idOf(a) < idOf(b) ? 1 : -1))[0];
}

/** Whether a mail of the story's cast stays with one person. */
export function staysWithOne(mail: string): boolean {
  return Object.values(OWN_MAILS).some((mails) => mails.some((one) => mail.startsWith(`${one}+`)));
}
