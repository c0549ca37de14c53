import { destroyed } from './destroy.js';
import type { Person } from './person.js';
import type { Policies } from './wanted.js';

/** The person without that set and without what asked for it; a key drawn for it is nobody's. */
export function cancelled(person: Person, jobId: string, now: number): Person {
  return {
    ...person,
    cancelledAt: now,
    transferAsked: null,
    jobs: person.jobs.map((job) => (job.id === jobId ? { ...job, state: 'cancelled' } : job)),
    zoomUsers: person.zoomUsers.map((user) => ({
      ...user,
      renewAfter: null,
      keys: user.keys.map((key) => (key.state === 'pending' ? destroyed(key) : key)),
    })),
  };
}

/** Whether a first key, or another after a clear, is called off: until somebody says `active` anew, or asks for a new key. */
export function isCancelled({ cancelledAt, records, zoomUsers }: Person, policies: Policies): boolean {
  if (cancelledAt === null) return false;
  const isNews = records.some(({ sourceId, standing, standingAt }) => {
    const policy = policies.get(sourceId);
    if (!policy || policy.observed || policy.removed) return false;
    return standing === 'active' && (standingAt ?? 0) > cancelledAt;
  });
  return !isNews && !zoomUsers.some((user) => (user.renewAfter ?? 0) > cancelledAt);
}
