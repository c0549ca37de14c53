import type { ScimServer } from './scim-server.js';

/** What is wanted so far is done: everybody known by a mail has a Zoom user and holds a key there. */
export async function holdKeys({ pool }: ScimServer): Promise<void> {
  await pool.query(`
    WITH z AS (INSERT INTO zoom_users (id, person_id, mail, standing, standing_at, generation)
        SELECT 'zoom-' || value, person_id, value, 'active', now(), 1 FROM links WHERE kind = 'mail' RETURNING id),
      j AS (UPDATE jobs SET state = 'done', finished_at = now())
    INSERT INTO host_keys (zoom_user_id, generation, state, hash, drawn_at, set_at)
    SELECT id, 1, 'active', 'test:' || id, now(), now() FROM z`);
}

/** Why keys are to be set or cleared; empty: nothing is to be done. */
export async function reasonsOfJobs({ pool }: ScimServer): Promise<string[]> {
  const { rows } = await pool.query<{ reason: string }>(
    'SELECT reason FROM jobs WHERE finished_at IS NULL ORDER BY created_at, id',
  );
  return rows.map(({ reason }) => reason);
}
