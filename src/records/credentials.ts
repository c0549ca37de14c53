import type pg from 'pg';

/** A SCIM source whose last credential, token or client, ends soon or has ended. */
export interface Ending {
  source: string;
  /** Null when it has none that was not revoked. */
  until: Date | null;
  /** Within a week. */
  isUrgent: boolean;
}

const ENDING = `
WITH ending AS (
  SELECT s.id, max(CASE WHEN c.source_id IS NOT NULL THEN coalesce(c.expires_at, 'infinity') END) AS until
  FROM sources s LEFT JOIN (
    SELECT source_id, expires_at FROM tokens WHERE client_id IS NULL AND revoked_at IS NULL
    UNION ALL SELECT source_id, expires_at FROM oauth_clients WHERE revoked_at IS NULL) c ON c.source_id = s.id
  WHERE s.kind = 'scim' AND s.removed_at IS NULL GROUP BY s.id)`;
const IS_SOON = `coalesce(e.until, '-infinity') <= now() + interval '30 days'`;
const IS_URGENT = `coalesce(e.until, '-infinity') <= now() + interval '7 days'`;

const FIND = `${ENDING}
SELECT s.name AS source, e.until, ${IS_URGENT} AS "isUrgent" FROM ending e JOIN sources s USING (id)
WHERE ${IS_SOON} ORDER BY s.name`;

export async function findEnding(pool: pg.Pool): Promise<Ending[]> {
  return (await pool.query<Ending>({ name: 'ending-credentials', text: FIND })).rows;
}

/** At first within 30 days, again within 7 days, then daily until it has been over for a week. */
const TAKE = `${ENDING}
UPDATE sources s SET expiry_told_at = now() FROM ending e
WHERE s.id = e.id AND ${IS_SOON} AND e.until > now() - interval '7 days' AND (
  s.expiry_told_at IS NULL OR s.expiry_told_at < e.until - interval '30 days'
  OR ${IS_URGENT} AND (s.expiry_told_at < e.until - interval '7 days'
    OR s.expiry_told_at <= now() - make_interval(secs => $1::float8 / 1000)))
RETURNING s.name AS source, e.until, ${IS_URGENT} AS "isUrgent"`;

/** Those that it is time to tell somebody of; whoever takes them tells. */
export async function takeEnding(pool: pg.Pool, dayMs: number): Promise<Ending[]> {
  return (await pool.query<Ending>({ name: 'take-ending-credentials', text: TAKE, values: [dayMs] })).rows;
}
