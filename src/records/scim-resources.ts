import type pg from 'pg';
import { isUnavailable, StoreUnavailable } from './database.js';

/** A SCIM resource as its source's directory keeps it. */
export interface KeptResource {
  id: string;
  type: 'User' | 'Group';
  nameKey: string;
  externalId: string | null;
  active: boolean;
  resource: Record<string, unknown>;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export interface ListQuery {
  sourceId: string;
  type: KeptResource['type'];
  /** A condition on columns of scim_resources, its parameters numbered from $1. */
  where: { sql: string; params: unknown[] };
  /** From 1. */
  startIndex: number;
  /** How many at most. */
  count: number;
}

export interface Page {
  rows: KeptResource[];
  /** How many match, on this page or not. */
  total: number;
}

/** The resources of SCIM sources. Each source sees its own. Throws StoreUnavailable. */
export interface ScimDirectory {
  /** `id` may be any text that a client sends. */
  find(sourceId: string, id: string): Promise<KeptResource | undefined>;
  findByName(
    sourceId: string,
    type: KeptResource['type'],
    nameKey: string,
  ): Promise<KeptResource | undefined>;
  list(query: ListQuery): Promise<Page>;
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const COLUMNS = `id, type, name_key AS "nameKey", external_id AS "externalId", active, resource, version,
  created_at AS "createdAt", updated_at AS "updatedAt"`;
const FIND = `SELECT ${COLUMNS} FROM scim_resources WHERE source_id = $1 AND id = $2`;
const FIND_BY_NAME = `SELECT ${COLUMNS} FROM scim_resources WHERE source_id = $1 AND type = $2 AND name_key = $3`;

export function createScimDirectory(pool: pg.Pool): ScimDirectory {
  const one = async (sql: string, params: unknown[]) => (await query<KeptResource>(pool, sql, params))[0];
  return {
    find: async (sourceId, id) => (UUID.test(id) ? one(FIND, [sourceId, id]) : undefined),
    findByName: (sourceId, type, nameKey) => one(FIND_BY_NAME, [sourceId, type, nameKey]),
    list: (asked) => list(pool, asked),
  };
}

/** One statement for the page and the total: the total's row is there even when the page is empty. */
async function list(pool: pg.Pool, { sourceId, type, where, startIndex, count }: ListQuery): Promise<Page> {
  const params = [...where.params];
  const bind = (value: unknown) => `$${params.push(value)}`;
  const matching = `source_id = ${bind(sourceId)} AND type = ${bind(type)} AND (${where.sql})`;
  const limit = `LIMIT ${bind(count)} OFFSET ${bind(startIndex - 1)}`;
  const found = await query<KeptResource & { total: number }>(
    pool,
    `SELECT total, page.*
     FROM (SELECT count(*)::integer AS total FROM scim_resources WHERE ${matching}) AS counted
     LEFT JOIN (
       SELECT ${COLUMNS} FROM scim_resources WHERE ${matching} ORDER BY id ${limit}
     ) AS page ON true
     ORDER BY page."createdAt", page.id`,
    params,
  );
  const rows = found.filter((row) => row.id !== null).map(({ total: _, ...row }) => row);
  return { rows, total: found[0]?.total ?? 0 };
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
