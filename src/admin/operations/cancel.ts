import { Problem } from '../../http/problem.js';
import { cancel, type Cancelled } from '../../jobs/cancel.js';
import { addAudit } from '../../records/audit.js';
import { parseInput } from '../input.js';
import { jobInput, unknownJob } from './job-input.js';
import type { OperationsParts } from './parts.js';

const WHY_NOT: Record<Exclude<Cancelled, 'cancelled' | 'unknown'>, string> = {
  clear: 'a clear cannot be cancelled',
  finished: 'it has ended',
  running: 'it is running; try again when the attempt has ended',
  'maybe-applied': 'its key may be in Zoom already',
};

type Parts = Pick<OperationsParts, 'pool' | 'prisma' | 'tell' | 'brake' | 'newId'>;

export async function cancelJob(
  { pool, prisma, tell, brake, newId }: Parts,
  by: string,
  given: unknown,
): Promise<{ id: string; outcome: 'cancelled' }> {
  const { id } = parseInput(jobInput, given);
  await addAudit(prisma, { actor: by, action: 'jobs.cancel', detail: { jobId: id } });
  const outcome = await cancel(id, { pool, tell, brake, newId });
  if (outcome === 'cancelled') return { id, outcome };
  if (outcome === 'unknown') throw unknownJob(id);
  const detail = `the job ${id} cannot be cancelled: ${WHY_NOT[outcome]}`;
  throw new Problem({ status: 409, code: 'JOB_NOT_CANCELLABLE', detail });
}
