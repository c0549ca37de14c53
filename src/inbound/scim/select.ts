import { readAttributePath, type AttributePath } from './attribute-path.js';
import { refusal } from './error.js';
import { isEmpty, isObject, type JsonObject } from './json.js';
import type { Shape } from './shape.js';

/** Which attributes an answer carries (RFC 7644 §3.9). */
export interface Selection {
  mode: 'only' | 'without';
  names: Names;
}

/** Names in lower case; null: with all that is under it. */
type Names = Map<string, Names | null>;

/** In every answer (RFC 7643 §7, `returned: always`). */
const ALWAYS = ['schemas', 'id'];
const MAX_LENGTH = 8_192;

/** Reads `attributes` and `excludedAttributes`; what is no attribute's name is ignored. Null: everything. */
export function readSelection(shape: Shape, query: URLSearchParams): Selection | null {
  const only = query.get('attributes');
  const without = query.get('excludedAttributes');
  if (only && without) throw refusal('invalidValue', 'give attributes or excludedAttributes, not both');
  if (only) return { mode: 'only', names: readNames(shape, only, ALWAYS) };
  return without ? { mode: 'without', names: readNames(shape, without, []) } : null;
}

export function select(resource: JsonObject, selection: Selection | null): JsonObject {
  if (!selection) return resource;
  const { mode, names } = selection;
  return mode === 'only' ? keepOnly(resource, names) : leaveOut(resource, names);
}

function readNames(shape: Shape, list: string, always: string[]): Names {
  if (list.length > MAX_LENGTH) {
    throw refusal('invalidValue', `a list of attributes can have at most ${MAX_LENGTH} characters`);
  }
  const names: Names = new Map(always.map((name) => [name, null]));
  for (const text of list.split(',')) {
    const path = readAttributePath(shape, text.trim());
    if (path) addPath(names, namesOf(path));
  }
  if (always.length === 0) ALWAYS.forEach((name) => names.delete(name));
  return names;
}

function namesOf({ urn, attribute, sub }: AttributePath): string[] {
  return [urn, attribute?.name, sub?.name].flatMap((name) => name?.toLowerCase() ?? []);
}

function addPath(names: Names, [name, ...deeper]: string[]): void {
  if (name === undefined) return;
  const known = names.get(name);
  if (known === null) return;
  const under: Names = known ?? new Map();
  names.set(name, deeper.length > 0 ? under : null);
  addPath(under, deeper);
}

function keepOnly(object: JsonObject, names: Names): JsonObject {
  return mapEntries(object, (key, value) => {
    const under = names.get(key.toLowerCase());
    return under ? deep(value, (one) => keepOnly(one, under)) : under === null ? value : undefined;
  });
}

function leaveOut(object: JsonObject, names: Names): JsonObject {
  return mapEntries(object, (key, value) => {
    const under = names.get(key.toLowerCase());
    return under ? deep(value, (one) => leaveOut(one, under)) : under === null ? undefined : value;
  });
}

/** Applies to an object, or to each value of a multi-valued attribute; what is then empty is left out. */
function deep(value: unknown, change: (object: JsonObject) => JsonObject): unknown {
  if (!Array.isArray(value)) return isObject(value) ? nonEmpty(change(value)) : undefined;
  return value.flatMap((one) => (isObject(one) ? (nonEmpty(change(one)) ?? []) : []));
}

function nonEmpty(object: JsonObject): JsonObject | undefined {
  return isEmpty(object) ? undefined : object;
}

function mapEntries(object: JsonObject, change: (key: string, value: unknown) => unknown): JsonObject {
  const entries = Object.entries(object).map(([key, value]) => [key, change(key, value)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
