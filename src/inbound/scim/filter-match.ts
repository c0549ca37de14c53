import { subAttribute, unknownAttribute, type Attribute } from './attribute.js';
import { comparable } from './canonical.js';
import { invalidFilter, type Literal } from './filter-text.js';
import type { Comparison, Filter } from './filter.js';
import { instantOf } from './instant.js';
import { isObject, valueOf, type JsonObject } from './json.js';

/** Whether one value of a multi-valued attribute is meant by the filter in a PATCH path's brackets. */
export function matchesFilter(attribute: Attribute, filter: Filter, element: unknown): boolean {
  switch (filter.op) {
    case 'and':
      return filter.filters.every((one) => matchesFilter(attribute, one, element));
    case 'or':
      return filter.filters.some((one) => matchesFilter(attribute, one, element));
    case 'not':
      return !matchesFilter(attribute, filter.filter, element);
    case '[]':
      // No path has brackets in brackets: readTarget refuses them.
      return false;
    case 'pr':
      return isPresent(partOf(element, filter.path));
    default:
      return compares(
        filter.op,
        partAttribute(attribute, filter.path),
        partOf(element, filter.path),
        filter.value,
      );
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

function partOf(element: unknown, path: string): unknown {
  if (!isObject(element)) return path.toLowerCase() === 'value' ? element : undefined;
  return valueOf(element, path);
}

function isPresent(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isPresent);
  return value !== undefined && value !== null && value !== '';
}

function compares(op: Comparison, attribute: Attribute, kept: unknown, value: Literal): boolean {
  if (Array.isArray(kept)) {
    return op === 'ne'
      ? kept.every((one) => compares(op, attribute, one, value))
      : kept.some((one) => compares(op, attribute, one, value));
  }
  if (!isPresent(kept) || value === null) {
    const isEqual = !isPresent(kept) && value === null;
    return op === 'eq' ? isEqual : op === 'ne' && !isEqual;
  }
  if (typeof kept === 'object') return op === 'ne';
  const literal = attribute.type === 'any' ? value : readLiteral(attribute.type, value);
  if (typeof kept === 'number' && typeof literal === 'number') return ordered(op, kept, literal);
  if (isAboutText(op)) return compareText(op, textOf(attribute, kept), textOf(attribute, literal));
  const [left, right] = [fold(attribute, kept), fold(attribute, literal)];
  if (typeof left === 'number' && typeof right === 'number') return ordered(op, left, right);
  return ordered(op, String(left), String(right));
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

/** Of what no schema knows, upper and lower case are the same. */
function fold(attribute: Attribute, value: unknown): string | number {
  return attribute.type === 'any' ? textOf(attribute, value) : comparable(attribute, String(value));
}

function textOf(attribute: Attribute, value: unknown): string {
  return attribute.caseExact ? String(value) : String(value).toLowerCase();
}

function isAboutText(op: Comparison): boolean {
  return op === 'co' || op === 'sw' || op === 'ew';
}

function compareText(op: Comparison, kept: string, value: string): boolean {
  if (op === 'co') return kept.includes(value);
  return op === 'sw' ? kept.startsWith(value) : kept.endsWith(value);
}

function ordered<T extends string | number>(op: Comparison, kept: T, value: T): boolean {
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
