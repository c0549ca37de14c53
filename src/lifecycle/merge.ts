import { named } from './named.js';
import { newPerson, put, type Person, type SourceRecord, type UnfinishedJob } from './person.js';

export interface Merged {
  /** The older of the two, who takes everything. */
  kept: Person;
  /** An empty row that points to who they are. */
  gone: Person;
}

/** Two people found to be one. Their jobs were decided on half of what is known: they are to be decided anew. */
export function merge(a: Person, b: Person): Merged {
  const [keep, gone] = a.id < b.id ? [a, b] : [b, a];
  const kept = named({
    ...keep,
    contestedAt: keep.contestedAt ?? gone.contestedAt,
    exposedAt: [...keep.exposedAt, ...gone.exposedAt].sort((m, n) => m - n).slice(-3),
    transferredAt: later(keep.transferredAt, gone.transferredAt),
    transferAsked: later(keep.transferAsked, gone.transferAsked),
    cancelledAt: later(keep.cancelledAt, gone.cancelledAt),
    links: [...keep.links, ...gone.links],
    records: gone.records.reduce(
      (records, record) => withRecordOf(gone, records, record, keep.id),
      keep.records,
    ),
    zoomUsers: [...keep.zoomUsers, ...gone.zoomUsers],
    jobs: [...keep.jobs, ...gone.jobs].map(superseded),
  });
  return { kept, gone: { ...newPerson(gone.id), mergedInto: keep.id } };
}

function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** An operator's record is the person's own id, and follows them: of two, the newer word holds. */
function withRecordOf(
  gone: Person,
  records: SourceRecord[],
  record: SourceRecord,
  keptId: string,
): SourceRecord[] {
  if (record.record !== gone.id) return [...records, record];
  const moved = { ...record, record: keptId };
  const same = (one: SourceRecord) => one.sourceId === moved.sourceId && one.record === keptId;
  const known = records.find(same);
  return known && (known.standingAt ?? 0) >= (moved.standingAt ?? 0) ? records : put(records, moved, same);
}

export function superseded(job: UnfinishedJob): UnfinishedJob {
  return { ...job, state: 'superseded' };
}
