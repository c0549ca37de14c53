import { z } from 'zod';
import { Problem } from '../../http/problem.js';
import { goLive as decideLive } from '../../jobs/go-live.js';
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
  const options = { pool, tell, newId, brake };
  if (!confirm) return { name, live: false, ...(await decideLive(source, { ...options, dryRun: true })) };
  await begin(parts, by, source);
  const tally = await decideLive(source, options);
  const audit = { actor: by, action: 'source.live', subject: name, detail: { ...tally } };
  await endGoLive(prisma, source.id, audit);
  return { name, live: true, ...tally };
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
