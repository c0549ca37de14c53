import type { Asking } from './asking.js';
import type { ListQuery, SortOrder } from '../../records/scim-list.js';
import type { ResourceType } from '../../records/scim-memberships.js';
import { refusal } from './error.js';
import { compileFilter, type Condition } from './filter-sql.js';
import { readFilter } from './filter.js';
import type { Shape } from './shape.js';
import { compileSort, type Sort } from './sort.js';
import { createSql } from './sql.js';

/** What a client asks to be listed. */
export interface Wanted extends Pick<Asking, 'sourceId' | 'baseUrl'> {
  /** The types of resources. */
  shapes: Shape[];
  filter: string | null;
  sort: Sort | null;
}

/** The statement, save for which page. Throws `invalidFilter`, `invalidValue`. */
export function compileList(wanted: Wanted): Omit<ListQuery, 'page' | 'memberships'> {
  const { shapes, sourceId, baseUrl } = wanted;
  const sql = createSql();
  const asked = shapes.map((shape) => {
    const others = shapes.filter((other) => other !== shape);
    return { shape, others, sourceId, baseUrl, sql };
  });
  const filter = wanted.filter === null ? null : readFilter(wanted.filter);
  const conditions = asked.map((asking) => (filter ? compileFilter(asking, filter) : null));
  const where = shapes.map(({ type }, index) => `(${ofType(type, conditions[index] ?? null)})`).join(' OR ');
  const isFound = conditions.every((condition) => condition?.isFound);
  const effort = filter === null ? 'all' : isFound ? 'lookup' : 'scan';
  return { sourceId, where, effort, sort: wanted.sort && sortOrder(asked, wanted.sort), params: sql.params };
}

/** Where an index finds the rows, the type is hidden from the planner as the source is: see ListQuery. */
function ofType(type: ResourceType, condition: Condition | null): string {
  const isType = `r.type = '${type}'`;
  if (!condition) return isType;
  return `${condition.isFound ? `(${isType}) IS TRUE` : isType} AND (${condition.sql})`;
}

/** Of several types each has its own key, or none (RFC 7644 §3.4.2.1); those that there are must be of one type. */
function sortOrder(asked: Asking[], { by, isDescending }: Sort): SortOrder {
  const keys = asked.flatMap((asking) => {
    const key = compileSort(asking, by);
    return key ? [{ ...key, of: asking.shape.type }] : [];
  });
  const [first] = keys;
  if (!first || keys.some(({ type }) => type !== first.type))
    throw refusal(
      'invalidValue',
      `sortBy ${JSON.stringify(by.slice(0, 100))} means something else in each type`,
    );
  const { type } = first;
  if (asked.length === 1) return { sql: first.sql, type, isNullable: first.isNullable, isDescending };
  const collation = type === 'text' ? ' COLLATE "C"' : '';
  const cases = keys.map(({ of, sql }) => `WHEN '${of}' THEN (${sql})${collation}`);
  return { sql: `CASE r.type ${cases.join(' ')} END`, type, isNullable: true, isDescending };
}
