import type { Client } from './database.js';

/** To look for a Zoom user takes other rights than to write at one, so each is paused for itself. */
export type PausedCall = 'find' | 'write';

/** Why such calls are not to be made, and until when; in milliseconds. */
export interface Pause {
  code: string;
  until: number;
}

/** A call about somebody, and when it was answered, in milliseconds. */
export interface AnsweredCall {
  call: PausedCall;
  personId: string;
  now: number;
}

/** Null when such calls are not paused, or when this one may try whether they still fail. */
export async function findPause(
  client: Client,
  call: PausedCall,
  now: number,
  probeMs: number,
): Promise<Pause | null> {
  const text = `SELECT code, (extract(epoch FROM next_probe_at) * 1000)::float8 AS until
    FROM pauses WHERE call = $1 AND lifted_at IS NULL ORDER BY next_probe_at DESC LIMIT 1`;
  const { rows } = await client.query<Pause>({ name: 'find-pause', text, values: [call] });
  const [pause] = rows;
  if (!pause || pause.until > now) return pause ?? null;
  return (await takeProbe(client, call, now, probeMs)) ? null : { ...pause, until: now + probeMs };
}

/** True for one caller once the time has come; for the next in `probeMs`. */
async function takeProbe(client: Client, call: PausedCall, now: number, probeMs: number): Promise<boolean> {
  await lockPauses(client);
  const text = `UPDATE pauses SET next_probe_at = to_timestamp($3 / 1000.0)
    WHERE call = $1 AND lifted_at IS NULL AND next_probe_at <= to_timestamp($2 / 1000.0) RETURNING code`;
  return (await client.query(text, [call, now, now + probeMs])).rows.length > 0;
}

/**
 * Pauses such calls, since this answer would be the same for everybody. The first person it is given to leaves the next
 * call to try at once whether that is so; from the second on it is tried every `probeMs`.
 *
 * @returns `own`: it was given to this person before, and then others' calls went through, so that nothing is paused;
 *   `news`: nobody was told of this code yet, whichever calls it was found by
 */
export async function pause(
  client: Client,
  { call, personId, now }: AnsweredCall,
  code: string,
  probeMs: number,
): Promise<'own' | 'news' | 'known'> {
  await lockPauses(client);
  const rows = await findWithCode(client, code);
  const holding = rows.filter((row) => !row.lifted);
  const here = holding.filter((row) => row.call === call);
  const isTheirs = rows.some((row) => row.lifted && row.call === call && row.personId === personId);
  if (isTheirs && here.length === 0) return 'own';
  const probeAt = here.length === 0 ? now : now + probeMs;
  await client.query(
    `INSERT INTO pauses (call, code, person_id, since, next_probe_at)
     VALUES ($1, $2, $3::uuid, to_timestamp($4 / 1000.0), to_timestamp($5 / 1000.0))
     ON CONFLICT (call, code, person_id) DO UPDATE SET lifted_at = NULL`,
    [call, code, personId, now, probeAt],
  );
  await client.query(
    `UPDATE pauses SET next_probe_at = to_timestamp($3 / 1000.0) WHERE call = $1 AND code = $2 AND lifted_at IS NULL`,
    [call, code, probeAt],
  );
  return holding.length === 0 ? 'news' : 'known';
}

interface PauseRow {
  call: PausedCall;
  personId: string;
  lifted: boolean;
}

async function findWithCode(client: Client, code: string): Promise<PauseRow[]> {
  const text = `SELECT call, person_id AS "personId", lifted_at IS NOT NULL AS lifted FROM pauses WHERE code = $1`;
  return (await client.query<PauseRow>(text, [code])).rows;
}

/**
 * A call went through: such calls fail for everybody no more, and what they held up is due. Whoever was refused is
 * remembered until a call of their own goes through.
 *
 * @returns the codes that no longer hold
 */
export async function resume(client: Client, { call, personId, now }: AnsweredCall): Promise<string[]> {
  const text = `SELECT 1 FROM pauses WHERE call = $1 AND (lifted_at IS NULL OR person_id = $2::uuid) LIMIT 1`;
  const found = await client.query({ name: 'find-resumed', text, values: [call, personId] });
  if (found.rows.length === 0) return [];
  await lockPauses(client);
  const lifted = await client.query<{ code: string }>(
    'UPDATE pauses SET lifted_at = to_timestamp($2 / 1000.0) WHERE call = $1 AND lifted_at IS NULL RETURNING code',
    [call, now],
  );
  await client.query('DELETE FROM pauses WHERE call = $1 AND person_id = $2::uuid', [call, personId]);
  const codes = [...new Set(lifted.rows.map((row) => row.code))];
  if (codes.length > 0) await makeDue(client, codes, now);
  return codes;
}

async function makeDue(client: Client, codes: string[], now: number): Promise<void> {
  const text = `UPDATE jobs SET next_attempt_at = to_timestamp($2 / 1000.0), told_at = NULL
    WHERE finished_at IS NULL AND state IN ('queued', 'retrying') AND code = ANY ($1::text[])`;
  await client.query(text, [codes, now]);
}

/** Comes after the locks of people and before the brake's: whoever waits for it holds no row that another changes here. */
async function lockPauses(client: Client): Promise<void> {
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended('pauses', 0))");
}
