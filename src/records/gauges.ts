import type pg from 'pg';
import { isUnavailable } from './database.js';

/** What can be counted in the tables at one moment; ages in seconds. */
export interface Gauges {
  jobs: { state: string; count: number; oldestS: number }[];
  /** How long the job that is due longest has been due; 0 when none is. */
  dueForS: number;
  hostKeys: { state: string; count: number }[];
  pauses: { call: string; code: string }[];
}

/** By the partial indexes over jobs that are not ended, and those that failed; the ages are those of the jobs. */
const JOBS = `
SELECT state, count(*)::int AS count, extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS "oldestS"
FROM jobs WHERE finished_at IS NULL AND state IN ('queued', 'retrying', 'waiting') GROUP BY state
UNION ALL
SELECT state, count(*)::int, extract(epoch FROM clock_timestamp() - min(created_at))::float8
FROM jobs WHERE state IN ('running', 'braked', 'failed') GROUP BY state`;

const DUE = `
SELECT greatest(0, extract(epoch FROM clock_timestamp() - min(due.next_attempt_at)))::float8 AS "dueForS"
FROM generate_series(1, 4) AS p (priority), LATERAL (
  SELECT next_attempt_at FROM jobs WHERE priority = p.priority AND finished_at IS NULL
    AND state IN ('queued', 'retrying', 'waiting') ORDER BY next_attempt_at LIMIT 1) due`;

const HOST_KEYS = `SELECT state, count(*)::int AS count FROM host_keys WHERE state <> 'destroyed' GROUP BY state`;

/** Null when the database is away. */
export async function readGauges(pool: pg.Pool): Promise<Gauges | null> {
  try {
    const [jobs, due, hostKeys, pauses] = await Promise.all([
      pool.query<Gauges['jobs'][number]>({ name: 'gauge-jobs', text: JOBS }),
      pool.query<{ dueForS: number | null }>({ name: 'gauge-due', text: DUE }),
      pool.query<Gauges['hostKeys'][number]>({ name: 'gauge-host-keys', text: HOST_KEYS }),
      pool.query<Gauges['pauses'][number]>('SELECT DISTINCT call, code FROM pauses WHERE lifted_at IS NULL'),
    ]);
    return {
      jobs: jobs.rows,
      dueForS: due.rows[0]?.dueForS ?? 0,
      hostKeys: hostKeys.rows,
      pauses: pauses.rows,
    };
  } catch (error) {
    if (isUnavailable(error)) return null;
    throw error;
  }
}
