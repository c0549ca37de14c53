import type pg from 'pg';
import { isUnavailable, StoreUnavailable } from './database.js';
import { isId } from './id.js';
import { LIST_LIMIT_MS, listResources, type ListQuery, type Page } from './scim-list.js';
import type { ResourceType } from './scim-memberships.js';
import { columnsOf, type KeptResource } from './scim-row.js';

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

/** `listLimitMs`: how long a list may take that no index makes quick. */
export function createScimDirectory(pool: pg.Pool, listLimitMs = LIST_LIMIT_MS): ScimDirectory {
  const find = async (asked: FindQuery, column: string, value: string) => {
    const text = `SELECT ${columnsOf(asked.memberships ? asked.type : null)} FROM scim_resources r
      WHERE r.source_id = $1 AND r.type = $2 AND r.${column} = $3`;
    return (await query<KeptResource>(pool, text, [asked.sourceId, asked.type, value]))[0];
  };
  return {
    find: async (asked) => (isId(asked.id) ? find(asked, 'id', asked.id) : undefined),
    findByName: (asked) => find(asked, 'name_key', asked.nameKey),
    list: (asked) => listResources(pool, asked, listLimitMs),
  };
}

async function query<T extends pg.QueryResultRow>(
  pool: pg.Pool,
  sql: string,
  params: unknown[],
): Promise<T[]> {
  try {
    return (await pool.query<T>(sql, params)).rows;
  } catch (error) {
    throw isUnavailable(error) ? new StoreUnavailable(error) : error;
  }
}
