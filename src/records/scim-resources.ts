import type pg from 'pg';
import { isUnavailable, StoreUnavailable } from './database.js';
import { isId } from './is-id.js';
import { LIST_LIMIT_MS, listResources, type ListQuery, type Page } from './scim-list.js';
import type { ResourceType } from './scim-memberships.js';
import { columnsOf, type KeptResource } from './scim-row.js';
import { createTogether } from './together.js';

export type { KeptResource };

export interface FindQuery {
  sourceId: string;
  type: ResourceType;
  /** Whether to load them. */
  memberships?: boolean;
}

/** The resources of SCIM sources. Each source sees its own. Throws StoreUnavailable. */
export interface ScimDirectory {
  /** `id` may be any text that a client sends. */
  find(asked: FindQuery & { id: string }): Promise<KeptResource | undefined>;
  findByName(asked: FindQuery & { nameKey: string }): Promise<KeptResource | undefined>;
  /** Throws QueryTooLong as well. */
  list(query: ListQuery): Promise<Page>;
}

type Find = (asked: Asked) => Promise<KeptResource | undefined>;
type Asked = FindQuery & { id: string };

/** `listLimitMs`: how long a list may take that no index makes quick. */
export function createScimDirectory(pool: pg.Pool, listLimitMs = LIST_LIMIT_MS): ScimDirectory {
  const bare = createFind(pool, null);
  const users = createFind(pool, 'User');
  const find: Find = (asked) => {
    if (!asked.memberships) return bare(asked);
    // Nobody should wait for the members of somebody else's group.
    return asked.type === 'User' ? users(asked) : findAll(pool, 'Group', [asked]).then(([group]) => group);
  };
  return {
    find: async (asked) => (isId(asked.id) ? find(asked) : undefined),
    findByName: (asked) => findByName(pool, asked),
    list: (asked) => listResources(pool, asked, listLimitMs),
  };
}

function createFind(pool: pg.Pool, memberships: ResourceType | null): Find {
  return createTogether((asked: Asked[]) => findAll(pool, memberships, asked));
}

/** Row by row, so that a plan made while the tables were empty stays good when they are full. */
async function findAll(
  pool: pg.Pool,
  memberships: ResourceType | null,
  asked: Asked[],
): Promise<(KeptResource | undefined)[]> {
  const text = `SELECT k.place, ${columnsOf(memberships)}
    FROM json_to_recordset($1) AS k (place int, source_id uuid, type text, id uuid),
      LATERAL (SELECT * FROM scim_resources WHERE source_id = k.source_id AND id = k.id AND type = k.type OFFSET 0) r`;
  const keys = asked.map(({ sourceId, type, id }, place) => ({ place, source_id: sourceId, type, id }));
  const name = `find-resources:${memberships ?? 'alone'}`;
  const rows = await query<KeptResource & { place: number }>(pool, name, text, [JSON.stringify(keys)]);
  const found = new Map(rows.map(({ place, ...kept }) => [place, kept]));
  return asked.map((_, place) => found.get(place));
}

async function findByName(
  pool: pg.Pool,
  { sourceId, type, nameKey, memberships }: FindQuery & { nameKey: string },
): Promise<KeptResource | undefined> {
  const columns = columnsOf(memberships ? type : null);
  const text = `SELECT ${columns} FROM scim_resources r WHERE r.source_id = $1 AND r.type = $2 AND r.name_key = $3`;
  return (
    await query<KeptResource>(pool, `find-by-name:${memberships ? type : 'alone'}`, text, [
      sourceId,
      type,
      nameKey,
    ])
  )[0];
}

async function query<T extends pg.QueryResultRow>(
  pool: pg.Pool,
  name: string,
  text: string,
  values: unknown[],
): Promise<T[]> {
  try {
    return (await pool.query<T>({ name, text, values })).rows;
  } catch (error) {
    throw isUnavailable(error) ? new StoreUnavailable(error) : error;
  }
}
