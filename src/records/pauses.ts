import type { Client } from './database.js';

/** To look for a Zoom user takes other rights than to write at one, so each is paused for itself. */
export type PausedCall = 'find' | 'write';

/** Why such calls are not to be made, and until when; in milliseconds. */
export interface Pause {
  code: string;
  until: number;
}

/** A call about somebody, and when it is made or was answered, in milliseconds. */
export interface CallAbout {
  call: PausedCall;
  personId: string;
  now: number;
}

const FIND = `
SELECT code, (extract(epoch FROM CASE WHEN mine.known THEN next_retry_at ELSE next_probe_at END) * 1000)::float8 AS until,
  mine.known AS "isKnown"
FROM pauses, (SELECT EXISTS (SELECT FROM pauses WHERE call = $1 AND person_id = $2::uuid) AS known) mine
WHERE call = $1 AND lifted_at IS NULL ORDER BY until DESC LIMIT 1`;

/**
 * Null when such calls are not paused, or when this one may try whether they still fail. Whoever was refused before
 * tries in turns with others that were, so that they never take the try that is to show how it stands with the rest.
 */
export async function findPause(client: Client, about: CallAbout, probeMs: number): Promise<Pause | null> {
  const { call, personId, now } = about;
  const values = [call, personId];
  const { rows } = await client.query<Pause & { isKnown: boolean }>({
    name: 'find-pause',
    text: FIND,
    values,
  });
  const [found] = rows;
  if (!found) return null;
  const { code, until, isKnown } = found;
  if (until > now) return { code, until };
  return (await takeTurn(client, about, isKnown, probeMs)) ? null : { code, until: now + probeMs };
}

/** True for one caller once the time has come; for the next in `probeMs`. */
async function takeTurn(
  client: Client,
  { call, now }: CallAbout,
  isKnown: boolean,
  probeMs: number,
): Promise<boolean> {
  await lockPauses(client);
  const turn = isKnown ? 'next_retry_at' : 'next_probe_at';
  const text = `UPDATE pauses SET ${turn} = to_timestamp($3 / 1000.0)
    WHERE call = $1 AND lifted_at IS NULL AND ${turn} <= to_timestamp($2 / 1000.0) RETURNING code`;
  const values = [call, now, now + probeMs];
  return (await client.query({ name: `take-pause-${turn}`, text, values })).rows.length > 0;
}

/**
 * Pauses such calls, since this answer would be the same for everybody. The first person it is given to leaves the next
 * call of anybody else to try at once whether that is so; from the second on it is tried every `probeMs`.
 *
 * @returns `own`: it was given to this person before, and then others' calls went through, so that nothing is paused;
 *   `news`: nobody was told of this code yet, whichever calls it was found by
 */
export async function pause(
  client: Client,
  about: CallAbout,
  code: string,
  probeMs: number,
): Promise<'own' | 'news' | 'known'> {
  await lockPauses(client);
  const rows = await findWithCode(client, code);
  const holding = rows.filter((row) => !row.lifted);
  const here = holding.filter((row) => row.call === about.call);
  const mine = rows.find((row) => row.call === about.call && row.personId === about.personId);
  if (mine) return mine.lifted && here.length === 0 ? 'own' : 'known';
  await hold(client, about, code, { probeMs, isFirst: here.length === 0 });
  return holding.length === 0 ? 'news' : 'known';
}

async function hold(
  client: Client,
  { call, personId, now }: CallAbout,
  code: string,
  { probeMs, isFirst }: { probeMs: number; isFirst: boolean },
): Promise<void> {
  const retryAt = now + probeMs;
  const probeAt = isFirst ? now : retryAt;
  await client.query({
    name: 'add-pause',
    text: `INSERT INTO pauses (call, code, person_id, since, next_probe_at, next_retry_at)
     VALUES ($1, $2, $3::uuid, to_timestamp($4 / 1000.0), to_timestamp($5 / 1000.0), to_timestamp($6 / 1000.0))`,
    values: [call, code, personId, now, probeAt, retryAt],
  });
  await client.query({
    name: 'hold-pauses',
    text: `UPDATE pauses SET next_probe_at = to_timestamp($3 / 1000.0), next_retry_at = to_timestamp($4 / 1000.0)
     WHERE call = $1 AND code = $2 AND lifted_at IS NULL`,
    values: [call, code, probeAt, retryAt],
  });
}

interface PauseRow {
  call: PausedCall;
  personId: string;
  lifted: boolean;
}

async function findWithCode(client: Client, code: string): Promise<PauseRow[]> {
  const text = `SELECT call, person_id AS "personId", lifted_at IS NOT NULL AS lifted FROM pauses WHERE code = $1`;
  const statement = { name: 'find-pauses', text, values: [code] };
  return (await client.query<PauseRow>(statement)).rows;
}

/**
 * A call went through: such calls fail for everybody no more, and what they held up is due. Whoever was refused is
 * remembered until a call of their own goes through.
 *
 * @returns the codes that no longer hold
 */
export async function resume(client: Client, { call, personId, now }: CallAbout): Promise<string[]> {
  const text = `SELECT 1 FROM pauses WHERE call = $1 AND (lifted_at IS NULL OR person_id = $2::uuid) LIMIT 1`;
  const found = await client.query({ name: 'find-resumed', text, values: [call, personId] });
  if (found.rows.length === 0) return [];
  await lockPauses(client);
  const codes = await endHold(client, call, now);
  const forget = 'DELETE FROM pauses WHERE call = $1 AND person_id = $2::uuid';
  await client.query({ name: 'forget-pause', text: forget, values: [call, personId] });
  return codes;
}

/** Wakes what was held up first, while it still shows who is held up by this and who was refused alone before. */
async function endHold(client: Client, call: PausedCall, now: number): Promise<string[]> {
  const text = 'SELECT DISTINCT code FROM pauses WHERE call = $1 AND lifted_at IS NULL';
  const held = await client.query<{ code: string }>({ name: 'held-codes', text, values: [call] });
  const codes = held.rows.map((row) => row.code);
  if (codes.length === 0) return codes;
  await makeDue(client, call, codes, now);
  const lift =
    'UPDATE pauses SET lifted_at = to_timestamp($2 / 1000.0) WHERE call = $1 AND lifted_at IS NULL';
  await client.query({ name: 'lift-pauses', text: lift, values: [call, now] });
  return codes;
}

/**
 * A job that another is busy with is left out, since waiting for it would hold up all who wait here: its own time comes
 * within a minute. So are the tries of those who are refused alone: no pause is what delays them.
 */
async function makeDue(client: Client, call: PausedCall, codes: string[], now: number): Promise<void> {
  const text = `UPDATE jobs SET next_attempt_at = to_timestamp($3 / 1000.0), told_at = NULL WHERE id IN (
    SELECT id FROM jobs j WHERE finished_at IS NULL AND state IN ('queued', 'retrying') AND code = ANY ($2::text[])
      AND NOT EXISTS (SELECT FROM pauses p WHERE p.call = $1 AND p.code = j.code AND p.person_id = j.person_id
        AND p.lifted_at IS NOT NULL)
    FOR NO KEY UPDATE SKIP LOCKED)`;
  await client.query({ name: 'make-due', text, values: [call, codes, now] });
}

/** Comes after the locks of people and before the brake's: whoever waits for it holds no row that another changes here. */
async function lockPauses(client: Client): Promise<void> {
  const text = "SELECT pg_advisory_xact_lock(hashtextextended('pauses', 0))";
  await client.query({ name: 'lock-pauses', text });
}
