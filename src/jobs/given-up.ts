import type { Person } from '../lifecycle/person.js';
import type { Row } from '../records/changes.js';

/** The people with those jobs failed that these rows end: what is told after the commit is then all that ended. */
export function withGivenUp(people: Iterable<Person>, rows: readonly Row[] = []): Person[] {
  const codes = new Map(
    rows.filter((row) => row['state'] === 'failed').map((row) => [row['id'], row['code']]),
  );
  if (codes.size === 0) return [...people];
  return [...people].map((person) => ({
    ...person,
    jobs: person.jobs.map((job) =>
      codes.has(job.id) ? { ...job, state: 'failed' as const, code: String(codes.get(job.id)) } : job,
    ),
  }));
}
