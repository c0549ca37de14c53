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
}

const KNOWN = `
SELECT 'notice' AS what, source_id::text || ' ' || key AS key, id::text AS id, NULL::int AS version,
    extract(epoch FROM received_at) * 1000 AS at
  FROM notices WHERE (source_id, key) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))
UNION ALL SELECT 'resource', source_id::text || ' ' || id::text, id::text, version, extract(epoch FROM created_at) * 1000
  FROM scim_resources WHERE (source_id, id) IN (SELECT * FROM unnest($3::uuid[], $4::uuid[]))
UNION ALL SELECT 'name', source_id::text || ' ' || type || ' ' || name_key, id::text, NULL, NULL
  FROM scim_resources WHERE (source_id, type, name_key) IN (SELECT * FROM unnest($5::uuid[], $6::text[], $7::text[]))`;

/** One round trip; none when nothing is asked. The caller holds the locks that keep the answer true. */
export async function findKnown(client: Client, asked: Asked): Promise<Known> {
  const known: Known = { notices: new Map(), resources: new Map(), names: new Map() };
  if (asked.notices.length + asked.resources.length + asked.names.length === 0) return known;
  const values = [
    asked.notices.map((one) => one.sourceId),
    asked.notices.map((one) => one.key),
    asked.resources.map((one) => one.sourceId),
    asked.resources.map((one) => one.id),
    asked.names.map((one) => one.sourceId),
    asked.names.map((one) => one.type),
    asked.names.map((one) => one.nameKey),
  ];
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
