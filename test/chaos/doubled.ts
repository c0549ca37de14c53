import { HostKey } from '../../src/lifecycle/host-key.js';
import type { Member } from './member.js';
import { DURATIONS } from './settings.js';
import type { Stage } from './stage.js';

type Looked = Pick<Stage, 'core' | 'zoom'>;

/** Clocks are the same machine's; what is rounded to a millisecond may be off by as much. */
const ROUNDING_MS = 3;

/** One effect twice: people, keys for one cause, and values that were sent while another might still arrive. */
export async function findDoubled(stage: Looked, cast: Member[]): Promise<string[]> {
  return [
    ...(await twoPeople(stage, cast)),
    ...(await twoGenerations(stage)),
    ...(await tooManyGenerations(stage, cast)),
    ...(await tooEarly(stage)),
  ];
}

/** All mails and ids of one of the cast belong to one person. */
async function twoPeople({ core }: Looked, cast: Member[]): Promise<string[]> {
  const { rows } = await core.database.pool.query<{ number: string; people: number }>(
    `SELECT substring(value FROM '^person(\\d+)[.@]') AS number, count(DISTINCT person_id)::int AS people
     FROM links WHERE kind = 'mail' GROUP BY 1 HAVING count(DISTINCT person_id) > 1`,
  );
  return rows.map(({ number, people }) => `${cast[Number(number)]?.mail}: ${people} people`);
}

/**
 * An event, and a job, may draw one key at a Zoom user that Zoom may have taken. One that it has not taken may be drawn
 * anew, when something younger asks for it, and so may one in force that is being sent again: how many are drawn in all
 * is looked at for itself.
 */
async function twoGenerations({ core }: Looked): Promise<string[]> {
  const { rows } = await core.database.pool.query<{ line: string }>(
    `SELECT concat_ws(' ', attempts.zoom_user_id, 'generations', string_agg(DISTINCT generation::text, ','), 'for',
       coalesce('event ' || event_id, 'job ' || min(jobs.id::text))) AS line
     FROM attempts JOIN jobs ON jobs.id = attempts.job_id WHERE action = 'set' AND reason <> 'resend' AND generation IS NOT NULL
     GROUP BY attempts.zoom_user_id, event_id, coalesce(event_id, jobs.id)
     HAVING count(DISTINCT generation) FILTER (WHERE answered_at IS NULL OR outcome = 'applied') > 1`,
  );
  return rows.map(({ line }) => line);
}

async function tooManyGenerations({ core }: Looked, cast: Member[]): Promise<string[]> {
  const { rows } = await core.database.pool.query<{ number: string | null; drawn: number }>(
    `SELECT substring(mail FROM '^person(\\d+)[.@]') AS number, sum(generation)::int AS drawn
     FROM zoom_users GROUP BY 1`,
  );
  return rows.flatMap(({ number, drawn }) => {
    const member = cast[Number(number)];
    if (number === null || !member || drawn <= member.causes) return [];
    return [`${member.mail}: ${drawn} keys drawn for ${member.causes} causes`];
  });
}

interface Unanswered {
  zoom_user_id: string;
  value_hash: string;
  from: number;
  until: number;
}

/** Promise 7: after an attempt without a recorded answer no other value arrives until its lease and time-out are over. */
async function tooEarly({ core, zoom }: Looked): Promise<string[]> {
  const { rows } = await core.database.pool.query<Unanswered>(
    `SELECT zoom_user_id, value_hash, (extract(epoch FROM started_at) * 1000)::float8 AS from,
       (extract(epoch FROM lease_until) * 1000)::float8 AS until
     FROM attempts WHERE value_hash IS NOT NULL AND answered_at IS NULL`,
  );
  return rows.flatMap(({ zoom_user_id: userId, value_hash: hash, from, until }) => {
    const others = zoom.log.of(userId).filter(({ method, hostKey, arrivedAt }) => {
      const afterMs = arrivedAt.wallMs - from;
      const isWithin =
        afterMs > ROUNDING_MS && afterMs < until - from + DURATIONS.zoomTimeoutMs - ROUNDING_MS;
      return method === 'PATCH' && hostKey !== undefined && isWithin && !isSame(core, hostKey, userId, hash);
    });
    return others.map(({ arrivedAt }) => {
      const afterMs = Math.round(arrivedAt.wallMs - from);
      return `${zoom.users.find(userId)?.email ?? userId}: another value ${afterMs} ms after an unanswered attempt began`;
    });
  });
}

function isSame({ keys }: Looked['core'], digits: string, userId: string, hash: string): boolean {
  return keys.hashes(HostKey.parse(digits), userId).includes(hash);
}
