import type pg from 'pg';

/** By PostgreSQL's clock, which all processes share. */
export async function readNow(pool: pg.Pool): Promise<Date> {
  const { rows } = await pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return rows[0]?.now ?? new Date();
}

/** PostgreSQL's clock minus ours, as far as the way there and back lets us know. */
export async function readClockSkew(pool: pg.Pool): Promise<number> {
  const askedAt = Date.now();
  const { rows } = await pool.query<{ now: number }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now',
  );
  const answeredAt = Date.now();
  return Math.round((rows[0]?.now ?? answeredAt) - (askedAt + answeredAt) / 2);
}
