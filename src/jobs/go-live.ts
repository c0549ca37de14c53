import { linksOf } from '../lifecycle/links.js';
import { hearAgain, retell } from '../lifecycle/retell.js';
import type { Held } from '../records/people.js';
import { findRecords } from '../records/people-of.js';
import { mergesOf } from './accept.js';
import { PRIORITY } from './plan.js';
import { redecideOthers, redecidePeopleOf, type Change, type RedecideOptions } from './redecide.js';
import type { Tally } from './tally.js';

export interface GoingLive {
  id: string;
  kind: string;
  /** Also those of whom it does not speak: it has, or had until now, groups whose members alone get keys. */
  everybody: boolean;
}

/**
 * Takes what a source said while it was observed as if it counted, and decides its people anew, or everybody. Without
 * `dryRun` the source must be live by then: whatever comes after that is decided upon as it comes.
 */
export async function goLive(source: GoingLive, given: RedecideOptions): Promise<Tally> {
  const options = { ...given, priority: PRIORITY.backfill };
  const changeFor = (personIds: string[]) => hearingOf(source, personIds, options);
  const tally = await redecidePeopleOf(source.id, { changeFor }, options);
  if (!source.everybody) return tally;
  const apply = (held: Held) => (countIn(held, source.id), {});
  return redecideOthers(
    source.id,
    { changeFor: async (personIds) => ({ personIds, apply }), tally },
    options,
  );
}

async function hearingOf(
  { id: sourceId, kind: sourceKind }: GoingLive,
  personIds: string[],
  { pool, newId }: RedecideOptions,
): Promise<Change> {
  const records = await findRecords(pool, sourceId, personIds);
  const links = records.flatMap((record) => retell(record, sourceKind)).flatMap(linksOf);
  const zoomUserIds = sourceKind === 'zoom' ? records.map(({ record }) => record) : [];
  const identifiers = [
    ...links.map(({ kind, value }) => `${kind} ${value}`),
    ...records.map(({ record }) => `record ${sourceId} ${record}`),
    ...zoomUserIds.map((id) => `zoom-user ${id}`),
  ];
  const apply = (held: Held) => {
    countIn(held, sourceId);
    for (const record of records) hearAgain(record, held.people, { sourceId, sourceKind, newId });
    return { audit: mergesOf(held, newId) };
  };
  return { personIds, links, zoomUserIds, identifiers, apply };
}

/** For whoever only looks: it counts, though it is observed still. */
function countIn(held: Held, sourceId: string): void {
  const policy = held.policies.get(sourceId);
  if (policy) held.policies = new Map(held.policies).set(sourceId, { ...policy, observed: false });
}
