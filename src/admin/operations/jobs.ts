import { z } from 'zod';
import { Problem } from '../../http/problem.js';
import { rerun, type Rerun } from '../../jobs/rerun.js';
import { addAudit } from '../../records/audit.js';
import { findJobWithAttempts, listJobs } from '../../records/listings.js';
import { pagingInput, parseInput } from '../input.js';
import { cancelJob } from './cancel.js';
import { filterInput, idsInput, inChunks, isOneWay } from './job-filter.js';
import { jobInput, unknownJob } from './job-input.js';
import type { OperationsParts } from './parts.js';
import { narrow } from './narrow.js';
import { releaseJobs } from './release.js';

const jobListInput = z.strictObject({ ...filterInput, ...pagingInput });

/** By ids, by filter, or all that failed; never all by leaving everything out. */
const rerunInput = z
  .strictObject({
    ids: idsInput,
    allFailed: z.literal(true).optional(),
    ...filterInput,
    state: z.literal('failed', { error: 'only failed jobs can be re-run' }).optional(),
  })
  .refine(({ ids, allFailed, ...filter }) => isOneWay(ids, allFailed, filter), {
    error: 'must name either ids, or a filter, or allFailed',
  });

type Parts = Pick<OperationsParts, 'pool' | 'prisma' | 'tell' | 'brake' | 'newId'>;

export function createJobOperations(parts: Parts) {
  return {
    list: (given: unknown) => list(parts, given),
    show: (given: unknown) => show(parts, given),
    rerun: (by: string, given: unknown) => rerunMany(parts, by, given),
    rerunOne: (by: string, given: unknown) => rerunOne(parts, by, given),
    release: (by: string, given: unknown) => releaseJobs(parts, by, given),
    cancel: (by: string, given: unknown) => cancelJob(parts, by, given),
  };
}

async function list({ prisma }: Parts, given: unknown) {
  const { limit, cursor, ...asked } = parseInput(jobListInput, given);
  const { rows, nextCursor } = await listJobs(prisma, await narrow(prisma, asked), { limit, cursor });
  return { jobs: rows, nextCursor };
}

async function show({ prisma }: Parts, given: unknown) {
  const { id } = parseInput(jobInput, given);
  const job = await findJobWithAttempts(prisma, id);
  if (!job) throw unknownJob(id);
  return job;
}

async function rerunMany(parts: Parts, by: string, given: unknown): Promise<{ jobs: Rerun[] }> {
  const { ids, allFailed: _all, ...asked } = parseInput(rerunInput, given);
  if (ids) return { jobs: await rerunSome(parts, by, [...new Set(ids)]) };
  const filter = { ...(await narrow(parts.prisma, asked)), state: 'failed' };
  return { jobs: await inChunks(parts, filter, (some) => rerunSome(parts, by, some)) };
}

async function rerunOne(parts: Parts, by: string, given: unknown): Promise<Rerun> {
  const { id } = parseInput(jobInput, given);
  const [done] = await rerunSome(parts, by, [id]);
  if (!done || done.outcome === 'unknown') throw unknownJob(id);
  if (done.outcome !== 'not-failed') return done;
  throw new Problem({
    status: 409,
    code: 'JOB_NOT_FAILED',
    detail: `the job ${id} has not failed; only failed jobs can be re-run`,
  });
}

/** The audit first: what was begun is told, also when it is broken off. */
async function rerunSome(
  { pool, prisma, tell, brake, newId }: Parts,
  by: string,
  ids: string[],
): Promise<Rerun[]> {
  await addAudit(prisma, { actor: by, action: 'jobs.rerun', detail: { jobIds: ids } });
  return rerun(ids, { pool, tell, brake, newId });
}
