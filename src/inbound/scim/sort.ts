import type { Asking } from './asking.js';
import { refusal } from './error.js';
import { firstValue, type Values } from './filter-scope.js';
import { flagOf, instantSql, numberOf, textOf } from './filter-term.js';
import { folded } from './sql.js';

/** What a list is sorted by (RFC 7644 §3.4.2.3), as the client asked. */
export interface Sort {
  by: string;
  isDescending: boolean;
}

/** A sort key in SQL, of a row `r`; NULL where there is no value. */
export interface SortKey {
  sql: string;
  type: 'text' | 'numeric' | 'boolean' | 'timestamptz' | 'uuid';
  isNullable: boolean;
}

/** By more of a text nothing is sorted: it stands in cursors. */
const MAX_KEY_LENGTH = 256;

/** Null: not sorted, which is by id. Throws `invalidValue`. */
export function readSort(query: URLSearchParams): Sort | null {
  const by = query.get('sortBy')?.trim();
  const order = query.get('sortOrder')?.trim().toLowerCase() || 'ascending';
  if (order !== 'ascending' && order !== 'descending')
    throw refusal('invalidValue', 'sortOrder must be ascending or descending');
  return by ? { by, isDescending: order === 'descending' } : null;
}

/**
 * The key of one type of resource; null: only another type has it. Throws `invalidValue` for what is no attribute, or
 * has no value to sort by.
 */
export function compileSort(asking: Asking, by: string): SortKey | null {
  const values = firstValue(asking, by);
  if (!values || values.attribute.type === 'complex') {
    const why = values ? 'has sub-attributes: name one of them' : 'is not an attribute';
    throw refusal('invalidValue', `sortBy ${JSON.stringify(by.slice(0, 100))} ${why}`);
  }
  if (!values.isOwn) return null;
  const { sql, type } = keyOf(values);
  if (values.from.length === 0) return { sql, type, isNullable: values.term.kept === 'json' };
  const joins = values.from.map(({ rows, on }) => `LEFT JOIN ${rows} ON ${on}`).join(' ');
  return { sql: `(SELECT ${sql} FROM (SELECT) AS one ${joins} ORDER BY 1 LIMIT 1)`, type, isNullable: true };
}

function keyOf(values: Values): Omit<SortKey, 'isNullable'> {
  const { term, attribute } = values;
  if (term.kept === 'name') return { sql: term.sql, type: 'text' };
  if (term.kept === 'uuid') return { sql: term.sql, type: 'uuid' };
  switch (attribute.type) {
    case 'boolean':
      return { sql: flagOf(term), type: 'boolean' };
    case 'decimal':
    case 'integer':
      return { sql: numberOf(term), type: 'numeric' };
    case 'dateTime':
      return { sql: instantSql(term), type: 'timestamptz' };
    default: {
      if (term.kept === 'instant') return { sql: term.sql, type: 'timestamptz' };
      const text = textOf(values);
      const compared = attribute.caseExact ? `(${text}) COLLATE "C"` : folded(text);
      return { sql: `left(${compared}, ${MAX_KEY_LENGTH})`, type: 'text' };
    }
  }
}
