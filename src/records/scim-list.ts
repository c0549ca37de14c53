import type pg from 'pg';
import { askInTime, type Statement } from './ask-in-time.js';
import { deadlineIn } from './deadline.js';
import { countFitting, withMembers, type Ask, type ResourceType } from './scim-memberships.js';
import { columnsOf, type KeptResource } from './scim-row.js';

export interface ListQuery {
  sourceId: string;
  /** A condition on a row `r` of scim_resources, beside its source; its parameters are numbered from $1. */
  where: string;
  /** Without parameters of their own: an expression of `r`. Null: by id alone. */
  sort: SortOrder | null;
  params: unknown[];
  /**
   * `all`: nothing is left out. `scan`: everybody must be looked at. `lookup`: an index finds the few that are meant, by
   * what `where` says of source and type itself. There the source is hidden from the planner beside it: a young table
   * has no statistics, by which it would know that an index that begins with the source finds everybody.
   */
  effort: 'all' | 'scan' | 'lookup';
  page: Stretch;
  /** Types whose memberships are loaded; a page of groups by row may then be shorter. */
  memberships: ResourceType[];
}

export interface SortOrder {
  sql: string;
  /** PostgreSQL's. */
  type: string;
  isNullable: boolean;
  /** Those without a key come last ascending, and first descending (RFC 7644 §3.4.2.3). */
  isDescending: boolean;
}

/** Which rows of all that match. */
export type Stretch =
  | { by: 'place'; offset: number; count: number }
  /** `total`: how many match, where that is known already. */
  | { by: 'row'; from: RowPlace | null; way: 'after' | 'before'; count: number; total: number | null };

/** A row's place in the order: its sort key as text (null: it has none) and its id. */
export interface RowPlace {
  key: string | null;
  id: string;
}

export type ListedResource = KeptResource & { sortKey: string | null };

export interface Page {
  rows: ListedResource[];
  /** How many match, on this page or not. */
  total: number;
  /** Whether more lie behind them the way that they were asked for; only by row. */
  hasMore: boolean;
}

/** A page by place whose groups have more members than one answer carries. */
export class PageTooLarge extends Error {
  override readonly name = 'PageTooLarge';
  constructor(readonly maxMembers: number) {
    super('the groups of a page have too many members');
  }
}

export interface ListLimits {
  /** For a list and the members in it together. */
  ms: number;
  /** What one answer carries at most, but for a single group's. */
  members: number;
}

export interface Lister {
  pool: pg.Pool;
  limits: ListLimits;
  /** For what a look-up asks; planning it takes longer than answering it. */
  nameOf: (text: string) => string | undefined;
}

/**
 * One statement for page and total, and two for the members of its groups. Throws StoreUnavailable, QueryTooLong,
 * PageTooLarge.
 */
export async function listResources({ pool, limits, nameOf }: Lister, asked: ListQuery): Promise<Page> {
  const { page, effort } = asked;
  const deadline = deadlineIn(limits.ms);
  const ask: Ask = (text, values) => askInTime(pool, { text, values }, deadline);
  const statement = statementOf(asked);
  const name = effort === 'lookup' ? nameOf(statement.text) : undefined;
  const found = await askInTime<Row>(pool, { ...statement, ...(name && { name }) }, deadline);
  const rows = found.filter(({ id }) => id !== null);
  const kept = page.by === 'place' ? rows : rows.slice(0, page.count);
  const loaded = await withMemberships(ask, asked, kept.map(listed), limits.members);
  const total = page.by === 'row' && page.total !== null ? page.total : (found[0]?.total ?? 0);
  const hasMore = page.by === 'row' && rows.length > loaded.length;
  return { rows: page.by === 'row' && page.way === 'before' ? loaded.reverse() : loaded, total, hasMore };
}

function listed({ total: _, sort_key: __, memberships, ...row }: Row): ListedResource {
  return row.type === 'User' && memberships ? { ...row, memberships } : row;
}

/**
 * Up to the first group whose members do not fit into one answer with those before it: whoever pages by row goes on from
 * there. By place they may go on in steps of their own, as Okta does, and would never see what was left out.
 */
async function withMemberships(
  ask: Ask,
  { sourceId, memberships, page }: ListQuery,
  rows: ListedResource[],
  maxMembers: number,
): Promise<ListedResource[]> {
  const groups = memberships.includes('Group') ? rows.filter(({ type }) => type === 'Group') : [];
  if (groups.length === 0) return rows;
  const fitting = await countFitting(ask, sourceId, groups, maxMembers);
  const left = groups[fitting];
  if (left && page.by === 'place') throw new PageTooLarge(maxMembers);
  const loaded = await withMembers(ask, sourceId, groups.slice(0, fitting));
  const groupOf = new Map(loaded.map((group) => [group.id, group]));
  return rows.slice(0, left ? rows.indexOf(left) : rows.length).map((row) => groupOf.get(row.id) ?? row);
}

function statementOf(asked: ListQuery): Statement {
  const { sourceId, where, sort, effort, page, memberships } = asked;
  const columns = columnsOf(memberships.includes('User') ? 'User' : null);
  const params = [...asked.params];
  const source = `$${params.push(sourceId)}`;
  const rows = `SELECT r.*, ${sort?.sql ?? 'NULL::text'} AS sort_key FROM scim_resources AS r
    WHERE (r.source_id = ${source}) ${effort === 'lookup' ? 'IS TRUE' : ''} AND (${where})`;
  const order = orderOf(sort, page);
  const stretch = stretchOf(sort, page, order, (value) => `$${params.push(value)}`);
  const text =
    page.by === 'row' && page.total !== null
      ? pageOf(columns, rows, stretch)
      : effort === 'all'
        ? countedApart(columns, rows, stretch)
        : countedAtOnce(columns, rows, stretch, source);
  return { text: `${text} ORDER BY ${order}`, values: params };
}

/** Ends as soon as the page is full; memberships are looked up for its rows alone. */
function pageOf(columns: string, rows: string, stretch: string): string {
  return `SELECT ${columns}, r.sort_key, r.sort_key::text AS "sortKey" FROM (SELECT * FROM (${rows}) AS r ${stretch}) AS r`;
}

/** Where nothing is left out, counting is a matter of an index; the total's row is there even when the page is empty. */
function countedApart(columns: string, rows: string, stretch: string): string {
  return `SELECT counted.total, r.* FROM (SELECT count(*)::integer AS total FROM (${rows}) AS r) AS counted
    LEFT JOIN (${pageOf(columns, rows, stretch)}) AS r ON true`;
}

/** Looks at everybody once: for the total all must be seen anyway. */
function countedAtOnce(columns: string, rows: string, stretch: string, source: string): string {
  return `WITH matching AS MATERIALIZED (SELECT r.id, r.sort_key FROM (${rows}) AS r)
    SELECT counted.total, r.* FROM (SELECT count(*)::integer AS total FROM matching) AS counted
    LEFT JOIN (
      SELECT ${columns}, chosen.sort_key, chosen.sort_key::text AS "sortKey"
      FROM (SELECT * FROM matching AS r ${stretch}) AS chosen
      JOIN scim_resources AS r ON r.source_id = ${source} AND r.id = chosen.id
    ) AS r ON true`;
}

function isDescending(sort: SortOrder | null, page: Stretch): boolean {
  const isBackward = page.by === 'row' && page.way === 'before';
  return (sort?.isDescending ?? false) !== isBackward;
}

/** PostgreSQL puts NULLs where RFC 7644 wants what has no value. */
function orderOf(sort: SortOrder | null, page: Stretch): string {
  const way = isDescending(sort, page) ? `DESC` : `ASC`;
  return sort ? `r.sort_key ${way}, r.id ${way}` : `r.id ${way}`;
}

function stretchOf(
  sort: SortOrder | null,
  page: Stretch,
  order: string,
  bind: (value: unknown) => string,
): string {
  if (page.by === 'place') return `ORDER BY ${order} LIMIT ${bind(page.count)} OFFSET ${bind(page.offset)}`;
  const beyond = page.from ? `WHERE ${beyondOf(sort, isDescending(sort, page), page.from, bind)}` : '';
  return `${beyond} ORDER BY ${order} LIMIT ${bind(page.count + 1)}`;
}

/** What lies behind a place in the order. */
function beyondOf(
  sort: SortOrder | null,
  isDescending: boolean,
  { key, id }: RowPlace,
  bind: (value: unknown) => string,
): string {
  const sign = isDescending ? '<' : '>';
  if (!sort) return `r.id ${sign} ${bind(id)}::uuid`;
  if (key === null) {
    const isBehind = `(r.sort_key IS NULL AND r.id ${sign} ${bind(id)}::uuid)`;
    return isDescending ? `${isBehind} OR r.sort_key IS NOT NULL` : isBehind;
  }
  const isBehind = `(r.sort_key, r.id) ${sign} (${bind(key)}::${sort.type}, ${bind(id)}::uuid)`;
  return sort.isNullable && !isDescending ? `${isBehind} OR r.sort_key IS NULL` : isBehind;
}

type Row = ListedResource & { total: number; sort_key: unknown };
