import type { Job } from '../../src/records/generated/client.js';
import { runJob } from '../../src/jobs/run.js';
import type { TestCore } from './service.js';

/** The jobs not yet ended, oldest first. */
export function unfinished({ core }: Pick<TestCore, 'core'>): Promise<Job[]> {
  return core.database.prisma.job.findMany({ where: { finishedAt: null }, orderBy: { id: 'asc' } });
}

export function jobOf({ core }: Pick<TestCore, 'core'>, id: string): Promise<Job> {
  return core.database.prisma.job.findUniqueOrThrow({ where: { id } });
}

/** Carries out a job's next attempt here and now, whenever it is due; the job afterwards. */
export async function attempt(service: Pick<TestCore, 'core' | 'run'>, id: string): Promise<Job> {
  const { core, run } = service;
  await core.database.pool.query('UPDATE jobs SET next_attempt_at = now() WHERE id = $1', [id]);
  await runJob(id, (await jobOf(service, id)).attempts + 1, run);
  return jobOf(service, id);
}

/** The one job that is to be done now; there being none, or another one, is a failure. */
export async function onlyJob(service: Pick<TestCore, 'core'>): Promise<Job> {
  const [job, ...others] = await unfinished(service);
  if (!job || others.length > 0) throw new Error(`${others.length + (job ? 1 : 0)} unfinished jobs, not 1`);
  return job;
}
