import { z } from 'zod';
import { dropStandings, type Dropped } from '../../jobs/drop-standings.js';
import { addAudit } from '../../records/audit.js';
import { readNow } from '../../records/clock.js';
import type { RecordFilter } from '../../records/people-of.js';
import { booleanInput, nameInput, parseInput, timeInput, whoInput } from '../input.js';
import { requireSource } from './named-source.js';
import { requirePerson } from './narrow.js';
import type { OperationsParts } from './parts.js';

/** By person, standing or time, all of which must fit; never everybody by leaving everything out. */
const dropStandingsInput = z
  .strictObject({
    source: nameInput,
    who: z.array(whoInput).min(1).max(1_000).optional(),
    standing: z.enum(['active', 'gone'], { error: 'must be active or gone' }).optional(),
    since: timeInput.optional(),
    until: timeInput.optional(),
    all: z.literal(true).optional(),
    dryRun: booleanInput,
  })
  .refine(
    ({ source: _source, dryRun: _dryRun, all, ...filter }) =>
      Object.values(filter).some((value) => value !== undefined) !== (all === true),
    { error: 'must name either people, a standing or times, or all' },
  );

type Parts = Pick<OperationsParts, 'pool' | 'prisma' | 'tell' | 'newId' | 'brake'>;

export interface ShownDrop extends Dropped {
  source: string;
  dryRun: boolean;
}

/** Drops what a source said of whether people are there. Said again, it does what was left when it was broken off. */
export async function drop(parts: Parts, by: string, given: unknown): Promise<ShownDrop> {
  const { pool, prisma, tell, newId, brake } = parts;
  const { source: name, who, dryRun, all: _all, ...asked } = parseInput(dropStandingsInput, given);
  const source = await requireSource(prisma, name);
  const filter = { ...asked, personIds: who && (await idsOf(parts, who)), until: await endOf(parts, asked) };
  // First, so that it is told also when it is broken off.
  if (!dryRun) await addAudit(prisma, auditOf(by, name, filter));
  const dropped = await dropStandings(source, filter, { pool, tell, newId, brake, by, dryRun });
  return { source: name, dryRun, ...dropped };
}

async function idsOf({ prisma }: Parts, who: string[]): Promise<string[]> {
  const ids = new Set<string>();
  for (const one of who) ids.add((await requirePerson(prisma, one)).id);
  return [...ids];
}

/** What is said while we are at it is not what was meant: whoever leaves now stays gone. */
async function endOf({ pool }: Parts, { until }: RecordFilter): Promise<Date> {
  const now = await readNow(pool);
  return until && until < now ? until : now;
}

function auditOf(by: string, source: string, { standing, since, until, personIds }: RecordFilter) {
  const detail = {
    ...(standing && { standing }),
    ...(since && { since: since.toISOString() }),
    ...(until && { until: until.toISOString() }),
    ...(personIds && { personIds }),
  };
  return { actor: by, action: 'people.standing.drop', subject: source, detail };
}
