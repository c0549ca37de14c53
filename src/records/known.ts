import type { Client } from './database.js';

/** What is asked about before it is written: notices by their key, SCIM resources by id or by name. */
export interface Asked {
  notices: { sourceId: string; key: string }[];
  resources: { sourceId: string; id: string }[];
  names: { sourceId: string; type: string; nameKey: string }[];
}

export interface KnownNotice {
  id: string;
  receivedAt: number;
}

export interface KnownResource {
  id: string;
  version: number;
  createdAt: number;
}

/** What is there already. Names lead to the id that holds them; keys are joined by a space. */
export interface Known {
  notices: Map<string, KnownNotice>;
  resources: Map<string, KnownResource>;
  names: Map<string, string>;
  /** Of resources that are to be deleted: the groups that lose a member by it. */
  parents: ReadonlyMap<string, string[]>;
}

/**
 * Row by row, so that a plan made while the tables were empty stays good when they are full. Asked as JSON: the length
 * of an array parameter is known to the planner, which would plan anew each time for longer than it then runs.
 */
const KNOWN = `
SELECT 'notice' AS what, n.source_id::text || ' ' || n.key AS key, n.id::text AS id, NULL::int AS version,
    extract(epoch FROM n.received_at) * 1000 AS at
  FROM json_to_recordset($1) AS k (source_id uuid, key text),
    LATERAL (SELECT * FROM notices WHERE source_id = k.source_id AND key = k.key OFFSET 0) n
UNION ALL SELECT 'resource', r.source_id::text || ' ' || r.id::text, r.id::text, r.version, extract(epoch FROM r.created_at) * 1000
  FROM json_to_recordset($2) AS k (source_id uuid, id uuid),
    LATERAL (SELECT * FROM scim_resources WHERE source_id = k.source_id AND id = k.id OFFSET 0) r
UNION ALL SELECT 'name', r.source_id::text || ' ' || r.type || ' ' || r.name_key, r.id::text, NULL, NULL
  FROM json_to_recordset($3) AS k (source_id uuid, type text, name_key text),
    LATERAL (SELECT * FROM scim_resources WHERE source_id = k.source_id AND type = k.type AND name_key = k.name_key OFFSET 0) r`;

/** One round trip; none when nothing is asked. The caller holds the locks that keep the answer true. */
export async function findKnown(client: Client, asked: Asked): Promise<Known> {
  const known: Known = { notices: new Map(), resources: new Map(), names: new Map(), parents: new Map() };
  if (asked.notices.length + asked.resources.length + asked.names.length === 0) return known;
  const values = [
    asked.notices.map((one) => ({ source_id: one.sourceId, key: one.key })),
    asked.resources.map((one) => ({ source_id: one.sourceId, id: one.id })),
    asked.names.map((one) => ({ source_id: one.sourceId, type: one.type, name_key: one.nameKey })),
  ].map((rows) => JSON.stringify(rows));
  const { rows } = await client.query<KnownRow>({ name: 'known', text: KNOWN, values });
  for (const { what, key, id, version, at } of rows) {
    if (what === 'notice') known.notices.set(key, { id, receivedAt: Number(at) });
    else if (what === 'resource')
      known.resources.set(key, { id, version: version ?? 0, createdAt: Number(at) });
    else known.names.set(key, id);
  }
  return known;
}

interface KnownRow {
  what: 'notice' | 'resource' | 'name';
  key: string;
  id: string;
  version: number | null;
  at: string | null;
}
