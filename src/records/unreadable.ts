import type pg from 'pg';

/** How many sealed host keys need a ring key that is not there, by the id of that key. */
export async function countUnreadable(
  pool: pg.Pool,
  ringIds: readonly string[],
): Promise<Map<string, number>> {
  const text = `SELECT split_part(sealed, '.', 2) AS id, count(*)::int AS count FROM host_keys
    WHERE sealed IS NOT NULL AND NOT split_part(sealed, '.', 2) = ANY ($1::text[]) GROUP BY 1`;
  const { rows } = await pool.query<{ id: string; count: number }>(text, [ringIds]);
  return new Map(rows.map((row) => [row.id, row.count]));
}

/** Counts them as not held: whoever is wanted gets a new generation; what is being cleared stays so. */
export async function destroyUnreadable(pool: pg.Pool, ringIds: readonly string[]): Promise<string[]> {
  const text = `WITH lost AS (
      UPDATE host_keys SET state = CASE WHEN state = 'clearing' THEN state ELSE 'destroyed' END, sealed = NULL, hash = NULL,
        destroyed_at = clock_timestamp()
      WHERE sealed IS NOT NULL AND NOT split_part(sealed, '.', 2) = ANY ($1::text[])
      RETURNING zoom_user_id)
    SELECT DISTINCT person_id AS id FROM zoom_users WHERE id IN (SELECT zoom_user_id FROM lost) AND person_id IS NOT NULL`;
  return (await pool.query<{ id: string }>(text, [ringIds])).rows.map((row) => row.id);
}
