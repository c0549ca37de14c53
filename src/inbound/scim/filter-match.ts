import { foldCase } from '../../lifecycle/fold.js';
import { subAttribute, unknownAttribute, type Attribute } from './attribute.js';
import { compareText } from './compare-text.js';
import { readOperand, type Operand } from './filter-operand.js';
import type { Comparison, Filter } from './filter.js';
import { instantOf } from './instant.js';
import { isObject, valueOf, type JsonObject } from './json.js';

/** Whether one value of a multi-valued attribute is meant. */
export type Matcher = (element: unknown) => boolean;

type Compared = Extract<Filter, { op: Comparison }>;

/**
 * The filter in a PATCH path's brackets, made ready once: one request may ask 1,000 filters of 300 values each. Its
 * answers are those that filter-term.ts gets from the database. Throws `invalidFilter`.
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
    case 'pr': {
      const read = createReader(attribute, filter.path);
      return (element) => isPresent(read(element));
    }
    default:
      return createComparison(attribute, filter);
  }
}

/** Throws `invalidFilter` for a comparison that the attribute's type does not have (RFC 7644 §3.4.2.2). */
export function checkComparison(attribute: Attribute, filter: Compared): void {
  readOperand(partAttribute(attribute, filter.path), filter);
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

/** It has a value that is not empty, or holds one (RFC 7644 §3.4.2.2). */
function isPresent(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isPresent);
  if (isObject(value)) return Object.values(value).some(isPresent);
  return value !== undefined && value !== null && value !== '';
}

/** One value of a list in the element must compare; no value is null. */
function createComparison(attribute: Attribute, filter: Compared): Matcher {
  const read = createReader(attribute, filter.path);
  const operand = readOperand(partAttribute(attribute, filter.path), filter);
  const { op } = filter;
  const equals = op === 'ne' ? createValueMatcher('eq', operand) : undefined;
  const matches = equals ? (kept: unknown) => !equals(kept) : createValueMatcher(op, operand);
  return (element) => {
    const kept = read(element);
    return Array.isArray(kept) && kept.length > 0 ? kept.some(matches) : matches(kept);
  };
}

function createValueMatcher(op: Comparison, operand: Operand): Matcher {
  switch (operand.as) {
    case 'nothing':
      return (kept) => kept === undefined || kept === null;
    case 'number':
      return (kept) => typeof kept === 'number' && isOrdered(op, kept - operand.number);
    case 'flag':
      return (kept) => kept === operand.flag;
    case 'instant': {
      const given = instantOf(operand.text) ?? NaN;
      return (kept) => typeof kept === 'string' && isOrdered(op, (instantOf(kept) ?? NaN) - given);
    }
    case 'text': {
      const fold = operand.caseExact ? (text: string) => text : foldCase;
      const given = fold(operand.text);
      const isText = (kept: unknown) => typeof kept === 'string' || typeof kept === 'boolean';
      return (kept) => isText(kept) && comparesText(op, fold(String(kept)), given);
    }
  }
}

function comparesText(op: Comparison, kept: string, given: string): boolean {
  if (op === 'co') return kept.includes(given);
  if (op === 'sw') return kept.startsWith(given);
  if (op === 'ew') return kept.endsWith(given);
  return op === 'eq' ? kept === given : isOrdered(op, compareText(kept, given));
}

/** `difference`: above 0 if the value is greater than what it is compared with; NaN: there is no telling. */
function isOrdered(op: Comparison, difference: number): boolean {
  if (op === 'eq') return difference === 0;
  if (op === 'gt') return difference > 0;
  if (op === 'ge') return difference >= 0;
  if (op === 'lt') return difference < 0;
  return op === 'le' && difference <= 0;
}
