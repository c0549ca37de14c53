import { readAttributePath, type AttributePath } from './attribute-path.js';
import { subAttribute, unknownAttribute, type Attribute } from './attribute.js';
import { invalidFilter } from './filter-token.js';
import type { Shape } from './shape.js';

/** An attribute that a filter or sortBy names. */
export interface Named extends AttributePath {
  attribute: Attribute;
  /** False: another of the types that are asked for has it; here it is as if it had no value (RFC 7644 §3.4.2.1). */
  isOwn: boolean;
}

/**
 * `others`: the types that are asked for as well. What no schema of ours describes is known only behind a URN that is
 * none of ours, nor of theirs. Undefined: none of them has it, or keeps it.
 */
export function findAttribute(shape: Shape, others: Shape[], text: string): Named | undefined {
  const all = [shape, ...others];
  const own = knownPath(shape, text, all);
  if (own) return { ...own, isOwn: true };
  for (const other of others) {
    const known = knownPath(other, text, all);
    if (known) return { ...known, isOwn: false };
  }
  return undefined;
}

/** A sub-attribute by its name; of a simple attribute's value, that value itself is its `value`. Throws `invalidFilter`. */
export function findSub(attribute: Attribute, name: string, at?: number): Attribute {
  if (attribute.type === 'any') return unknownAttribute(name);
  const isValue = name.toLowerCase() === 'value';
  const sub = attribute.type === 'complex' ? subAttribute(attribute, name) : isValue && single(attribute);
  if (sub) return sub;
  throw invalidFilter(
    `${JSON.stringify(name.slice(0, 100))} is not a sub-attribute of ${attribute.name}`,
    at,
  );
}

function single(attribute: Attribute): Attribute {
  return { ...attribute, multiValued: false };
}

function knownPath(
  shape: Shape,
  text: string,
  all: Shape[],
): (AttributePath & { attribute: Attribute }) | undefined {
  const path = readAttributePath(shape, text);
  const attribute = path?.attribute;
  if (!path || !attribute || attribute.returned === 'never' || path.sub?.returned === 'never')
    return undefined;
  if (attribute.type === 'any')
    return path.urn !== null && !isOurs(all, path.urn) ? { ...path, attribute } : undefined;
  return path.sub?.type === 'any' ? undefined : { ...path, attribute };
}

function isOurs(shapes: Shape[], urn: string): boolean {
  const tables = shapes.flatMap(({ core, extensions }) => [core, ...extensions]);
  return tables.some((table) => table.urn.toLowerCase() === urn.toLowerCase());
}
