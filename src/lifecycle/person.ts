import type { LinkKind, Standing } from './event.js';

/** All times are milliseconds since the epoch, by the database's clock unless a source gave them. */
export interface Fact {
  value: string | null;
  at: number;
  sequence: number;
}

/** One entry for a person in a source, and when it said each thing it says. */
export interface SourceRecord {
  sourceId: string;
  record: string;
  standing: Standing | null;
  standingAt: number | null;
  sequence: number;
  facts: Record<string, Fact>;
  /** Whether it belongs to an entitled group of its source, at the moment when the person was loaded. */
  entitled?: boolean;
}

export type KeyState = 'pending' | 'active' | 'previous' | 'clearing' | 'destroyed';

/** A generation of a Zoom user's host key; never its digits. */
export interface KeyGeneration {
  generation: number;
  state: KeyState;
  drawnAt: number;
  setAt: number | null;
  /** Keyed hash of the key, to know it again; null once destroyed. */
  hash: string | null;
  /** False of a pending one that Zoom definitely does not have: every attempt at it was refused. */
  mayBeApplied: boolean;
}

/** A value we sent, or were about to send, within the last 24 h (clears too). */
export interface SentValue {
  hash: string;
  startedAt: number;
  /** When Zoom's 204 was recorded; null otherwise. */
  appliedAt: number | null;
}

export type ZoomStanding = 'unknown' | 'active' | 'pending' | 'inactive' | 'gone';

export interface ZoomUser {
  id: string;
  mail: string | null;
  standing: ZoomStanding;
  standingAt: number | null;
  /** The newest generation that was ever drawn; 0 before the first. */
  generation: number;
  /** A key drawn at or before this is to be replaced. */
  renewAfter: number | null;
  /** Whose turn it is to write there, and until when. */
  lease: { token: string; until: number } | null;
  keys: KeyGeneration[];
  sent: SentValue[];
}

export type JobAction = 'set' | 'clear' | 'look';
export type JobState =
  'queued' | 'running' | 'retrying' | 'waiting' | 'braked' | 'done' | 'superseded' | 'cancelled' | 'failed';

/** The states from which a job goes on only when somebody runs it again. */
export const ENDED: ReadonlySet<JobState> = new Set(['done', 'superseded', 'cancelled', 'failed']);

export interface UnfinishedJob {
  id: string;
  action: JobAction;
  state: JobState;
  zoomUserId: string | null;
  /** Why it ends, when this transaction ends it. */
  code?: string;
  /** Attempts so far. */
  attempts: number;
  priority: number;
  /** Only on a job that this transaction makes: the rest of its row. */
  fresh?: FreshJob;
}

export interface FreshJob {
  reason: string;
  sourceId: string | null;
  eventId: string | null;
}

export interface Link {
  kind: LinkKind;
  value: string;
  /** When a source last said so; a mail that only Zoom tells counts as half a century older (links.ts). */
  claimedAt: number;
}

/** A human we know of, with everything a decision about them needs. */
export interface Person {
  id: string;
  name: string | null;
  mail: string | null;
  /** The person this one was found to be; then nothing else is left here. */
  mergedInto?: string;
  contestedAt: number | null;
  /** When somebody else's key was last found in place of ours: the newest three. */
  exposedAt: number[];
  /** When they were last asked to have another key for being transferred. */
  transferredAt: number | null;
  /** The newest transfer that waits until an hour after that. */
  transferAsked: number | null;
  /** When an operator called off a set: nothing asked for until then makes another. */
  cancelledAt: number | null;
  links: Link[];
  records: SourceRecord[];
  zoomUsers: ZoomUser[];
  jobs: UnfinishedJob[];
}

/** What a source may say, from its settings. */
export interface SourcePolicy {
  id: string;
  name: string;
  kind: string;
  observed: boolean;
  /** Its news is refused; that somebody is gone stays true, that they are active does not. */
  removed: boolean;
  presenceOnly: boolean;
  /** Mail domains it may speak for; empty: any. */
  domains: string[];
  /** Whether it has entitled groups: then nobody gets a key who is in none. */
  entitling: boolean;
}

export function newPerson(id: string): Person {
  return {
    id,
    name: null,
    mail: null,
    contestedAt: null,
    exposedAt: [],
    transferredAt: null,
    transferAsked: null,
    cancelledAt: null,
    links: [],
    records: [],
    zoomUsers: [],
    jobs: [],
  };
}

/**
 * What a source said of a record so far. Of one that is a Zoom user we may know the mail before it says a word: Zoom
 * told it when asked.
 */
export function recordOf(person: Person, sourceId: string, record: string): SourceRecord {
  const known = person.records.find((one) => one.sourceId === sourceId && one.record === record);
  if (known) return known;
  const user = person.zoomUsers.find((one) => one.id === record);
  const facts = user?.mail ? { mail: { value: user.mail, at: user.standingAt ?? 0, sequence: 0 } } : {};
  return { sourceId, record, standing: null, standingAt: null, sequence: 0, facts };
}

/** A copy of `list` in which `item` stands in the place of the one with the same key, or at the end. */
export function put<T>(list: readonly T[], item: T, same: (other: T) => boolean): T[] {
  const index = list.findIndex(same);
  if (index < 0) return [...list, item];
  return list.with(index, item);
}
