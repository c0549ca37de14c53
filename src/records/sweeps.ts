import type pg from 'pg';
import { UNSYNCED } from './unsynced.js';

const BATCH = 200;

export interface Untold {
  id: string;
  attempts: number;
  priority: number;
}

const UNTOLD = `
UPDATE jobs SET told_at = clock_timestamp() WHERE id IN (
  SELECT id FROM jobs WHERE finished_at IS NULL AND state IN ('queued', 'retrying', 'waiting')
    AND next_attempt_at <= clock_timestamp()
    AND (told_at IS NULL OR told_at <= clock_timestamp() - make_interval(secs => $2::float8 / 1000))
  ORDER BY priority, next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING id, attempts, priority`;

/** Due jobs that the queue does not know, as far as we can tell; whoever takes them tells it. */
export async function takeUntold(pool: pg.Pool, limit: number, toldAgainMs: number): Promise<Untold[]> {
  return (await pool.query<Untold>({ name: 'untold', text: UNTOLD, values: [limit, toldAgainMs] })).rows;
}

/**
 * Each job is found by its id, also in a young table that the planner would rather read as a whole. A note that is lost
 * is made again by the sweep.
 */
const NOTE_TOLD = `
UPDATE jobs SET told_at = clock_timestamp() FROM unnest($1::uuid[]) AS told (id), (SELECT ${UNSYNCED}) AS quickly,
  LATERAL (SELECT id FROM jobs WHERE id = told.id AND state = 'queued' AND told_at IS NULL FOR UPDATE SKIP LOCKED) free
WHERE jobs.id = free.id AND free.id = coalesce(free.id, free.id)`;

/** That the queue was told of these jobs. A row that somebody is already working on needs no note. */
export async function noteTold(pool: pg.Pool, jobIds: string[]): Promise<void> {
  await pool.query({ name: 'note-told', text: NOTE_TOLD, values: [jobIds] });
}

/** Attempts without an end whose lease has run out. */
export async function findLapsed(pool: pg.Pool): Promise<{ jobId: string; number: number }[]> {
  const text = `SELECT job_id AS "jobId", number FROM attempts
    WHERE ended_at IS NULL AND lease_until <= clock_timestamp() ORDER BY lease_until LIMIT ${BATCH}`;
  return (await pool.query<{ jobId: string; number: number }>({ name: 'lapsed', text })).rows;
}

const OWED = `
SELECT zoom_user_id AS id FROM attempts a
WHERE value_hash IS NOT NULL AND answered_at IS NULL AND settled_at IS NULL
  AND NOT EXISTS (SELECT FROM jobs j WHERE j.zoom_user_id = a.zoom_user_id AND j.action IN ('set', 'clear') AND j.finished_at IS NULL)
  AND NOT EXISTS (SELECT FROM zoom_users z JOIN people p ON p.id = z.person_id JOIN host_keys k ON k.zoom_user_id = z.id
    WHERE z.id = a.zoom_user_id AND p.contested_at IS NOT NULL AND k.state IN ('pending', 'active'))
GROUP BY zoom_user_id HAVING min(started_at) <= clock_timestamp() - make_interval(secs => $1::float8 / 1000)
LIMIT ${BATCH}`;

/** Zoom users with any attempt that was never answered, long enough ago, nothing on its way to them, and no contest about their key. */
export async function findOwedResends(pool: pg.Pool, afterMs: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>({ name: 'owed', text: OWED, values: [afterMs] });
  return rows.map((row) => row.id);
}

/** People with a transfer that waited for the end of its hour. */
export async function findTransfersDue(pool: pg.Pool, hourMs: number): Promise<string[]> {
  const text = `SELECT id FROM people WHERE transfer_asked IS NOT NULL
    AND transferred_at <= clock_timestamp() - make_interval(secs => $1::float8 / 1000) ORDER BY transferred_at LIMIT ${BATCH}`;
  const { rows } = await pool.query<{ id: string }>({ name: 'transfers-due', text, values: [hourMs] });
  return rows.map((row) => row.id);
}

/** Destroys replaced keys once no meeting can still be using them. */
export async function forgetPrevious(pool: pg.Pool, keptMs: number): Promise<void> {
  const text = `UPDATE host_keys SET state = 'destroyed', sealed = NULL, hash = NULL, destroyed_at = clock_timestamp()
    WHERE state = 'previous' AND replaced_at <= clock_timestamp() - make_interval(secs => $1::float8 / 1000)`;
  await pool.query({ name: 'forget-previous', text, values: [keptMs] });
}
