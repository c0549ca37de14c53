import { effectiveTime } from '../lifecycle/after.js';
import { isRejected, type ReadEvent } from '../lifecycle/event.js';
import type { Durations } from '../lifecycle/durations.js';
import { iso, type Changes } from '../records/changes.js';
import type { Known } from '../records/known.js';
import type { Held } from '../records/people.js';
import type { Accepted, Intake } from './intake.js';
import { takeEvent, type EventOutcome } from './take-event.js';
import { takeScim } from './take-scim.js';

export interface Taking {
  held: Held;
  known: Known;
  changes: Changes;
  newId: () => string;
  rotateOnTransfer: boolean;
  durations: Durations;
}

/** Takes one notice in: its SCIM write, its events and the jobs that follow, as changes to be written. */
export function take(intake: Intake, taking: Taking): Accepted {
  const { held, newId } = taking;
  const at = new Date(held.now);
  if (isRepeat(intake, taking)) return { outcome: 'repeat', at, events: [] };
  const { outcome, version, createdAt } = intake.scim
    ? takeScim(intake.sourceId, intake.scim, taking.known, taking.changes, held.now)
    : { outcome: 'kept' as const };
  if (outcome !== 'kept') return { outcome, at, events: [] };
  const noticeId = newId();
  keepNotice(noticeId, intake, taking);
  const events = intake.events.map((event) => keepEvent(event, noticeId, intake, taking));
  return {
    outcome,
    at,
    ...(version !== undefined && { version }),
    ...(createdAt !== undefined && { createdAt: new Date(createdAt) }),
    events: events.map(({ outcome, reason }) => ({ outcome, reason })),
  };
}

function isRepeat(intake: Intake, { known, held, durations, changes }: Taking): boolean {
  if (!intake.noticeKey) return false;
  const there = known.notices.get(`${intake.sourceId} ${intake.noticeKey.value}`);
  if (!there) return false;
  if (!intake.noticeKey.byHash || there.receivedAt > held.now - durations.repeatMs) return true;
  // What a clock far ahead of us told counted from its receipt: told again, it would be news.
  if (intake.events.some((event) => isAhead(event, there.receivedAt, durations))) return true;
  // The same body long after: a new notice. The old one keeps its row under another key.
  (changes.agedNotices ??= []).push({ id: there.id });
  return false;
}

function isAhead({ occurredAt }: ReadEvent, receivedAt: number, { futureMs }: Durations): boolean {
  return occurredAt !== null && occurredAt.getTime() > receivedAt + futureMs;
}

function keepNotice(id: string, intake: Intake, { known, changes, held }: Taking): void {
  const { sourceId, noticeKey, body } = intake;
  const key = noticeKey?.value ?? null;
  if (key !== null) known.notices.set(`${sourceId} ${key}`, { id, receivedAt: held.now });
  const row = {
    id,
    source_id: sourceId,
    key,
    by_hash: noticeKey?.byHash ?? false,
    body,
    received_at: iso(held.now),
  };
  (changes.notices ??= []).push(row);
}

function keepEvent(event: ReadEvent, noticeId: string, intake: Intake, taking: Taking): EventOutcome {
  const { held, newId, rotateOnTransfer, durations } = taking;
  const id = newId();
  const taken = takeEvent(event, {
    held,
    sourceId: intake.sourceId,
    eventId: id,
    newId,
    rotateOnTransfer,
    durations,
  });
  (taking.changes.events ??= []).push({
    id,
    notice_id: noticeId,
    source_id: intake.sourceId,
    person_id: taken.personId,
    type: taken.type,
    outcome: taken.outcome,
    reason: taken.reason,
    record: isRejected(event) ? null : event.record,
    subject: event.subject,
    occurred_at: iso(effectiveTime(event, held.now, durations)),
    received_at: iso(held.now),
  });
  return taken;
}
