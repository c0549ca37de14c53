import type { Attribute, AttributeType } from './attribute.js';
import { invalidFilter, type Literal } from './filter-token.js';
import type { Comparison } from './filter.js';
import { instantOf } from './instant.js';

/** What a comparison compares with, in the type that it compares. */
export type Operand =
  | { as: 'nothing' }
  | { as: 'text'; text: string; caseExact: boolean }
  | { as: 'number'; number: number }
  | { as: 'flag'; flag: boolean }
  /** `text` has a zone, and no more than microseconds. */
  | { as: 'instant'; text: string };

/** A comparison as it was written, and where. */
export interface Written {
  op: Comparison;
  value: Literal;
  /** The attribute as the client named it. */
  path: string;
  at: number;
  valueAt: number;
}

const ORDER: Comparison[] = ['gt', 'ge', 'lt', 'le'];
const PARTS: Comparison[] = ['co', 'sw', 'ew'];
const EQUALITY: Comparison[] = ['eq', 'ne'];

/** RFC 7644 §3.4.2.2, table 3, says what has no order; what is no text has no parts. */
const OPERATORS: Record<AttributeType, Comparison[]> = {
  string: [...EQUALITY, ...ORDER, ...PARTS],
  reference: [...EQUALITY, ...ORDER, ...PARTS],
  dateTime: [...EQUALITY, ...ORDER, ...PARTS],
  any: [...EQUALITY, ...ORDER, ...PARTS],
  binary: [...EQUALITY, ...PARTS],
  decimal: [...EQUALITY, ...ORDER],
  integer: [...EQUALITY, ...ORDER],
  boolean: EQUALITY,
  complex: [],
};

const FLAGS = new Map<Literal, boolean>([
  ['true', true],
  ['false', false],
]);

/** Throws `invalidFilter` where the attribute's type has no such comparison, or the value is of another type. */
export function readOperand(attribute: Attribute, written: Written): Operand {
  const { op, value, path, at } = written;
  if (value === null && EQUALITY.includes(op)) return { as: 'nothing' };
  if (attribute.type === 'complex')
    throw invalidFilter(`${path} has sub-attributes: name the one to compare, or use pr`, at);
  if (!OPERATORS[attribute.type].includes(op))
    throw invalidFilter(`"${op}" does not apply to ${path}, whose type is ${attribute.type}`, at);
  return attribute.type === 'any' ? readAny(written) : readTyped(attribute, written);
}

function readTyped({ type, caseExact = false }: Attribute, written: Written): Operand {
  const { op, value } = written;
  switch (type) {
    case 'boolean': {
      // Entra asks for roles[primary eq "True"].
      const flag = typeof value === 'string' ? FLAGS.get(value.toLowerCase()) : value;
      if (typeof flag !== 'boolean') throw wrongValue(written, 'true or false');
      return { as: 'flag', flag };
    }
    case 'decimal':
    case 'integer':
      if (typeof value !== 'number') throw wrongValue(written, 'a number');
      return { as: 'number', number: value };
    case 'dateTime':
      if (PARTS.includes(op) && typeof value === 'string')
        return { as: 'text', text: value, caseExact: false };
      if (typeof value !== 'string' || instantOf(value) === undefined)
        throw wrongValue(written, 'a date and time such as "2026-01-31T08:00:00Z"');
      return { as: 'instant', text: inMicroseconds(value) };
    default:
      if (typeof value !== 'string') throw wrongValue(written, 'a string');
      return { as: 'text', text: value, caseExact };
  }
}

/** What no schema describes is compared as the type that the value has; a flag also with the word for it. */
function readAny(written: Written): Operand {
  const { op, value } = written;
  if (typeof value === 'number') {
    if (PARTS.includes(op)) throw wrongValue(written, 'a string');
    return { as: 'number', number: value };
  }
  if (value === null || (typeof value === 'boolean' && !EQUALITY.includes(op)))
    throw wrongValue(written, 'a string or a number');
  return { as: 'text', text: String(value), caseExact: false };
}

/** PostgreSQL would round further digits, and read what has no zone in that of its session. */
function inMicroseconds(text: string): string {
  const cut = text.replace(/(\.\d{6})\d+/, '$1');
  return /(?:Z|[-+]\d\d:\d\d)$/.test(cut) ? cut : `${cut}Z`;
}

function wrongValue({ op, path, value, valueAt }: Written, expected: string) {
  return invalidFilter(
    `${path} ${op} needs ${expected}, not ${JSON.stringify(value)?.slice(0, 40)}`,
    valueAt,
  );
}
