import type { Client } from './database.js';

export interface PauseRow {
  code: string;
  nextProbeAt: number;
}

/** Answers that would fail for everybody, as long as they do. */
export async function findPauses(client: Client): Promise<PauseRow[]> {
  const text = 'SELECT code, (extract(epoch FROM next_probe_at) * 1000)::float8 AS "nextProbeAt" FROM pauses';
  return (await client.query<PauseRow>({ name: 'pauses', text })).rows;
}

/** True for the one caller that may try whether it still fails; the next may in `probeMs`. */
export async function takeProbe(client: Client, now: number, probeMs: number): Promise<boolean> {
  const text = `UPDATE pauses SET next_probe_at = to_timestamp($2 / 1000.0)
    WHERE next_probe_at <= to_timestamp($1 / 1000.0) RETURNING code`;
  return (await client.query(text, [now, now + probeMs])).rows.length > 0;
}

/** True when this is news: the first to say so alerts. */
export async function pause(client: Client, code: string, now: number, probeMs: number): Promise<boolean> {
  const text = `INSERT INTO pauses (code, since, next_probe_at) VALUES ($1, to_timestamp($2 / 1000.0), to_timestamp($3 / 1000.0))
    ON CONFLICT (code) DO UPDATE SET next_probe_at = excluded.next_probe_at RETURNING xmax = 0 AS news`;
  const { rows } = await client.query<{ news: boolean }>(text, [code, now, now + probeMs]);
  return rows[0]?.news ?? false;
}

/** A call went through: nothing fails for everybody any more. The codes that no longer hold. */
export async function resume(client: Client, now: number): Promise<string[]> {
  const { rows } = await client.query<{ code: string }>('DELETE FROM pauses RETURNING code');
  if (rows.length === 0) return [];
  const codes = rows.map((row) => row.code);
  const text = `UPDATE jobs SET next_attempt_at = to_timestamp($2 / 1000.0), told_at = NULL
    WHERE finished_at IS NULL AND state = 'retrying' AND code = ANY ($1::text[])`;
  await client.query(text, [codes, now]);
  return codes;
}
