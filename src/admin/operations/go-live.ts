import { z } from 'zod';
import { Problem } from '../../http/problem.js';
import { goLive as decideLive, type GoingLive } from '../../jobs/go-live.js';
import type { Tally } from '../../jobs/tally.js';
import { beginGoLive, endGoLive } from '../../records/source-changes.js';
import type { SourceRow } from '../../records/source-rows.js';
import { booleanInput, nameInput, parseInput } from '../input.js';
import { requireConnected, sourcesBusy } from './named-source.js';
import type { OperationsParts } from './parts.js';

const goLiveInput = z.strictObject({ name: nameInput, confirm: booleanInput });

type Parts = Pick<OperationsParts, 'pool' | 'prisma' | 'tell' | 'newId' | 'brake' | 'now'>;

export interface GoLive extends Tally {
  name: string;
  /** False: this is what would happen; nothing has. */
  live: boolean;
}

/**
 * Shows what an observed source would set in motion, and with `confirm` lets it. Said again, it ends a go-live that
 * was broken off before everybody was decided anew.
 */
export async function goLive(parts: Parts, by: string, given: unknown): Promise<GoLive> {
  const { pool, prisma, tell, newId, brake } = parts;
  const { name, confirm } = parseInput(goLiveInput, given);
  const source = await requireConnected(prisma, name);
  if (!source.observed && !source.goingLiveAt) throw notObserved(name);
  const options = { pool, tell, newId, brake, dryRun: true };
  // What was broken off may have been that it no longer has groups.
  const everybody = !source.observed || source.entitledGroups.length > 0;
  if (!confirm) return { name, live: false, ...(await decideLive({ ...source, everybody }, options)) };
  await begin(parts, by, source);
  const live = await requireConnected(prisma, name);
  const isForAll = everybody || live.entitledGroups.length > 0;
  return { name, live: true, ...(await decideAnew(parts, by, { ...live, everybody: isForAll })) };
}

/** Decides by a source that counts, and says so; until that is done, its going live can be gone on with. */
export async function decideAnew(
  { pool, prisma, tell, newId, brake }: Omit<Parts, 'now'>,
  by: string,
  source: GoingLive & { name: string; goingLiveAt: Date | null },
): Promise<Tally> {
  const tally = await decideLive(source, { pool, tell, newId, brake });
  const audit = { actor: by, action: 'source.live', subject: source.name, detail: { ...tally } };
  await endGoLive(prisma, source.id, source.goingLiveAt, audit);
  return tally;
}

async function begin({ prisma, now }: Parts, by: string, { id, name }: SourceRow): Promise<void> {
  const audit = { actor: by, action: 'source.go-live', subject: name };
  if (!(await beginGoLive(prisma, id, now(), audit))) throw sourcesBusy();
}

function notObserved(name: string): Problem {
  return new Problem({
    status: 409,
    code: 'SOURCE_NOT_OBSERVED',
    detail: `${name} is not observed: what it says counts already`,
  });
}
