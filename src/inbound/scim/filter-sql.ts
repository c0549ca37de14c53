import type { Asking } from './asking.js';
import type { From } from './filter-json.js';
import { readOperand } from './filter-operand.js';
import { resourceScope, type Scope, type Values } from './filter-scope.js';
import { compareTerm, presentTerm } from './filter-term.js';
import type { Comparison, Filter } from './filter.js';
import type { Sql } from './sql.js';

/** A condition on a row `r` of scim_resources. NULL is not true. */
export interface Condition {
  sql: string;
  /** Whether an index finds its rows by what stands in it, and they are few. */
  isFound: boolean;
}

/** `narrow`: a condition on the resource that an index answers, true wherever this one about a value of it is. */
interface Narrowed extends Condition {
  narrow?: (() => string) | undefined;
}

/** Throws `invalidFilter` for names, operators and values that do not fit. */
export function compileFilter(asking: Asking, filter: Filter): Condition {
  return applied(compile(resourceScope(asking), filter, asking.sql));
}

function compile(scope: Scope, filter: Filter, sql: Sql): Narrowed {
  switch (filter.op) {
    case 'and':
      return every(filter.filters.map((one) => compile(scope, one, sql)));
    case 'or':
      return some(filter.filters.map((one) => applied(compile(scope, one, sql))));
    case 'not':
      return { sql: `(${compile(scope, filter.filter, sql).sql}) IS NOT TRUE`, isFound: false };
    case '[]': {
      const { from, scope: inside } = scope.elements(filter.path, filter.at);
      const one = compile(inside, filter.filter, sql);
      return { ...one, sql: existsIn(from, one.sql) };
    }
    case 'pr': {
      const whole = scope.whole(filter.path, filter.at);
      return { sql: existsIn(whole.from, presentTerm(whole)), isFound: false };
    }
    default:
      return compileComparison(scope.values(filter.path, filter.at), filter, sql);
  }
}

/** In brackets all is about the same value: what narrows one condition narrows all. */
function every(conditions: Narrowed[]): Narrowed {
  const narrow = conditions.flatMap((one) => one.narrow ?? []);
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' AND '),
    isFound: conditions.some(({ isFound }) => isFound),
    narrow: narrow.length > 0 ? () => narrow.map((one) => one()).join(' AND ') : undefined,
  };
}

function some(conditions: Condition[]): Narrowed {
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' OR '),
    isFound: conditions.every(({ isFound }) => isFound),
  };
}

function compileComparison(values: Values, filter: Extract<Filter, { op: Comparison }>, sql: Sql): Narrowed {
  const { from, term, narrow } = values;
  const operand = readOperand(values.attribute, filter);
  const compared = compareTerm(values, filter.op, operand, sql);
  // No value is unlike any, and is null.
  if ((filter.op === 'ne') !== (operand.as === 'nothing'))
    return { sql: existsOrNone(from, compared), isFound: false };
  const condition = existsIn(from, compared);
  if (filter.op !== 'eq' || operand.as !== 'text') return { sql: condition, isFound: false };
  const isFound = term.kept === 'name' || term.kept === 'uuid';
  // The empty text is in no index.
  const isIndexed = narrow && operand.text !== '';
  return { sql: condition, isFound, narrow: isIndexed ? () => narrow(operand.text, sql) : undefined };
}

function applied({ narrow, sql, isFound }: Narrowed): Condition {
  return narrow ? { sql: `${narrow()} AND (${sql})`, isFound: true } : { sql, isFound };
}

function existsIn(from: From[], condition: string): string {
  if (from.length === 0) return condition;
  const rows = from.map((one) => one.rows).join(' CROSS JOIN ');
  const conditions = [...from.map(({ on }) => on), `(${condition})`].join(' AND ');
  return `EXISTS (SELECT FROM ${rows} WHERE ${conditions})`;
}

/** As above, of a row of NULLs where there are none. */
function existsOrNone(from: From[], condition: string): string {
  if (from.length === 0) return condition;
  const joins = from.map(({ rows, on }) => `LEFT JOIN ${rows} ON ${on}`).join(' ');
  return `EXISTS (SELECT FROM (SELECT) AS one ${joins} WHERE ${condition})`;
}
