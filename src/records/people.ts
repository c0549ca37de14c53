import type { Identifier } from '../lifecycle/event.js';
import type { Person, SourcePolicy } from '../lifecycle/person.js';
import type { People } from '../lifecycle/owners.js';
import type { Policies } from '../lifecycle/wanted.js';
import type { Client } from './database.js';
import { findEntitled } from './entitled.js';
import { loadPeople, readPerson, type PersonRow } from './person-rows.js';

/** Everything by which the people of one transaction are found. */
export interface Whom {
  links?: Identifier[];
  records?: { sourceId: string; record: string }[];
  zoomUserIds?: string[];
  personIds?: string[];
}

const NOBODY: Required<Whom> = { links: [], records: [], zoomUserIds: [], personIds: [] };

/** What a transaction holds locked: the people, how they were when it began, and the settings it decides by. */
export interface Held {
  /** The database's clock, in milliseconds. */
  now: number;
  policies: Policies;
  people: People;
  before: ReadonlyMap<string, Person>;
  /** Records, known or spoken of, that are in entitled groups: by their source's id and theirs, a space between. */
  entitled: ReadonlySet<string>;
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

/**
 * Locks the people found, in the order of their ids, and loads them. Those merged away lead to who they became, and a
 * Zoom user that was handed on while its person was waited for leads to whoever has it then.
 */
export async function holdPeople(client: Client, asked: Whom): Promise<Held> {
  const whom = { ...NOBODY, ...asked };
  let found = await findAndLock(client, whom);
  for (;;) {
    if (found.ids.length === 0) return held(found, [], await entitledAmong(client, found, whom, []));
    const rows = await loadPeople(client, found.ids);
    const missing = rows.flatMap((row) => row.merged_into ?? []).filter((id) => !found.ids.includes(id));
    const users = new Set(rows.flatMap((row) => row.zoom_users.map(({ user }) => user.id)));
    const areHere = found.zoomUserIds.every((id) => users.has(id));
    if (missing.length === 0 && areHere)
      return held(found, rows, await entitledAmong(client, found, whom, rows));
    found = await findAndLock(client, { ...whom, personIds: [...found.ids, ...missing] });
  }
}

interface Found {
  ids: string[];
  /** Of those asked for, the Zoom users that somebody had. */
  zoomUserIds: string[];
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
  SELECT p.id FROM (SELECT DISTINCT person_id AS id FROM found ORDER BY 1) f,
    LATERAL (SELECT id FROM people WHERE id = f.id FOR UPDATE) p
)
SELECT coalesce((SELECT array_agg(id) FROM locked), '{}') AS ids,
  ARRAY (SELECT id FROM zoom_users WHERE id = ANY ($5::text[]) AND person_id IS NOT NULL) AS zoom_user_ids,
  (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now,
  (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'kind', kind, 'observed', observed, 'removed', removed_at IS NOT NULL,
    'presenceOnly', presence_only, 'domains', domains, 'entitling', entitled_groups <> '{}')), '[]') FROM sources) AS policies`;

interface FindRow {
  ids: string[];
  zoom_user_ids: string[];
  now: string;
  policies: SourcePolicy[];
}

async function findAndLock(client: Client, whom: Required<Whom>): Promise<Found> {
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
  return {
    ids: row.ids,
    zoomUserIds: row.zoom_user_ids,
    now: Number(row.now),
    policies: row.policies,
  };
}

/** Which records are in entitled groups, of those that are known or spoken of; nothing is asked while no source has any. */
async function entitledAmong(
  client: Client,
  { policies }: Found,
  { records }: Required<Whom>,
  rows: PersonRow[],
): Promise<ReadonlySet<string>> {
  const entitling = new Set(policies.filter((one) => one.entitling && !one.removed).map(({ id }) => id));
  if (entitling.size === 0) return new Set();
  const known = rows.flatMap(({ standings }) => standings);
  const asked = records.map(({ sourceId, record }) => ({ source_id: sourceId, record }));
  return findEntitled(
    client,
    [...known, ...asked].filter((one) => entitling.has(one.source_id)),
  );
}

function held(found: Found, rows: PersonRow[], entitled: ReadonlySet<string>): Held {
  const before = new Map(
    rows.filter((row) => !row.merged_into).map((row) => [row.id, readPerson(row, entitled)]),
  );
  const policies = new Map(found.policies.map((policy) => [policy.id, policy]));
  return { now: found.now, policies, people: new Map(before), before, entitled };
}
