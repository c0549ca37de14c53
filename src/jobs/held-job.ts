import type { Person } from '../lifecycle/person.js';
import type { Client } from '../records/database.js';
import { findJob, type JobRow } from '../records/jobs.js';
import { holdPeople, type Held, type Whom } from '../records/people.js';

/** Whom a job is about, with the job itself as it is under the person's lock. */
export interface HeldJob {
  held: Held;
  job: JobRow;
  person: Person;
}

/** Locks a job's person, and whoever else is named; null when there is no such job. */
export async function holdJob(
  client: Client,
  jobId: string,
  others: Pick<Whom, 'links' | 'zoomUserIds'> = {},
): Promise<HeldJob | null> {
  const first = await findJob(client, jobId);
  if (!first) return null;
  const held = await holdPeople(client, { ...others, personIds: [first.personId] });
  const job = await findJob(client, jobId);
  const person = job && held.people.get(job.personId);
  return job && person ? { held, job, person } : null;
}
