import type { Person, SourceRecord } from '../lifecycle/person.js';
import { auditRow } from '../records/audit.js';
import { iso, type Row } from '../records/changes.js';
import type { Held } from '../records/people.js';
import type { RecordFilter } from '../records/people-of.js';
import { redecidePeopleOf, type RedecideOptions } from './redecide.js';
import type { Tally } from './tally.js';

export interface DropOptions extends RedecideOptions {
  /** Who asked, for the audit. */
  by: string;
}

export interface Dropped extends Tally {
  records: number;
}

/**
 * Drops what a source's records said of whether somebody is there. The time at which it was said stays: only newer
 * news counts again, and a repeat of what was dropped is late.
 */
export async function dropStandings(
  source: { id: string; name: string },
  filter: RecordFilter,
  options: DropOptions,
): Promise<Dropped> {
  let records = 0;
  const apply = (held: Held) => ({
    audit: [...held.people.values()].flatMap((person) => dropFrom(person, source, filter, held, options)),
  });
  const changeFor = async (personIds: string[]) => ({ personIds, apply });
  const onDecided = (held: Held) => void (records += countDropped(held));
  const tally = await redecidePeopleOf(source.id, { filter, changeFor, onDecided }, options);
  return { records, ...tally };
}

function countDropped({ people, before }: Held): number {
  const standingsOf = (all: Iterable<Person>) =>
    [...all].flatMap((person) => person.records.filter((record) => record.standing !== null)).length;
  return standingsOf(before.values()) - standingsOf(people.values());
}

/** @returns the audit's lines */
function dropFrom(
  person: Person,
  source: { id: string; name: string },
  filter: RecordFilter,
  held: Held,
  { newId, by }: DropOptions,
): Row[] {
  const dropped = person.records.filter((one) => one.sourceId === source.id && fits(one, filter));
  if (dropped.length === 0) return [];
  const records = person.records.map((one) => (dropped.includes(one) ? { ...one, standing: null } : one));
  held.people.set(person.id, { ...person, records });
  return dropped.map(({ record, standing, standingAt }) =>
    auditRow(newId(), held.now, {
      actor: by,
      action: 'people.standing.drop',
      personId: person.id,
      subject: person.mail ?? person.id,
      detail: { source: source.name, record, standing, standingAt: iso(standingAt) },
    }),
  );
}

function fits({ standing, standingAt }: SourceRecord, filter: RecordFilter): boolean {
  if (standing === null || standingAt === null) return false;
  if (filter.standing !== undefined && filter.standing !== standing) return false;
  if (filter.since && standingAt < filter.since.getTime()) return false;
  return !filter.until || standingAt <= filter.until.getTime();
}
