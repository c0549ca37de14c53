import type { Identifier, LinkKind } from '../lifecycle/event.js';
import type { KeyState, Person, SourcePolicy, ZoomStanding } from '../lifecycle/person.js';
import type { People } from '../lifecycle/owners.js';
import type { Policies } from '../lifecycle/wanted.js';
import type { Client } from './database.js';

/** Everything by which the people of one transaction are found. */
export interface Whom {
  links: Identifier[];
  records: { sourceId: string; record: string }[];
  zoomUserIds: string[];
  personIds: string[];
}

/** What a transaction holds locked: the people, how they were when it began, and the settings it decides by. */
export interface Held {
  /** The database's clock, in milliseconds. */
  now: number;
  policies: Policies;
  people: People;
  before: ReadonlyMap<string, Person>;
}

/** The statement that begins a transaction and locks identifiers, in sorted order so that no two can wait for each other. */
export function beginLocking(identifiers: Iterable<string>): string {
  const keys = new Set(Array.from(identifiers, lockKey));
  const locks = [...keys].sort((a, b) => a - b).map((key) => `pg_advisory_xact_lock(${key})`);
  return locks.length > 0 ? `BEGIN; SELECT ${locks.join(', ')}` : 'BEGIN';
}

/** 53 bits of two multiplicative hashes: two identifiers that meet only wait for each other. */
function lockKey(identifier: string): number {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < identifier.length; index++) {
    const unit = identifier.charCodeAt(index);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return 0x100000000 * (high & 0x1fffff) + (low >>> 0);
}

/** Locks the people found, in the order of their ids, and loads them. Those merged away lead to who they became. */
export async function holdPeople(client: Client, whom: Whom): Promise<Held> {
  let found = await findAndLock(client, whom);
  for (;;) {
    if (found.ids.length === 0) return held(found, []);
    const rows = await load(client, found.ids);
    const missing = rows.flatMap((row) => row.merged_into ?? []).filter((id) => !found.ids.includes(id));
    if (missing.length === 0) return held(found, rows);
    found = await findAndLock(client, { ...whom, personIds: [...found.ids, ...missing] });
  }
}

interface Found {
  ids: string[];
  now: number;
  policies: SourcePolicy[];
}

/** Row by row, so that a plan made while the tables were empty stays good when they are full. */
const FIND = `
WITH found AS (
  SELECT l.person_id FROM unnest($1::text[], $2::text[]) AS k (kind, value),
    LATERAL (SELECT person_id FROM links WHERE kind = k.kind AND value = k.value OFFSET 0) l
  UNION SELECT s.person_id FROM unnest($3::uuid[], $4::text[]) AS k (source_id, record),
    LATERAL (SELECT person_id FROM standings WHERE source_id = k.source_id AND record = k.record OFFSET 0) s
  UNION SELECT person_id FROM zoom_users WHERE id = ANY ($5::text[])
  UNION SELECT person_id FROM zoom_users WHERE mail = ANY ($6::text[])
  UNION SELECT unnest($7::uuid[])
), locked AS MATERIALIZED (
  SELECT id FROM people WHERE id = ANY (ARRAY (SELECT person_id FROM found)) ORDER BY id FOR UPDATE
)
SELECT coalesce((SELECT array_agg(id) FROM locked), '{}') AS ids,
  (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now,
  (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'kind', kind, 'observed', observed, 'removed', removed_at IS NOT NULL,
    'presenceOnly', presence_only, 'domains', domains)), '[]') FROM sources) AS policies`;

interface FindRow {
  ids: string[];
  now: string;
  policies: SourcePolicy[];
}

async function findAndLock(client: Client, whom: Whom): Promise<Found> {
  const mails = whom.links.filter((link) => link.kind === 'mail').map((link) => link.value);
  const values = [
    whom.links.map((link) => link.kind),
    whom.links.map((link) => link.value),
    whom.records.map((one) => one.sourceId),
    whom.records.map((one) => one.record),
    whom.zoomUserIds,
    mails,
    whom.personIds,
  ];
  const { rows } = await client.query<FindRow>({ name: 'find-people', text: FIND, values });
  const row = rows[0] as FindRow;
  return { ids: row.ids, now: Number(row.now), policies: row.policies };
}

function held(found: Found, rows: PersonRow[]): Held {
  const before = new Map(rows.filter((row) => !row.merged_into).map((row) => [row.id, personOf(row)]));
  const policies = new Map(found.policies.map((policy) => [policy.id, policy]));
  return { now: found.now, policies, people: new Map(before), before };
}

const LOAD = `
SELECT p.id, p.name, p.mail, p.merged_into, p.contested_at, p.exposed_at,
  (SELECT coalesce(json_agg(l), '[]') FROM links l WHERE l.person_id = p.id) AS links,
  (SELECT coalesce(json_agg(s), '[]') FROM standings s WHERE s.person_id = p.id) AS standings,
  (SELECT coalesce(json_agg(json_build_object('user', z,
      'keys', (SELECT coalesce(json_agg(json_build_object('generation', k.generation, 'state', k.state, 'drawn_at', k.drawn_at,
          'set_at', k.set_at, 'hash', k.hash)), '[]') FROM host_keys k WHERE k.zoom_user_id = z.id AND k.state <> 'destroyed'),
      'sent', (SELECT coalesce(json_agg(json_build_object('hash', a.value_hash, 'started_at', a.started_at,
          'applied_at', CASE WHEN a.outcome = 'applied' THEN a.answered_at END)), '[]') FROM attempts a
        WHERE a.zoom_user_id = z.id AND a.value_hash IS NOT NULL AND a.started_at > clock_timestamp() - interval '24 hours'))), '[]')
    FROM zoom_users z WHERE z.person_id = p.id) AS zoom_users,
  (SELECT coalesce(json_agg(json_build_object('id', j.id, 'action', j.action, 'state', j.state, 'zoomUserId', j.zoom_user_id,
      'attempts', j.attempts, 'priority', j.priority)), '[]')
    FROM jobs j WHERE j.person_id = p.id AND j.finished_at IS NULL) AS jobs
FROM people p WHERE p.id = ANY ($1::uuid[])`;

interface PersonRow {
  id: string;
  name: string | null;
  mail: string | null;
  merged_into: string | null;
  contested_at: Date | null;
  exposed_at: Date[];
  links: { kind: LinkKind; value: string; claimed_at: string }[];
  standings: StandingRow[];
  zoom_users: ZoomUserRow[];
  jobs: Person['jobs'];
}

interface StandingRow {
  source_id: string;
  record: string;
  standing: 'active' | 'gone' | null;
  standing_at: string | null;
  sequence: number;
  facts: Person['records'][number]['facts'];
}

interface ZoomUserRow {
  user: {
    id: string;
    mail: string | null;
    standing: ZoomStanding;
    standing_at: string | null;
    generation: number;
    renew_after: string | null;
    lease_token: string | null;
    lease_until: string | null;
  };
  keys: {
    generation: number;
    state: KeyState;
    drawn_at: string;
    set_at: string | null;
    hash: string | null;
  }[];
  sent: { hash: string; started_at: string; applied_at: string | null }[];
}

async function load(client: Client, ids: string[]): Promise<PersonRow[]> {
  const { rows } = await client.query<PersonRow>({ name: 'load-people', text: LOAD, values: [ids] });
  return rows;
}

function personOf(row: PersonRow): Person {
  return {
    id: row.id,
    name: row.name,
    mail: row.mail,
    contestedAt: row.contested_at?.getTime() ?? null,
    exposedAt: row.exposed_at.map((at) => at.getTime()),
    links: row.links.map((link) => ({
      kind: link.kind,
      value: link.value,
      claimedAt: Date.parse(link.claimed_at),
    })),
    records: row.standings.map(recordOf),
    zoomUsers: row.zoom_users.map(zoomUserOf),
    jobs: row.jobs,
  };
}

function recordOf(row: StandingRow): Person['records'][number] {
  const { record, standing, sequence, facts } = row;
  return { sourceId: row.source_id, record, standing, standingAt: time(row.standing_at), sequence, facts };
}

function zoomUserOf({ user, keys, sent }: ZoomUserRow): Person['zoomUsers'][number] {
  return {
    id: user.id,
    mail: user.mail,
    standing: user.standing,
    standingAt: time(user.standing_at),
    generation: user.generation,
    renewAfter: time(user.renew_after),
    lease:
      user.lease_token && user.lease_until
        ? { token: user.lease_token, until: Date.parse(user.lease_until) }
        : null,
    keys: keys.map(({ generation, state, drawn_at, set_at, hash }) => ({
      generation,
      state,
      drawnAt: Date.parse(drawn_at),
      setAt: time(set_at),
      hash,
    })),
    sent: sent.map(({ hash, started_at, applied_at }) => ({
      hash,
      startedAt: Date.parse(started_at),
      appliedAt: time(applied_at),
    })),
  };
}

function time(value: string | null): number | null {
  return value === null ? null : Date.parse(value);
}
