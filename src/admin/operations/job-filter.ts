import { z } from 'zod';
import type { JobAction, JobState } from '../../lifecycle/person.js';
import { findJobIds, type JobFilter } from '../../records/listings.js';
import { codeInput, idInput, nameInput, whoInput } from '../input.js';
import type { OperationsParts } from './parts.js';

const STATES = [
  'queued',
  'running',
  'retrying',
  'waiting',
  'braked',
  'done',
  'superseded',
  'cancelled',
  'failed',
] as const satisfies readonly JobState[];
const ACTIONS = ['set', 'clear', 'look'] as const satisfies readonly JobAction[];

export const filterInput = {
  state: z.enum(STATES, { error: `must be one of ${STATES.join(', ')}` }).optional(),
  code: codeInput.optional(),
  source: nameInput.optional(),
  action: z.enum(ACTIONS, { error: `must be one of ${ACTIONS.join(', ')}` }).optional(),
  person: whoInput.optional(),
};

export const idsInput = z.array(idInput).min(1).max(1_000).optional();

/** By ids, by filter, or all: one of them, and never all by leaving everything out. */
export function isOneWay(ids: unknown, all: unknown, filter: object): boolean {
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return [ids !== undefined, all === true, isFiltered].filter(Boolean).length === 1;
}

const CHUNK = 100;

/** Does something with the jobs that fit until now, oldest first; what comes to fit meanwhile is left alone. */
export async function inChunks<Done>(
  { prisma, newId }: Pick<OperationsParts, 'prisma' | 'newId'>,
  filter: JobFilter,
  act: (ids: string[]) => Promise<Done[]>,
): Promise<Done[]> {
  const before = newId();
  const done: Done[] = [];
  for (let after: string | undefined; ;) {
    const ids = await findJobIds(prisma, filter, { after, before, limit: CHUNK });
    if (ids.length === 0) return done;
    done.push(...(await act(ids)));
    after = ids.at(-1);
  }
}
