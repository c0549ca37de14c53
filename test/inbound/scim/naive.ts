import type { JsonObject } from '../../../src/inbound/scim/json.js';

/**
 * RFC 7644 §3.4.2.2 and §3.4.2.3 as simply as they can be said, over resources as clients see them. It knows nothing
 * of src: what is compared how is in the table below.
 */
export interface Fact {
  type: 'string' | 'boolean' | 'number' | 'dateTime' | 'binary' | 'complex' | 'any';
  caseExact?: boolean;
  /** Compared without the space around it, in NFC. */
  isName?: boolean;
  many?: boolean;
}

export type Node =
  | { op: 'and' | 'or'; nodes: Node[] }
  | { op: 'not'; node: Node }
  | { op: 'pr'; path: Path }
  | { op: 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'; path: Path; value: Value }
  | { op: '[]'; path: Path; node: Node };
export type Value = string | number | boolean | null;

/** The keys from the resource, or from the element in brackets, to the value. `[urn,] attribute [, sub]`. */
export interface Path {
  keys: string[];
  fact: Fact;
  text: string;
  /** Worth comparing with, beside what is worth it everywhere. */
  words?: string[];
}

export function holds(node: Node, thing: unknown): boolean {
  switch (node.op) {
    case 'and':
      return node.nodes.every((one) => holds(one, thing));
    case 'or':
      return node.nodes.some((one) => holds(one, thing));
    case 'not':
      return !holds(node.node, thing);
    case '[]':
      return elementsAt(thing, node.path.keys).some((element) => holds(node.node, element));
    case 'pr':
      return hasValue(elementsAt(thing, node.path.keys));
    default: {
      const values = elementsAt(thing, node.path.keys);
      const { op, path, value } = node;
      return (values.length > 0 ? values : [undefined]).some((one) => compares(op, one, value, path.fact));
    }
  }
}

/** Every value at the end of the keys; undefined for a value of a list that has nothing there. */
export function elementsAt(thing: unknown, keys: string[]): unknown[] {
  let things: unknown[] = [thing];
  let isList = false;
  for (const key of keys) {
    const next: unknown[] = things.map((one) =>
      typeof one === 'object' && one !== null ? (one as JsonObject)[key] : undefined,
    );
    const there: unknown[] = isList ? next : next.filter((one) => one !== undefined);
    isList ||= there.some(Array.isArray);
    things = there.flatMap((one: unknown) => (Array.isArray(one) ? one : [one]));
  }
  return things;
}

function hasValue(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  return typeof value === 'object' ? Object.values(value).some(hasValue) : true;
}

function compares(op: string, kept: unknown, value: Value, fact: Fact): boolean {
  if (op === 'ne') return !compares('eq', kept, value, fact);
  if (value === null) return kept === undefined || kept === null;
  if (fact.type === 'boolean') return kept === (String(value).toLowerCase() === 'true');
  if (fact.type === 'number' || typeof value === 'number')
    return typeof kept === 'number' && ordered(op, kept - Number(value));
  if (typeof kept !== 'string' && !(fact.type === 'any' && typeof kept === 'boolean')) return false;
  if (fact.type === 'dateTime' && !['co', 'sw', 'ew'].includes(op)) {
    const [one, other] = [instant(String(kept)), instant(String(value))];
    return one !== undefined && other !== undefined && ordered(op, one - other);
  }
  const isPart = ['co', 'sw', 'ew'].includes(op);
  return comparesText(op, plain(String(kept), fact), plain(String(value), fact, isPart));
}

function comparesText(op: string, kept: string, value: string): boolean {
  if (op === 'co') return kept.includes(value);
  if (op === 'sw') return kept.startsWith(value);
  if (op === 'ew') return kept.endsWith(value);
  return ordered(op, Buffer.compare(Buffer.from(kept), Buffer.from(value)));
}

function ordered(op: string, difference: number): boolean {
  return {
    eq: difference === 0,
    gt: difference > 0,
    ge: difference >= 0,
    lt: difference < 0,
    le: difference <= 0,
  }[op] as boolean;
}

function plain(text: string, { caseExact, isName }: Fact, isPart = false): string {
  const trimmed = isName && !isPart ? text.trim() : text;
  const composed = isName ? trimmed.normalize('NFC') : trimmed;
  return caseExact
    ? composed
    : [...composed].map((one) => (one === '\u0130' ? 'i' : one.toLowerCase())).join('');
}

/** Undefined for what is no day of the calendar. */
function instant(text: string): number | undefined {
  const [day = '', time] = text.split('T');
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (!time || day < '0001' || Number.isNaN(midnight)) return undefined;
  if (!new Date(midnight).toISOString().startsWith(day)) return undefined;
  const at = Date.parse(/^[\d:.]+$/.test(time) ? `${text}Z` : text);
  return Number.isNaN(at) ? undefined : at;
}

export interface Key {
  path: Path;
  isDescending: boolean;
}

/** The ids in the order of a sort; without one, by id. */
export function sorted(resources: JsonObject[], key: Key | null): unknown[] {
  const way = key?.isDescending ? -1 : 1;
  const byId = (a: JsonObject, b: JsonObject) => (String(a['id']) < String(b['id']) ? -1 : 1);
  const rank = (resource: JsonObject) => (key ? keyOf(resource, key.path) : null);
  return [...resources]
    .sort((a, b) => way * (compareKeys(rank(a), rank(b)) || byId(a, b)))
    .map(({ id }) => id);
}

function keyOf(resource: JsonObject, { keys, fact }: Path): string | number | null {
  let value: unknown = resource;
  for (const key of keys) value = chosen((value as JsonObject | undefined)?.[key]);
  if (fact.type === 'dateTime') return typeof value === 'string' ? (instant(value) ?? null) : null;
  if (fact.type === 'number') return typeof value === 'number' ? value : null;
  if (fact.type === 'boolean') return typeof value === 'boolean' ? Number(value) : null;
  return typeof value === 'string' ? plain(value, fact) : null;
}

/** Of a list, the primary value or else the first. */
function chosen(value: unknown): unknown {
  return Array.isArray(value) ? (value.find((one) => one?.primary === true) ?? value[0]) : value;
}

/** What has no value is greater than all. */
function compareKeys(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}
