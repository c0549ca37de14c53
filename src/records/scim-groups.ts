import type { Client } from './database.js';
import type { KeptResource } from './scim-resources.js';

/** A group as the transaction that writes it holds it: until its end nobody else writes it or its members. */
export interface HeldGroup extends KeptResource {
  /** Whether its members get keys. */
  entitled: boolean;
}

/** Whose members get keys, of one source. */
export interface Entitling {
  /** By displayName or externalId; empty: its groups decide nothing. */
  groups: string[];
  /** False while the source is observed: nothing follows from its groups. */
  counts: boolean;
  /** The database's clock, in milliseconds. */
  now: number;
}

/** What a group's row says, apart from what it is. */
export interface GroupColumns {
  nameKey: string;
  externalId: string | null;
  resource: Record<string, unknown>;
  entitled: boolean;
}

export interface Written {
  version: number;
  updatedAt: Date;
}

const COLUMNS = `id, type, name_key AS "nameKey", external_id AS "externalId", active, resource, version,
  created_at AS "createdAt", updated_at AS "updatedAt", entitled`;

/**
 * Read in the transaction that writes, before any group is held: whoever changes the source, and with it which groups
 * are entitled, waits for its end, and has no group to wait for then.
 */
export async function readEntitling(client: Client, sourceId: string): Promise<Entitling> {
  const text = `SELECT entitled_groups AS groups, NOT observed AND removed_at IS NULL AS counts,
    (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now FROM sources WHERE id = $1`;
  const { rows } = await client.query<Entitling>({ name: 'entitling', text, values: [sourceId] });
  if (!rows[0]) throw new TypeError('a source that speaks is not there');
  return rows[0];
}

export async function holdGroup(
  client: Client,
  sourceId: string,
  id: string,
): Promise<HeldGroup | undefined> {
  const text = `SELECT ${COLUMNS} FROM scim_resources WHERE source_id = $1 AND id = $2 AND type = 'Group' FOR NO KEY UPDATE`;
  return (await client.query<HeldGroup>({ name: 'hold-group', text, values: [sourceId, id] })).rows[0];
}

/** Undefined: the name is taken. */
export async function insertGroup(
  client: Client,
  sourceId: string,
  id: string,
  { nameKey, externalId, resource, entitled }: GroupColumns,
): Promise<HeldGroup | undefined> {
  const text = `INSERT INTO scim_resources (source_id, id, type, name_key, external_id, active, resource, entitled, created_at, updated_at)
    SELECT $1, $2, 'Group', $3, $4, true, $5, $6, now, now FROM date_trunc('milliseconds', clock_timestamp()) now
    ON CONFLICT (source_id, type, name_key) DO NOTHING RETURNING ${COLUMNS}`;
  const values = [sourceId, id, nameKey, externalId, JSON.stringify(resource), entitled];
  return (await client.query<HeldGroup>({ name: 'insert-group', text, values })).rows[0];
}

/** One version on. Throws PostgreSQL's unique_violation when the name is taken. */
export async function updateGroup(
  client: Client,
  sourceId: string,
  id: string,
  { nameKey, externalId, resource, entitled }: GroupColumns,
): Promise<Written> {
  const text = `UPDATE scim_resources SET name_key = $3, external_id = $4, resource = $5, entitled = $6, version = version + 1,
      updated_at = clock_timestamp() WHERE source_id = $1 AND id = $2 RETURNING version, updated_at AS "updatedAt"`;
  const values = [sourceId, id, nameKey, externalId, JSON.stringify(resource), entitled];
  const { rows } = await client.query<Written>({ name: 'update-group', text, values });
  return rows[0] as Written;
}
