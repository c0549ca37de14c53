import { z } from 'zod';
import { Problem } from '../../http/problem.js';
import { rerun, type Rerun } from '../../jobs/rerun.js';
import type { JobAction, JobState } from '../../lifecycle/person.js';
import { addAudit } from '../../records/audit.js';
import { findJobIds, findJobWithAttempts, type JobFilter, listJobs } from '../../records/listings.js';
import { codeInput, idInput, nameInput, pagingInput, parseInput, whoInput } from '../input.js';
import type { OperationsParts } from './parts.js';
import { narrow } from './narrow.js';

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

const filterInput = {
  state: z.enum(STATES, { error: `must be one of ${STATES.join(', ')}` }).optional(),
  code: codeInput.optional(),
  source: nameInput.optional(),
  action: z.enum(ACTIONS, { error: `must be one of ${ACTIONS.join(', ')}` }).optional(),
  person: whoInput.optional(),
};

export const jobListInput = z.strictObject({ ...filterInput, ...pagingInput });

export const jobInput = z.strictObject({ id: idInput });

/** By ids, by filter, or all that failed; never all by leaving everything out. */
export const rerunInput = z
  .strictObject({
    ids: z.array(idInput).min(1).max(1_000).optional(),
    allFailed: z.literal(true).optional(),
    ...filterInput,
    state: z.literal('failed', { error: 'only failed jobs can be re-run' }).optional(),
  })
  .refine(
    ({ ids, allFailed, ...filter }) => {
      const isFiltered = Object.values(filter).some((value) => value !== undefined);
      return [ids !== undefined, allFailed === true, isFiltered].filter(Boolean).length === 1;
    },
    { error: 'must name either ids, or a filter, or allFailed' },
  );

const CHUNK = 100;

type Parts = Pick<OperationsParts, 'pool' | 'prisma' | 'tell' | 'newId'>;

export function createJobOperations(parts: Parts) {
  return {
    list: (given: unknown) => list(parts, given),
    show: (given: unknown) => show(parts, given),
    rerun: (by: string, given: unknown) => rerunMany(parts, by, given),
    rerunOne: (by: string, given: unknown) => rerunOne(parts, by, given),
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
  return { jobs: await rerunAll(parts, by, filter) };
}

/** What failed until now, oldest first; what fails meanwhile is not run again. */
async function rerunAll(parts: Parts, by: string, filter: JobFilter): Promise<Rerun[]> {
  const before = parts.newId();
  const done: Rerun[] = [];
  for (let after: string | undefined; ;) {
    const ids = await findJobIds(parts.prisma, filter, { after, before, limit: CHUNK });
    if (ids.length === 0) return done;
    done.push(...(await rerunSome(parts, by, ids)));
    after = ids.at(-1);
  }
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
async function rerunSome({ pool, prisma, tell, newId }: Parts, by: string, ids: string[]): Promise<Rerun[]> {
  await addAudit(prisma, { actor: by, action: 'jobs.rerun', detail: { jobIds: ids } });
  return rerun(ids, { pool, tell, newId });
}

function unknownJob(id: string): Problem {
  return new Problem({ status: 404, code: 'JOB_UNKNOWN', detail: `there is no job ${id}` });
}
