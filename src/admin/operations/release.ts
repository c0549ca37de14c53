import { z } from 'zod';
import { release, type Released } from '../../jobs/release.js';
import { addAudit } from '../../records/audit.js';
import { parseInput } from '../input.js';
import { filterInput, idsInput, inChunks, isOneWay } from './job-filter.js';
import { narrow } from './narrow.js';
import type { OperationsParts } from './parts.js';

const releaseInput = z
  .strictObject({
    ids: idsInput,
    all: z.literal(true).optional(),
    ...filterInput,
    state: z.literal('braked', { error: 'only braked jobs can be released' }).optional(),
  })
  .refine(({ ids, all, ...filter }) => isOneWay(ids, all, filter), {
    error: 'must name either ids, or a filter, or all',
  });

type Parts = Pick<OperationsParts, 'pool' | 'prisma' | 'tell' | 'newId'>;

/** Safe to say again: what went on already is not braked, and goes on once. */
export async function releaseJobs(
  parts: Parts,
  by: string,
  given: unknown,
): Promise<{ released: number; jobs: Released[] }> {
  const { ids, all: _all, ...asked } = parseInput(releaseInput, given);
  const filter = { ...(await narrow(parts.prisma, asked)), state: 'braked' };
  const some = (some: string[]) => releaseSome(parts, by, some);
  const jobs = ids ? await some([...new Set(ids)]) : await inChunks(parts, filter, some);
  return { released: jobs.filter((job) => job.outcome === 'queued').length, jobs };
}

/** The audit first: what was begun is told, also when it is broken off. */
async function releaseSome({ pool, prisma, tell }: Parts, by: string, ids: string[]): Promise<Released[]> {
  await addAudit(prisma, { actor: by, action: 'jobs.release', detail: { jobIds: ids } });
  return release(ids, { pool, tell });
}
