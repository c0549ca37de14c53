import { subAttribute, unknownAttribute, type Attribute } from './attribute.js';
import { comparable } from './canonical.js';
import { invalidFilter, type Literal } from './filter-text.js';
import type { Comparison, Filter } from './filter.js';
import { instantOf } from './instant.js';
import { isObject, valueOf, type JsonObject } from './json.js';

/** Whether one value of a multi-valued attribute is meant. */
export type Matcher = (element: unknown) => boolean;

/**
 * The filter in a PATCH path's brackets, made ready once: one request may ask 1,000 filters of 300 values each. Only
 * for filters that `checkComparison` has seen.
 */
export function createMatcher(attribute: Attribute, filter: Filter): Matcher {
  switch (filter.op) {
    case 'and': {
      const parts = filter.filters.map((one) => createMatcher(attribute, one));
      return (element) => parts.every((matches) => matches(element));
    }
    case 'or': {
      const parts = filter.filters.map((one) => createMatcher(attribute, one));
      return (element) => parts.some((matches) => matches(element));
    }
    case 'not': {
      const matches = createMatcher(attribute, filter.filter);
      return (element) => !matches(element);
    }
    case '[]':
      // No path has brackets in brackets: readTarget refuses them.
      return () => false;
    default: {
      const read = createReader(attribute, filter.path);
      const matches = filter.op === 'pr' ? isPresent : createComparison(attribute, filter);
      return (element) => matches(read(element));
    }
  }
}

/** Throws `invalidFilter` for a comparison that the attribute's type does not have (RFC 7644 §3.4.2.2). */
export function checkComparison(attribute: Attribute, op: Comparison, path: string, value: Literal): void {
  const { type, name } = partAttribute(attribute, path);
  if ((type === 'boolean' || type === 'binary') && ['gt', 'ge', 'lt', 'le'].includes(op)) {
    throw invalidFilter(`${name} has no order, so "${op}" means nothing`);
  }
  if (value === null || type === 'any') return;
  const isTime = type === 'dateTime' && !isAboutText(op);
  const isRight = isTime ? instantOf(String(value)) !== undefined : readLiteral(type, value) !== undefined;
  if (!isRight) throw invalidFilter(`${name} must be compared with a value of type ${type}`);
}

/** The attribute that a name in brackets means; of a list of simple values, `value` means each of them. */
function partAttribute(attribute: Attribute, path: string): Attribute {
  const isSimple = attribute.type !== 'complex' && attribute.type !== 'any';
  if (isSimple && path.toLowerCase() === 'value') return attribute;
  return subAttribute(attribute, path) ?? unknownAttribute(path);
}

/** Parts that a schema knows are kept under their names there; others as they came. */
function createReader(attribute: Attribute, path: string): (element: unknown) => unknown {
  const name = subAttribute(attribute, path)?.name;
  const isValue = path.toLowerCase() === 'value';
  return (element) => {
    if (!isObject(element)) return isValue ? element : undefined;
    if (name === undefined) return valueOf(element, path);
    return Object.hasOwn(element, name) ? element[name] : undefined;
  };
}

function isPresent(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isPresent);
  return value !== undefined && value !== null && value !== '';
}

type Compared = Extract<Filter, { value: Literal }>;

/** Of a list in the value, one must compare, or all must differ. */
function createComparison(attribute: Attribute, { op, path, value }: Compared): Matcher {
  const compares = createSimpleComparison(partAttribute(attribute, path), op, value);
  return (kept) => {
    if (!Array.isArray(kept)) return compares(kept);
    return op === 'ne' ? kept.every(compares) : kept.some(compares);
  };
}

function createSimpleComparison(attribute: Attribute, op: Comparison, value: Literal): Matcher {
  if (value === null) return (kept) => (op === 'eq' ? !isPresent(kept) : op === 'ne' && isPresent(kept));
  const isUnlike = op === 'ne';
  const literal = attribute.type === 'any' ? value : readLiteral(attribute.type, value);
  const compares = isAboutText(op)
    ? compareText(op, attribute, literal)
    : compareOrder(op, attribute, literal);
  return (kept) => (isPresent(kept) && typeof kept !== 'object' ? compares(kept) : isUnlike);
}

function compareText(op: Comparison, attribute: Attribute, literal: unknown): Matcher {
  const value = textOf(attribute, literal);
  if (op === 'co') return (kept) => textOf(attribute, kept).includes(value);
  if (op === 'sw') return (kept) => textOf(attribute, kept).startsWith(value);
  return (kept) => textOf(attribute, kept).endsWith(value);
}

function compareOrder(op: Comparison, attribute: Attribute, literal: unknown): Matcher {
  const value = fold(attribute, literal);
  return (kept) => {
    const folded = fold(attribute, kept);
    if (typeof folded === typeof value) return ordered(op, folded, value);
    return ordered(op, String(folded), String(value));
  };
}

/** A literal as the type compares it; booleans also as words, since Entra asks for `roles[primary eq "True"]`. */
function readLiteral(type: Attribute['type'], value: string | number | boolean): Literal | undefined {
  switch (type) {
    case 'boolean': {
      const word = String(value).toLowerCase();
      return word === 'true' || word === 'false' ? word === 'true' : undefined;
    }
    case 'integer':
    case 'decimal':
      return typeof value === 'number' ? value : undefined;
    case 'complex':
      return undefined;
    default:
      return typeof value === 'string' ? value : undefined;
  }
}

/** Numbers as numbers, times as instants; of what no schema knows, upper and lower case are the same. */
function fold(attribute: Attribute, value: unknown): string | number {
  if (typeof value === 'number') return value;
  return attribute.type === 'dateTime' ? comparable(attribute, String(value)) : textOf(attribute, value);
}

function textOf(attribute: Attribute, value: unknown): string {
  return attribute.caseExact ? String(value) : String(value).toLowerCase();
}

function isAboutText(op: Comparison): boolean {
  return op === 'co' || op === 'sw' || op === 'ew';
}

function ordered(op: Comparison, kept: string | number, value: string | number): boolean {
  if (op === 'eq') return kept === value;
  if (op === 'ne') return kept !== value;
  if (op === 'gt') return kept > value;
  if (op === 'ge') return kept >= value;
  if (op === 'lt') return kept < value;
  return op === 'le' && kept <= value;
}

/**
 * What a value must contain to be the one that the filter looks for, so that a PATCH can create it: Entra expects
 * `emails[type eq "work"].value` to make the work address when there is none. Undefined when the filter says more
 * than equalities.
 */
export function templateOf(filter: Filter): JsonObject | undefined {
  if (filter.op === 'eq') return { [filter.path]: filter.value };
  if (filter.op !== 'and') return undefined;
  const parts = filter.filters.map(templateOf);
  return parts.some((part) => part === undefined) ? undefined : Object.assign({}, ...parts);
}
