import { subAttribute, unknownAttribute, type Attribute } from './attribute.js';
import type { SchemaTable, Shape } from './shape.js';

/** Where in a resource an attribute stands: `name`, `name.sub`, either behind a schema's URN. */
export interface AttributePath {
  /** The extension's URN, under which the resource keeps it; null: at the top. */
  urn: string | null;
  /** Null: the extension, or the resource, as a whole. */
  attribute: Attribute | null;
  sub: Attribute | null;
}

const NAME = /^[A-Za-z$][\w$-]*$/;
const URN = /^urn:(?!.*["'[\]])[!-~]+$/i;
const PROTOTYPE_NAMES = new Set(['constructor', 'prototype', '__proto__']);

/** The ABNF's ATTRNAME and `$ref`, except names that reach an object's prototype. */
export function isAttributeName(name: string): boolean {
  return NAME.test(name) && !PROTOTYPE_NAMES.has(name);
}

export function isUrn(text: string): boolean {
  return URN.test(text);
}

/**
 * Reads RFC 7644's attrPath (§3.10), any case. Names that no schema knows are kept as they come; a bare name of
 * an extension means that extension, as Entra writes `manager`. `isWhole`: an unknown URN is itself the key of an
 * extension, instead of a URN with an attribute's name behind it. Undefined: not a path.
 */
export function readAttributePath(shape: Shape, path: string, isWhole = false): AttributePath | undefined {
  const place = readPlace(shape, path, isWhole);
  if (!place) return undefined;
  const { urn, rest } = place;
  if (rest === null) return { urn, attribute: null, sub: null };
  const dot = rest.indexOf('.');
  const name = dot < 0 ? rest : rest.slice(0, dot);
  const subName = dot < 0 ? null : rest.slice(dot + 1);
  if (!isAttributeName(name) || (subName !== null && !isAttributeName(subName))) return undefined;
  const found = findAttribute(shape, place, name);
  return { ...found, sub: subName === null ? null : findSub(found.attribute, subName) };
}

interface Place {
  /** The known schema that a URN names. */
  table: SchemaTable | null;
  urn: string | null;
  /** What stands behind the URN; null: nothing. */
  rest: string | null;
}

function readPlace(shape: Shape, path: string, isWhole: boolean): Place | undefined {
  if (path.slice(0, 4).toLowerCase() !== 'urn:') return { table: null, urn: null, rest: path };
  const table = findTable(shape, path);
  if (table) {
    const tail = path.slice(table.urn.length);
    return { table, urn: table.key, rest: tail === '' ? null : tail.slice(1) };
  }
  if (!URN.test(path)) return undefined;
  if (isWhole) return { table: null, urn: path, rest: null };
  const colon = path.lastIndexOf(':');
  return { table: null, urn: path.slice(0, colon), rest: path.slice(colon + 1) };
}

/** Of two schemas whose URNs begin alike, the longer one is meant. */
function findTable({ core, extensions }: Shape, path: string): SchemaTable | undefined {
  let found: SchemaTable | undefined;
  for (const table of [core, ...extensions]) {
    const { length } = table.urn;
    if (found && found.urn.length >= length) continue;
    if (path.length > length && path[length] !== ':') continue;
    if (path.slice(0, length).toLowerCase() === table.urn.toLowerCase()) found = table;
  }
  return found;
}

function findAttribute(
  shape: Shape,
  { table, urn }: Place,
  name: string,
): { urn: string | null; attribute: Attribute } {
  const lower = name.toLowerCase();
  if (table) return { urn, attribute: table.attributes.get(lower) ?? unknownAttribute(name) };
  const core = urn === null ? shape.core.attributes.get(lower) : undefined;
  if (core) return { urn, attribute: core };
  const extension = urn === null ? shape.extensions.find((one) => one.attributes.has(lower)) : undefined;
  const attribute = extension?.attributes.get(lower) ?? unknownAttribute(name);
  return { urn: extension?.urn ?? urn, attribute };
}

function findSub(attribute: Attribute, name: string): Attribute {
  return subAttribute(attribute, name) ?? unknownAttribute(name);
}
