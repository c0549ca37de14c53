import { cancelled } from '../lifecycle/cancel.js';
import { writeChanges } from '../records/changes.js';
import { transaction, type Client } from '../records/database.js';
import { differences } from '../records/differences.js';
import { findOpenAttempts } from '../records/jobs.js';
import { holdJob, type HeldJob } from './held-job.js';
import type { RedecideOptions } from './redecide.js';
import { decideAgain } from './decide-again.js';

/** What became of it, or why a job cannot be called off. */
export type Cancelled = 'cancelled' | 'unknown' | 'finished' | 'clear' | 'running' | 'maybe-applied';

/**
 * Calls a set off. It is not made again until something newer asks for it: an `active` or a reason to renew told
 * after this, or `people rotate`.
 */
export async function cancel(jobId: string, options: RedecideOptions): Promise<Cancelled> {
  const { outcome, people } = await transaction(options.pool, async (client) => {
    const found = await holdJob(client, jobId);
    const refused = await whyNot(client, found);
    if (!found || refused) return { outcome: refused ?? 'unknown', people: [] };
    const { held, person } = found;
    held.people.set(person.id, cancelled(person, jobId, held.now));
    // What the set would have overwritten may now have to be cleared to the end.
    decideAgain(held.people, held.before, { held, newId: options.newId });
    await options.brake(client, held);
    await writeChanges(client, differences(held));
    return { outcome: 'cancelled' as const, people: [...held.people.values()] };
  });
  options.tell.people(people);
  return outcome;
}

async function whyNot(client: Client, found: HeldJob | null): Promise<Cancelled | null> {
  if (!found) return 'unknown';
  const { action, finished, state, reason, zoomUserId } = found.job;
  if (finished) return 'finished';
  if (action !== 'set') return 'clear';
  if (state === 'running') return 'running';
  // A re-send repeats a key that is in force, or mends what nobody answered.
  const isOpen = zoomUserId !== null && (await findOpenAttempts(client, zoomUserId)).length > 0;
  return reason === 'resend' || isOpen ? 'maybe-applied' : null;
}
