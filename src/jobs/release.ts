import type pg from 'pg';
import { writeChanges } from '../records/changes.js';
import { transaction } from '../records/database.js';
import { differences } from '../records/differences.js';
import { findPeopleOfJobs } from '../records/jobs.js';
import { holdPeople } from '../records/people.js';
import { unbrake } from './plan.js';
import type { Tell } from './relay.js';

export interface Released {
  id: string;
  outcome: 'queued' | 'not-braked' | 'unknown';
}

export interface ReleaseOptions {
  pool: pg.Pool;
  tell: Tell;
}

/**
 * Sends braked jobs on, all in one transaction: they are due now, at the priority they always had, and do not count
 * for the brake again. What is no longer braked stays as it is.
 */
export async function release(jobIds: string[], { pool, tell }: ReleaseOptions): Promise<Released[]> {
  const { held, released, known } = await transaction(pool, async (client) => {
    const known = await findPeopleOfJobs(client, jobIds);
    const personIds = [...new Set(known.values())];
    const held = await holdPeople(client, { personIds });
    const asked = new Set(jobIds);
    const released = new Set<string>();
    for (const person of held.people.values()) {
      const goOn = person.jobs.filter((job) => job.state === 'braked' && asked.has(job.id));
      goOn.forEach((job) => released.add(job.id));
      held.people.set(
        person.id,
        unbrake(person, (job) => released.has(job.id)),
      );
    }
    await writeChanges(client, differences(held));
    return { held, released, known };
  });
  tell.people(held.people.values());
  return jobIds.map((id) => {
    if (released.has(id)) return { id, outcome: 'queued' };
    return { id, outcome: known.has(id) ? 'not-braked' : 'unknown' };
  });
}
