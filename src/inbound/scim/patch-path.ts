import { isAttributeName, readAttributePath } from './attribute-path.js';
import { unknownAttribute, type Attribute } from './attribute.js';
import { refusal, type ScimError } from './error.js';
import { checkComparison } from './filter-match.js';
import { MAX_FILTER_LENGTH } from './filter-text.js';
import { invalidFilter } from './filter-token.js';
import { readFilter, type Filter } from './filter.js';
import type { Shape } from './shape.js';

/** What an operation is about: an attribute, some of its values, a sub-attribute of either. */
export interface Target {
  urn: string | null;
  /** Null: the extension, or the resource, as a whole. */
  attribute: Attribute | null;
  /** Which values of a multi-valued attribute; null: all. */
  filter: Filter | null;
  sub: Attribute | null;
}

/** A target inside an attribute. */
export type AttributeTarget = Target & { attribute: Attribute };

/** What an operation does with a value. */
export type Mode = 'add' | 'replace';

/** `emails[type eq "work"].value`: before, in and behind the brackets. */
const WITH_FILTER = /^([^[\]]+)\[(.*)\](\.[^[\].]+)?$/s;

/**
 * Reads the PATH of RFC 7644 §3.5.2, figure 7. `isWhole`: an unknown URN is the key of an extension. Throws
 * `invalidPath`, or `invalidFilter` for what stands in brackets.
 */
export function readTarget(shape: Shape, text: string, isWhole = false): Target {
  // Most keys are plain names of core attributes: nothing of them needs reading.
  const core = shape.core.attributes.get(text.toLowerCase());
  if (core) return { urn: null, attribute: core, filter: null, sub: null };
  if (text.length > MAX_FILTER_LENGTH)
    throw invalidPath(text, `is longer than ${MAX_FILTER_LENGTH} characters`);
  if (!text.includes('[')) {
    const path = readAttributePath(shape, text, isWhole);
    if (!path) throw invalidPath(text, 'is not an attribute');
    return { ...path, filter: null };
  }
  const [, head = '', inside = '', tail = ''] = WITH_FILTER.exec(text) ?? [];
  const path = readAttributePath(shape, head);
  if (!path?.attribute || path.sub) throw invalidPath(text, 'is not an attribute with a filter');
  const whole = readAttributePath(shape, head + tail);
  if (!whole) throw invalidPath(text, 'does not end in a sub-attribute');
  const attribute = filterable(path.attribute, text);
  return { ...whole, attribute, filter: simple(attribute, readFilter(inside, head.length + 1)) };
}

function filterable(attribute: Attribute, text: string): Attribute {
  if (attribute.type === 'any') return unknownAttribute(attribute.name, true);
  if (!attribute.multiValued) throw invalidPath(text, 'filters an attribute that has one value');
  return attribute;
}

/** What brackets can ask of one value: its sub-attributes, compared or present. */
function simple(attribute: Attribute, filter: Filter): Filter {
  switch (filter.op) {
    case 'and':
    case 'or':
      return { op: filter.op, filters: filter.filters.map((one) => simple(attribute, one)) };
    case 'not':
      return { op: 'not', filter: simple(attribute, filter.filter) };
    case '[]':
      throw invalidFilter('brackets cannot stand in brackets', filter.at);
    default:
      if (!isAttributeName(filter.path))
        throw invalidFilter('in brackets only sub-attributes can be compared', filter.at);
      if (filter.op !== 'pr') checkComparison(attribute, filter);
      return filter;
  }
}

function invalidPath(text: string, why: string): ScimError {
  return refusal('invalidPath', `the path ${JSON.stringify(text.slice(0, 100))} ${why}`);
}
