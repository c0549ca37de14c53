import { foldCase, nameKeyOf } from '../../lifecycle/fold.js';
import { isId } from '../../records/is-id.js';
import type { Attribute } from './attribute.js';
import type { Operand } from './filter-operand.js';
import type { Comparison } from './filter.js';
import { INSTANT } from './instant.js';
import { folded, quote, type Sql } from './sql.js';

/** One value in SQL, and how it is kept there. Absent, it is NULL. */
export type Term =
  | { kept: 'json'; json: string; text: string }
  | { kept: 'text' | 'instant'; sql: string }
  /** `name`: what `nameKeyOf` gives. `indexedIn`: the condition on what its index has before it. */
  | { kept: 'uuid' | 'name'; sql: string; indexedIn?: () => string };

/** A value, and the attribute whose type and case decide how it compares. */
export interface Value {
  term: Term;
  attribute: Attribute;
}

const PARTS: Comparison[] = ['co', 'sw', 'ew'];
const SIGNS = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' } as const;
type Positive = Exclude<Comparison, 'ne'>;

/** What makes an array or an object present: a value in it, however deep, that is neither null nor "". */
const LEAF = `'$.** ? (@.type() == "number" || @.type() == "boolean" || (@.type() == "string" && @ != ""))'`;

/** True or false, or NULL for false. */
export function compareTerm(value: Value, op: Comparison, operand: Operand, sql: Sql): string {
  if (op === 'ne') return `(${compareTerm(value, 'eq', operand, sql)}) IS NOT TRUE`;
  const { term } = value;
  switch (operand.as) {
    case 'nothing':
      return `${term.kept === 'json' ? term.text : term.sql} IS NULL`;
    case 'number':
      return `${numberOf(term)} ${signOf(op)} ${sql.bind(String(operand.number), 'numeric')}`;
    case 'flag':
      return `${flagOf(term)} = ${sql.bind(operand.flag, 'boolean')}`;
    case 'instant':
      return `${instantSql(term)} ${signOf(op)} ${sql.bind(operand.text, 'timestamptz')}`;
    case 'text':
      return compareText(value, op, operand, sql);
  }
}

/** RFC 7644 §3.4.2.2: it has a value that is not empty, or holds one. */
export function presentTerm({ term, attribute }: Value): string {
  if (term.kept !== 'json') return term.kept === 'text' ? `${term.sql} <> ''` : `${term.sql} IS NOT NULL`;
  const mayHold = attribute.type === 'complex' || attribute.type === 'any' || attribute.multiValued;
  return mayHold ? `jsonb_path_exists(${term.json}, ${LEAF})` : `${term.text} <> ''`;
}

/** The value as text; NULL where it is kept as something else. */
export function textOf({ term, attribute }: Value): string {
  switch (term.kept) {
    case 'json':
      if (attribute.type !== 'any') return term.text;
      return `CASE WHEN jsonb_typeof(${term.json}) IN ('string', 'boolean') THEN ${term.text} END`;
    case 'instant':
      return `to_char(${term.sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
    case 'uuid':
      return `${term.sql}::text`;
    default:
      return term.sql;
  }
}

export function numberOf(term: Term): string {
  if (term.kept !== 'json') return 'NULL::numeric';
  return `CASE WHEN jsonb_typeof(${term.json}) = 'number' THEN (${term.json})::numeric END`;
}

export function flagOf(term: Term): string {
  if (term.kept !== 'json') return 'NULL::boolean';
  return `CASE ${term.json} WHEN 'true'::jsonb THEN true WHEN 'false'::jsonb THEN false END`;
}

/** Text that is no date and time is NULL, and fails no statement. PostgreSQL would round what `instantOf` cuts off. */
export function instantSql(term: Term): string {
  if (term.kept === 'instant') return term.sql;
  if (term.kept !== 'json') return 'NULL::timestamptz';
  const { text } = term;
  const zone = `CASE WHEN ${text} ~ '(Z|[-+]\\d\\d:\\d\\d)$' THEN '' ELSE 'Z' END`;
  const zoned = `(regexp_replace(${text}, '(\\.\\d{6})\\d+', '\\1') || ${zone})`;
  const isInstant = `${text} ~ ${quote(INSTANT)} AND is_instant(${zoned})`;
  return `CASE WHEN ${isInstant} THEN ${zoned}::timestamptz END`;
}

function compareText(
  value: Value,
  op: Positive,
  { text, caseExact }: Extract<Operand, { as: 'text' }>,
  sql: Sql,
): string {
  const { term } = value;
  if (term.kept === 'name') {
    const isPart = PARTS.includes(op);
    const name = sql.bind(isPart ? foldCase(text.normalize('NFC')) : nameKeyOf(text), 'text');
    return op === 'eq' ? indexed(term, name) : compareTexts(op, term.sql, name);
  }
  if (term.kept === 'uuid' && op === 'eq') {
    const id = caseExact ? text : foldCase(text);
    return isId(id) ? indexed(term, sql.bind(id, 'uuid')) : 'FALSE';
  }
  const given = sql.bind(text, 'text');
  const kept = textOf(value);
  if (caseExact) return compareTexts(op, `(${kept}) COLLATE "C"`, given);
  return compareTexts(op, folded(kept), folded(given));
}

function indexed({ sql, indexedIn }: Extract<Term, { kept: 'uuid' | 'name' }>, value: string): string {
  return indexedIn ? `${indexedIn()} AND ${sql} = ${value}` : `${sql} = ${value}`;
}

function compareTexts(op: Positive, kept: string, given: string): string {
  switch (op) {
    case 'co':
      return `strpos(${kept}, ${given}) > 0`;
    case 'sw':
      return `starts_with(${kept}, ${given})`;
    case 'ew':
      return `right(${kept}, length(${given})) = ${given}`;
    default:
      return `${kept} ${SIGNS[op]} ${given}`;
  }
}

function signOf(op: Positive): string {
  return op in SIGNS ? SIGNS[op as keyof typeof SIGNS] : SIGNS.eq;
}
