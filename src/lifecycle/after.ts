import type { Durations } from './durations.js';
import type { LifecycleEvent } from './event.js';
import { seeKey, type Seen } from './exposure.js';
import { named } from './named.js';
import { put, recordOf, type Person, type SourceRecord, type ZoomStanding, type ZoomUser } from './person.js';
import { renewed, transferred as renewedByTransfer } from './renew.js';
import { tell } from './tell.js';

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
  /** `late`: nothing changed, and something it said was older than what we know. */
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

/** The person as they are after an event. Its facts may come late; reasons to renew are never late. */
export function after(event: LifecycleEvent, person: Person, options: AfterOptions): Applied {
  const at = effectiveTime(event, options.receivedAt, options.durations);
  const asked = Math.min(at, options.receivedAt);
  const told = tell(recordOf(person, options.sourceId, event.record), event, at);
  let next = person.records.includes(told.record) ? person : named(withRecord(person, told.record));
  next = withZoomUser(next, event, told.record, at);
  const seen = seeKey(next, event, { at, asked, durations: options.durations });
  next = seen.person;
  const transferred = event.type === 'transferred' || told.transferred;
  if (transferred && options.renewOnTransfer)
    next = renewedByTransfer(next, asked, options.receivedAt, options.durations.hourMs);
  if (event.rotate) next = renewed({ ...next, contestedAt: null, exposedAt: [], cancelledAt: null }, asked);
  const type = seen.seen === 'exposed' ? 'exposed' : transferred ? 'transferred' : event.type;
  const changed =
    event.rotate ||
    told.changed.length > 0 ||
    (transferred && !told.late) ||
    next.zoomUsers !== person.zoomUsers ||
    next.transferAsked !== person.transferAsked;
  const outcome = changed || seen.seen === 'exposed' ? 'applied' : told.late ? 'late' : 'no-change';
  return {
    person: next,
    outcome,
    type,
    reason: reasonOf(seen, told.changed),
    resend: seen.seen === 'resend',
  };
}

function withRecord(person: Person, record: SourceRecord): Person {
  const same = (other: SourceRecord) => other.sourceId === record.sourceId && other.record === record.record;
  return { ...person, records: put(person.records, record, same) };
}

/** Zoom's own source says where a key can be set, and under which mail: at the record itself, which is a Zoom user. */
export function withZoomUser(
  person: Person,
  event: LifecycleEvent,
  record: SourceRecord,
  at: number,
): Person {
  const { zoomStanding } = event;
  const next =
    zoomStanding === undefined ? person : withZoomUserStanding(person, event.record, zoomStanding, at);
  const user = next.zoomUsers.find((one) => one.id === event.record);
  const mail = record.facts['mail']?.value;
  if (!user || !mail || user.mail === mail) return next;
  return withUser(next, { ...user, mail });
}

/** From open to closed: of two standings told for the same moment, the more closed one holds. */
const CLOSED: readonly ZoomStanding[] = ['unknown', 'active', 'pending', 'inactive', 'gone'];

/**
 * The person once Zoom has said this of one of its users; older news changes nothing.
 *
 * @param mail as Zoom gives it when asked about the user; counts as told by its record at the same time
 */
export function withZoomUserStanding(
  person: Person,
  id: string,
  standing: ZoomStanding,
  at: number,
  mail?: string,
): Person {
  const known = person.zoomUsers.find((user) => user.id === id);
  const before = known ?? newZoomUser(id);
  const newer = at - (before.standingAt ?? -Infinity);
  if (newer < 0 || (newer === 0 && CLOSED.indexOf(standing) <= CLOSED.indexOf(before.standing)))
    return person;
  const next = withUser(person, { ...before, standing, standingAt: at, mail: mail ?? before.mail });
  if (mail === undefined) return next;
  const fact = { value: mail, at, sequence: 0 };
  const records = next.records.map((one) =>
    one.record === id ? { ...one, facts: { ...one.facts, mail: fact } } : one,
  );
  return { ...next, records };
}

function withUser(person: Person, user: ZoomUser): Person {
  return { ...person, zoomUsers: put(person.zoomUsers, user, (one) => one.id === user.id) };
}

function newZoomUser(id: string): ZoomUser {
  return {
    id,
    mail: null,
    standing: 'unknown',
    standingAt: null,
    generation: 0,
    renewAfter: null,
    lease: null,
    keys: [],
    sent: [],
  };
}

function reasonOf(seen: Seen, changed: string[]): string | null {
  if (seen.seen !== 'nothing') return `key-${seen.seen}`;
  return changed.length > 0 ? changed.join(', ') : null;
}
