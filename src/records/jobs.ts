import type pg from 'pg';
import type { JobAction, JobState } from '../lifecycle/person.js';
import type { Client } from './database.js';

/** A job as its worker needs it; times in milliseconds. */
export interface JobRow {
  id: string;
  personId: string;
  zoomUserId: string | null;
  action: JobAction;
  state: JobState;
  code: string | null;
  reason: string;
  priority: number;
  attempts: number;
  strikes: number;
  nextAttemptAt: number;
  createdAt: number;
  /** When somebody was last told that it goes on. */
  alertedAt: number | null;
  finished: boolean;
}

const COLUMNS = `id, person_id AS "personId", zoom_user_id AS "zoomUserId", action, state, code, reason, priority, attempts, strikes,
  (extract(epoch FROM next_attempt_at) * 1000)::float8 AS "nextAttemptAt",
  (extract(epoch FROM created_at) * 1000)::float8 AS "createdAt", (extract(epoch FROM alerted_at) * 1000)::float8 AS "alertedAt",
  finished_at IS NOT NULL AS finished`;

/** Null when there is no such job. Whoever holds its person may rely on it until the end of the transaction. */
export async function findJob(client: Client | pg.Pool, id: string): Promise<JobRow | null> {
  const text = `SELECT ${COLUMNS} FROM jobs WHERE id = $1::uuid`;
  const { rows } = await client.query<JobRow>({ name: 'find-job', text, values: [id] });
  return rows[0] ?? null;
}

/** An attempt that Zoom may still apply, or has: sent, and never answered. */
export interface OpenAttempt {
  jobId: string;
  number: number;
  hash: string;
  generation: number | null;
  startedAt: number;
  leaseUntil: number;
}

const OPEN = `
SELECT job_id AS "jobId", number, value_hash AS hash, generation, (extract(epoch FROM started_at) * 1000)::float8 AS "startedAt",
  (extract(epoch FROM lease_until) * 1000)::float8 AS "leaseUntil"
FROM attempts WHERE zoom_user_id = $1 AND value_hash IS NOT NULL AND answered_at IS NULL AND settled_at IS NULL`;

/** What the journal says to whoever wants to write at a Zoom user. */
export async function findOpenAttempts(client: Client, zoomUserId: string): Promise<OpenAttempt[]> {
  return (await client.query<OpenAttempt>({ name: 'open-attempts', text: OPEN, values: [zoomUserId] })).rows;
}

/** The sealed text of a generation; null when there is none, or it is destroyed. */
export async function findSealed(
  client: Client | pg.Pool,
  zoomUserId: string,
  generation: number,
): Promise<string | null> {
  const text = 'SELECT sealed FROM host_keys WHERE zoom_user_id = $1 AND generation = $2';
  const { rows } = await client.query<{ sealed: string | null }>(text, [zoomUserId, generation]);
  return rows[0]?.sealed ?? null;
}

/** Whom jobs are about, by the jobs' ids; what is unknown is left out. */
export async function findPeopleOfJobs(client: Client, ids: string[]): Promise<Map<string, string>> {
  const text = 'SELECT id, person_id AS "personId" FROM jobs WHERE id = ANY ($1::uuid[])';
  const { rows } = await client.query<{ id: string; personId: string }>(text, [ids]);
  return new Map(rows.map((row) => [row.id, row.personId]));
}

/** Puts a job off without counting an attempt: it is due at `until`, in milliseconds. Without a code it keeps the one it has. */
export async function putOffJob(
  client: Client,
  id: string,
  until: number,
  code: string | null,
): Promise<void> {
  const text = `UPDATE jobs SET next_attempt_at = to_timestamp($2::float8 / 1000), told_at = NULL, code = coalesce($3, code)
    WHERE id = $1::uuid`;
  await client.query({ name: 'put-off-job', text, values: [id, until, code] });
}
