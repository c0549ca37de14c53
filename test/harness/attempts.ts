import type { Job } from '../../src/records/generated/client.js';
import { runJob } from '../../src/jobs/run.js';
import type { TestCore } from './service.js';

/** The jobs of whoever owns a mail that are not yet ended, oldest first. */
export function unfinished({ core }: Pick<TestCore, 'core'>, mail: string): Promise<Job[]> {
  return core.database.pool
    .query<{ id: string }>(
      `SELECT id FROM jobs WHERE finished_at IS NULL AND person_id =
         (SELECT person_id FROM links WHERE kind = 'mail' AND value = $1)`,
      [mail],
    )
    .then(({ rows }) =>
      core.database.prisma.job.findMany({
        where: { id: { in: rows.map((row) => row.id) } },
        orderBy: { id: 'asc' },
      }),
    );
}

/** The one thing that is to be done about whoever owns a mail. */
export async function onlyJob(service: Pick<TestCore, 'core'>, mail: string): Promise<Job> {
  const [job, ...others] = await unfinished(service, mail);
  if (!job || others.length > 0) throw new Error(`${others.length + (job ? 1 : 0)} unfinished jobs, not 1`);
  return job;
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
