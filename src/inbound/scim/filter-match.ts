import { subAttribute, type Attribute } from './attribute.js';
import type { Literal } from './filter-text.js';
import type { Comparison, Filter } from './filter.js';
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
      return isPresent(subValue(element, filter.path));
    default:
      return compares(
        filter.op,
        subValue(element, filter.path),
        filter.value,
        isCaseExact(attribute, filter.path),
      );
  }
}

function subValue(element: unknown, path: string): unknown {
  if (!isObject(element)) return path.toLowerCase() === 'value' ? element : undefined;
  return valueOf(element, path);
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function isCaseExact(attribute: Attribute, path: string): boolean {
  return subAttribute(attribute, path)?.caseExact === true;
}

/** Booleans compare as words, since Entra asks for `roles[primary eq "True"]`. */
function compares(op: Comparison, kept: unknown, value: Literal, caseExact: boolean): boolean {
  if (!isPresent(kept) || value === null) {
    const isEqual = !isPresent(kept) && value === null;
    return op === 'eq' ? isEqual : op === 'ne' && !isEqual;
  }
  if (typeof kept === 'number' && typeof value === 'number') return ordered(op, kept, value);
  if (typeof kept === 'object') return false;
  const fold = (one: unknown) => (caseExact ? String(one) : String(one).toLowerCase());
  return compareText(op, fold(kept), fold(value));
}

function compareText(op: Comparison, kept: string, value: string): boolean {
  if (op === 'co') return kept.includes(value);
  if (op === 'sw') return kept.startsWith(value);
  if (op === 'ew') return kept.endsWith(value);
  return ordered(op, kept, value);
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
