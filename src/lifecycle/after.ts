import type { Durations } from './durations.js';
import { TRANSFER_ATTRIBUTES, type LifecycleEvent } from './event.js';
import {
  put,
  type Fact,
  type Person,
  type SourceRecord,
  type ZoomStanding,
  type ZoomUser,
} from './person.js';
import { seeKey, type Seen } from './exposure.js';

/** When an event counts as having happened: SCIM's time, and any more than 5 min ahead, is its receipt. */
export function effectiveTime(
  event: { occurredAt: Date | null },
  receivedAt: number,
  durations: Durations,
): number {
  const at = event.occurredAt?.getTime() ?? receivedAt;
  return at > receivedAt + durations.futureMs ? receivedAt : at;
}

export interface Applied {
  person: Person;
  /** `late`: everything it said was older than what we know. */
  outcome: 'applied' | 'late' | 'no-change';
  /** The event's type, once compared with what we knew: a `changed` can turn out `transferred` or `exposed`. */
  type: LifecycleEvent['type'];
  reason: string | null;
  /** A key seen in Zoom asks for our current value to be sent again. */
  resend: boolean;
}

export interface AfterOptions {
  sourceId: string;
  receivedAt: number;
  /** Whether a transfer is a reason to renew: policy, and the source is not observed. */
  renewOnTransfer: boolean;
  durations: Durations;
}

/**
 * The person as they are after an event. Each fact keeps the time of its newest telling, so that any order of
 * arrival ends the same (design 3.1); reasons to renew are never late.
 */
export function after(event: LifecycleEvent, person: Person, options: AfterOptions): Applied {
  const at = effectiveTime(event, options.receivedAt, options.durations);
  const asked = Math.min(at, options.receivedAt);
  const before = person.records.find(
    (one) => one.sourceId === options.sourceId && one.record === event.record,
  );
  const told = tell(before ?? emptyRecord(options.sourceId, event.record), event, at);
  let next = told.record === before ? person : withRecord(person, told.record);
  next = withZoomStanding(next, event, at);
  next = withNameAndMail(next, told.changed);
  const seen = seeKey(next, event, { at, asked, durations: options.durations });
  next = seen.person;
  const transferred = event.type === 'transferred' || told.transferred;
  if (transferred && options.renewOnTransfer) next = renewed(next, asked);
  if (event.rotate) next = renewed({ ...next, contestedAt: null, exposedAt: [] }, asked);
  const type = seen.seen === 'exposed' ? 'exposed' : transferred ? 'transferred' : event.type;
  const changed =
    event.rotate ||
    told.changed.length > 0 ||
    (transferred && !told.late) ||
    next.zoomUsers !== person.zoomUsers;
  const outcome = changed || seen.seen === 'exposed' ? 'applied' : told.late ? 'late' : 'no-change';
  return {
    person: next,
    outcome,
    type,
    reason: reasonOf(seen, told.changed),
    resend: seen.seen === 'resend',
  };
}

/** Asks every Zoom user of theirs for a key drawn after `asked`. */
export function renewed(person: Person, asked: number): Person {
  const zoomUsers = person.zoomUsers.map((user) => ({
    ...user,
    renewAfter: Math.max(user.renewAfter ?? 0, asked),
  }));
  return { ...person, zoomUsers };
}

interface Told {
  record: SourceRecord;
  /** Names of the facts whose value is now another. */
  changed: string[];
  late: boolean;
  transferred: boolean;
}

function tell(record: SourceRecord, event: LifecycleEvent, at: number): Told {
  const told: Told = { record, changed: [], late: false, transferred: false };
  if (event.standing !== undefined) tellStanding(told, event.standing, at, event.sequence);
  for (const [name, value] of Object.entries(factsOf(event))) {
    tellFact(told, name, { value: value ?? null, at, sequence: event.sequence });
  }
  return told;
}

function tellStanding(told: Told, standing: 'active' | 'gone', at: number, sequence: number): void {
  const { record } = told;
  const newer = compare(at, sequence, record.standingAt ?? -Infinity, record.sequence);
  const wins = newer > 0 || (newer === 0 && standing === 'gone' && record.standing !== 'gone');
  if (!wins) {
    told.late ||= newer < 0;
    return;
  }
  if (record.standing !== standing) told.changed.push('standing');
  told.record = { ...told.record, standing, standingAt: at, sequence };
}

function tellFact(told: Told, name: string, fact: Fact): void {
  const known = told.record.facts[name];
  const newer = known ? compare(fact.at, fact.sequence, known.at, known.sequence) : 1;
  // Equal times: the greater value, so that either order ends the same.
  const wins = newer > 0 || (newer === 0 && (fact.value ?? '') > (known?.value ?? ''));
  if (!wins) {
    told.late ||= newer < 0;
    return;
  }
  if (known?.value !== fact.value && !(known === undefined && fact.value === null)) told.changed.push(name);
  told.transferred ||= isTransferFact(name) && hasMoved(known?.value, fact.value);
  told.record = { ...told.record, facts: { ...told.record.facts, [name]: fact } };
}

function hasMoved(from: string | null | undefined, to: string | null): boolean {
  return !!from && !!to && from !== to;
}

function isTransferFact(name: string): boolean {
  return (TRANSFER_ATTRIBUTES as readonly string[]).includes(name);
}

function factsOf(event: LifecycleEvent): Record<string, string | null | undefined> {
  return {
    ...(event.mail !== undefined && { mail: event.mail }),
    ...(event.name !== undefined && { name: event.name }),
    ...event.attributes,
  };
}

function compare(at: number, sequence: number, thanAt: number, thanSequence: number): number {
  return at === thanAt ? sequence - thanSequence : at - thanAt;
}

function withRecord(person: Person, record: SourceRecord): Person {
  const same = (other: SourceRecord) => other.sourceId === record.sourceId && other.record === record.record;
  return { ...person, records: put(person.records, record, same) };
}

/** Zoom's own source says where a key can be set: at the record itself, which is a Zoom user. */
function withZoomStanding(person: Person, event: LifecycleEvent, at: number): Person {
  if (event.zoomStanding === undefined) return person;
  return withZoomUserStanding(person, event.record, event.zoomStanding, at, event.mail);
}

/** The person once Zoom has said this of one of its users; older news changes nothing. */
export function withZoomUserStanding(
  person: Person,
  id: string,
  standing: ZoomStanding,
  at: number,
  mail?: string | null,
): Person {
  const known = person.zoomUsers.find((user) => user.id === id);
  const before = known ?? newZoomUser(id);
  const newer = compare(at, 0, before.standingAt ?? -Infinity, 0);
  if (newer < 0 || (newer === 0 && before.standing === 'gone')) return person;
  const next = { ...before, standing, standingAt: at, mail: mail ?? before.mail };
  return { ...person, zoomUsers: put(person.zoomUsers, next, (user) => user.id === id) };
}

function newZoomUser(id: string): ZoomUser {
  const standing = 'unknown' as const;
  return {
    id,
    mail: null,
    standing,
    standingAt: null,
    generation: 0,
    renewAfter: null,
    lease: null,
    keys: [],
    sent: [],
  };
}

function emptyRecord(sourceId: string, record: string): SourceRecord {
  return { sourceId, record, standing: null, standingAt: null, sequence: 0, facts: {} };
}

/** For display and look-up: the newest name and mail that any of their records tells. */
function withNameAndMail(person: Person, changed: string[]): Person {
  if (!changed.includes('mail') && !changed.includes('name')) return person;
  return {
    ...person,
    name: newestFact(person, 'name') ?? person.name,
    mail: newestFact(person, 'mail') ?? person.mail,
  };
}

export function newestFact(person: Person, name: string): string | null {
  const facts = person.records.flatMap((record) => record.facts[name] ?? []).filter((fact) => fact.value);
  const best = facts.reduce<Fact | null>(
    (a, b) => (a && compare(a.at, a.sequence, b.at, b.sequence) >= 0 ? a : b),
    null,
  );
  return best?.value ?? null;
}

function reasonOf(seen: Seen, changed: string[]): string | null {
  if (seen.seen !== 'nothing') return `key-${seen.seen}`;
  return changed.length > 0 ? changed.join(', ') : null;
}
