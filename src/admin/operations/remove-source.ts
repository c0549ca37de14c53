import { z } from 'zod';
import { PRIORITY } from '../../jobs/plan.js';
import { redecideOthers, redecidePeopleOf } from '../../jobs/redecide.js';
import type { Tally } from '../../jobs/tally.js';
import { removeSource } from '../../records/source-changes.js';
import { booleanInput, nameInput, parseInput } from '../input.js';
import { requireSource, sourcesBusy } from './named-source.js';
import type { OperationsParts } from './parts.js';

const removeSourceInput = z.strictObject({ name: nameInput, forgetLeavers: booleanInput });

type Parts = Pick<OperationsParts, 'pool' | 'prisma' | 'tell' | 'newId' | 'brake' | 'now'>;

export interface Removed extends Tally {
  name: string;
  removedAt: Date;
  leaversForgotten: boolean;
}

/**
 * Disconnects a source. Said again, it ends a removal that was broken off before everybody was decided again, and
 * `forgetLeavers` can be said later.
 */
export async function remove(parts: Parts, by: string, given: unknown): Promise<Removed> {
  const { pool, prisma, tell, newId, brake, now } = parts;
  const { name, forgetLeavers } = parseInput(removeSourceInput, given);
  const source = await requireSource(prisma, name);
  const removedAt = source.removedAt ?? now();
  const isNew = !source.removedAt || (forgetLeavers && !source.observed);
  const audit = { actor: by, action: 'source.remove', subject: name, detail: { forgetLeavers } };
  const change = { id: source.id, at: removedAt, forgetLeavers };
  if (isNew && !(await removeSource(prisma, change, audit))) throw sourcesBusy();
  const options = { pool, tell, newId, brake };
  const tally = await redecidePeopleOf(source.id, {}, options);
  // Whom its groups keep from a key may have one again, or those that it had while not all were decided anew.
  if (source.entitledGroups.length > 0 || source.goingLiveAt)
    await redecideOthers(source.id, { tally }, { ...options, priority: PRIORITY.backfill });
  return { name, removedAt, leaversForgotten: forgetLeavers || source.observed, ...tally };
}
