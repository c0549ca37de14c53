import type { Client } from './database.js';

/** To look for a Zoom user takes other rights than to write at one, so each is paused for itself. */
export type PausedCall = 'find' | 'write';

/** Why such calls are not to be made, and until when; in milliseconds. */
export interface Pause {
  code: string;
  until: number;
}

/** Null when such calls are not paused, or when this one may try whether they still fail. */
export async function findPause(
  client: Client,
  call: PausedCall,
  now: number,
  probeMs: number,
): Promise<Pause | null> {
  const text = `SELECT code, (extract(epoch FROM next_probe_at) * 1000)::float8 AS until
    FROM pauses WHERE call = $1 ORDER BY next_probe_at DESC LIMIT 1`;
  const { rows } = await client.query<Pause>({ name: 'find-pause', text, values: [call] });
  const [pause] = rows;
  return pause && !(await takeProbe(client, call, now, probeMs)) ? pause : null;
}

/** True for one caller once the time has come; for the next in `probeMs`. */
async function takeProbe(client: Client, call: PausedCall, now: number, probeMs: number): Promise<boolean> {
  const text = `UPDATE pauses SET next_probe_at = to_timestamp($3 / 1000.0)
    WHERE call = $1 AND next_probe_at <= to_timestamp($2 / 1000.0) RETURNING code`;
  return (await client.query(text, [call, now, now + probeMs])).rows.length > 0;
}

/** True when this is news, whichever calls it was found by: the first to say so alerts. */
export async function pause(
  client: Client,
  call: PausedCall,
  code: string,
  now: number,
  probeMs: number,
): Promise<boolean> {
  const text = `INSERT INTO pauses (call, code, since, next_probe_at)
    VALUES ($1, $2, to_timestamp($3 / 1000.0), to_timestamp($4 / 1000.0))
    ON CONFLICT (call, code) DO UPDATE SET next_probe_at = excluded.next_probe_at
    RETURNING xmax = 0 AND NOT EXISTS (SELECT FROM pauses WHERE call <> $1 AND code = $2) AS news`;
  const { rows } = await client.query<{ news: boolean }>(text, [call, code, now, now + probeMs]);
  return rows[0]?.news ?? false;
}

/** A call went through: such calls fail for everybody no more, and what they held up is due. The codes that no longer hold. */
export async function resume(client: Client, call: PausedCall, now: number): Promise<string[]> {
  const { rows } = await client.query<{ code: string }>('DELETE FROM pauses WHERE call = $1 RETURNING code', [
    call,
  ]);
  if (rows.length === 0) return [];
  const codes = rows.map((row) => row.code);
  const text = `UPDATE jobs SET next_attempt_at = to_timestamp($2 / 1000.0), told_at = NULL
    WHERE finished_at IS NULL AND state IN ('queued', 'retrying') AND code = ANY ($1::text[])`;
  await client.query(text, [codes, now]);
  return codes;
}
