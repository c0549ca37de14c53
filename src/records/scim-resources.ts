import type pg from 'pg';
import { askInTime, type Statement } from './ask-in-time.js';
import { query } from './database.js';
import { deadlineIn, LIMIT_MS, type Deadline } from './deadline.js';
import { isId } from './is-id.js';
import { listResources, type ListLimits, type ListQuery, type Page } from './scim-list.js';
import type { ResourceType } from './scim-memberships.js';
import { columnsOf, type KeptResource } from './scim-row.js';
import { createStatementNames } from './statement-names.js';
import { createTogether } from './together.js';

export type { KeptResource };

export interface FindQuery {
  sourceId: string;
  type: ResourceType;
  /** Whether to load them. */
  memberships?: boolean;
}

/** `id` may be any text that a client sends. */
export type FindById = FindQuery & {
  id: string;
  /** By when a group's members must be read; alone they have their own time. */
  deadline?: Deadline;
};

/** The resources of SCIM sources. Each source sees its own. Throws StoreUnavailable. */
export interface ScimDirectory {
  /** Throws QueryTooLong as well. */
  find(asked: FindById): Promise<KeptResource | undefined>;
  findByName(asked: FindQuery & { nameKey: string }): Promise<KeptResource | undefined>;
  /** Throws QueryTooLong and PageTooLarge as well. */
  list(query: ListQuery): Promise<Page>;
}

type Find = (asked: FindById) => Promise<KeptResource | undefined>;
type Ask = <Row extends object>(statement: Statement) => Promise<Row[]>;

/** 100,000 members are about 15 MB. */
const LIMITS: ListLimits = { ms: LIMIT_MS, members: 100_000 };

export function createScimDirectory(pool: pg.Pool, given: Partial<ListLimits> = {}): ScimDirectory {
  const limits = { ...LIMITS, ...given };
  const lister = { pool, limits, nameOf: createStatementNames('list') };
  const bare = createFind(pool, null);
  const users = createFind(pool, 'User');
  // There may be very many, and nobody should wait for the members of somebody else's group.
  const group = async (asked: FindById) => {
    const { deadline = deadlineIn(limits.ms) } = asked;
    return (await findAll((statement) => askInTime(pool, statement, deadline), 'Group', [asked]))[0];
  };
  const find: Find = (asked) => {
    if (!asked.memberships) return bare(asked);
    return asked.type === 'User' ? users(asked) : group(asked);
  };
  return {
    find: async (asked) => (isId(asked.id) ? find(asked) : undefined),
    findByName: (asked) => findByName(pool, asked),
    list: (asked) => listResources(lister, asked),
  };
}

function createFind(pool: pg.Pool, memberships: ResourceType | null): Find {
  const ask: Ask = (statement) => query(pool, statement);
  return createTogether((asked: FindById[]) => findAll(ask, memberships, asked));
}

/**
 * Row by row, so that a plan made while the tables were empty stays good when they are full: with the type among what is
 * looked up, PostgreSQL would then take the index of names, and read all of a source.
 */
async function findAll(
  ask: Ask,
  memberships: ResourceType | null,
  asked: FindById[],
): Promise<(KeptResource | undefined)[]> {
  const text = `SELECT k.place, ${columnsOf(memberships)}
    FROM json_to_recordset($1) AS k (place int, source_id uuid, type text, id uuid),
      LATERAL (SELECT * FROM scim_resources WHERE source_id = k.source_id AND id = k.id OFFSET 0) r
    WHERE r.type = k.type`;
  const keys = asked.map(({ sourceId, type, id }, place) => ({ place, source_id: sourceId, type, id }));
  const name = `find-resources:${memberships ?? 'alone'}`;
  const rows = await ask<KeptResource & { place: number }>({ name, text, values: [JSON.stringify(keys)] });
  const found = new Map(rows.map(({ place, ...kept }) => [place, kept]));
  return asked.map((_, place) => found.get(place));
}

async function findByName(
  pool: pg.Pool,
  { sourceId, type, nameKey, memberships }: FindQuery & { nameKey: string },
): Promise<KeptResource | undefined> {
  const columns = columnsOf(memberships ? type : null);
  const text = `SELECT ${columns} FROM scim_resources r WHERE r.source_id = $1 AND r.type = $2 AND r.name_key = $3`;
  const name = `find-by-name:${memberships ? type : 'alone'}`;
  return (await query<KeptResource>(pool, { name, text, values: [sourceId, type, nameKey] }))[0];
}
