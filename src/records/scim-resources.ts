import type pg from 'pg';
import { isUnavailable, StoreUnavailable } from './database.js';
import { isId } from './id.js';
import { MEMBERSHIPS, withMembers, type Membership, type ResourceType } from './scim-memberships.js';

/** A SCIM resource as its source's directory keeps it. */
export interface KeptResource {
  id: string;
  type: ResourceType;
  nameKey: string;
  externalId: string | null;
  active: boolean;
  resource: Record<string, unknown>;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  /** A user's groups, or a group's members; only where they were asked for. */
  memberships?: Membership[];
}

export interface ListQuery {
  sourceId: string;
  type: ResourceType;
  /** A condition on columns of scim_resources, its parameters numbered from $1. */
  where: { sql: string; params: unknown[] };
  /** From 1. */
  startIndex: number;
  /** How many at most. */
  count: number;
  /** Whether to load them; a page of groups may then be shorter. */
  memberships?: boolean;
}

export interface Page {
  rows: KeptResource[];
  /** How many match, on this page or not. */
  total: number;
}

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
  list(query: ListQuery): Promise<Page>;
}

const COLUMNS = `r.id, r.type, r.name_key AS "nameKey", r.external_id AS "externalId", r.active, r.resource, r.version,
  r.created_at AS "createdAt", r.updated_at AS "updatedAt"`;

export function createScimDirectory(pool: pg.Pool): ScimDirectory {
  const find = async (asked: FindQuery, column: string, value: string) => {
    const text = `SELECT ${columnsOf(asked)} FROM scim_resources r
      WHERE r.source_id = $1 AND r.type = $2 AND r.${column} = $3`;
    return (await query<KeptResource>(pool, text, [asked.sourceId, asked.type, value]))[0];
  };
  return {
    find: async (asked) => (isId(asked.id) ? find(asked, 'id', asked.id) : undefined),
    findByName: (asked) => find(asked, 'name_key', asked.nameKey),
    list: (asked) => list(pool, asked),
  };
}

function columnsOf({ type, memberships }: Pick<FindQuery, 'type' | 'memberships'>): string {
  return memberships ? `${COLUMNS}, ${MEMBERSHIPS[type]}` : COLUMNS;
}

/** One statement for the page and the total: the total's row is there even when the page is empty. */
async function list(pool: pg.Pool, asked: ListQuery): Promise<Page> {
  const { sourceId, type, where, startIndex, count, memberships } = asked;
  const params = [...where.params];
  const bind = (value: unknown) => `$${params.push(value)}`;
  const matching = `source_id = ${bind(sourceId)} AND type = ${bind(type)} AND (${where.sql})`;
  const limit = `LIMIT ${bind(count)} OFFSET ${bind(startIndex - 1)}`;
  const found = await query<KeptResource & { total: number }>(
    pool,
    `SELECT total, page.*
     FROM (SELECT count(*)::integer AS total FROM scim_resources WHERE ${matching}) AS counted
     LEFT JOIN (
       SELECT ${columnsOf({ type, memberships: !!memberships && type === 'User' })}
       FROM (SELECT * FROM scim_resources WHERE ${matching} ORDER BY id ${limit}) r
     ) AS page ON true
     ORDER BY page."createdAt", page.id`,
    params,
  );
  const rows = found.filter((row) => row.id !== null).map(({ total: _, ...row }) => row);
  const isWhole = !memberships || type === 'User';
  const ask = <Row extends pg.QueryResultRow>(sql: string, values: unknown[]) =>
    query<Row>(pool, sql, values);
  return {
    rows: isWhole ? rows : await withMembers(ask, sourceId, rows),
    total: found[0]?.total ?? 0,
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
