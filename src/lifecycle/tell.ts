import { hasMoved, TRANSFER_ATTRIBUTES, type LifecycleEvent, type Standing } from './event.js';
import type { Fact, SourceRecord } from './person.js';

/** What an event made of its record. */
export interface Told {
  record: SourceRecord;
  /** Names of the facts whose value is now another. */
  changed: string[];
  /** Something it said was older than what we knew. */
  late: boolean;
  /** An attribute went from one value to another (design 3.2). */
  transferred: boolean;
}

/** Each fact keeps the time of its newest telling, so that any order of arrival ends the same (design 3.1). */
export function tell(record: SourceRecord, event: LifecycleEvent, at: number): Told {
  const told: Told = { record, changed: [], late: false, transferred: false };
  if (event.standing !== undefined) tellStanding(told, event.standing, at, event.sequence);
  for (const [name, value] of Object.entries(factsOf(event))) {
    tellFact(told, name, { value: value ?? null, at, sequence: event.sequence });
  }
  return told;
}

function tellStanding(told: Told, standing: Standing, at: number, sequence: number): void {
  const { record } = told;
  const newer = compareTimes(
    { at, sequence },
    { at: record.standingAt ?? -Infinity, sequence: record.sequence },
  );
  // A standing that was dropped keeps its time: only newer news counts again, a repeat of the same does not.
  const wins = newer > 0 || (newer === 0 && standing === 'gone' && record.standing === 'active');
  if (!wins) {
    told.late ||= newer < 0;
    return;
  }
  if (record.standing !== standing) told.changed.push('standing');
  told.record = { ...told.record, standing, standingAt: at, sequence };
}

function tellFact(told: Told, name: string, fact: Fact): void {
  const known = told.record.facts[name];
  if (!isNewerFact(fact, known)) {
    told.late ||= known !== undefined && compareTimes(fact, known) < 0;
    return;
  }
  if ((known?.value ?? null) !== fact.value) told.changed.push(name);
  told.transferred ||= isTransferFact(name) && hasMoved(known?.value, fact.value);
  told.record = { ...told.record, facts: { ...told.record.facts, [name]: fact } };
}

/** Equal times and sequences: the greater value, so that either order ends the same. */
export function isNewerFact(fact: Fact, known: Fact | undefined): boolean {
  if (!known) return true;
  const newer = compareTimes(fact, known);
  return newer > 0 || (newer === 0 && (fact.value ?? '') > (known.value ?? ''));
}

interface Time {
  at: number;
  sequence: number;
}

function compareTimes(a: Time, b: Time): number {
  return a.at === b.at ? a.sequence - b.sequence : a.at - b.at;
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
