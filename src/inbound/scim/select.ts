import { readAttributePath, type AttributePath } from './attribute-path.js';
import { refusal } from './error.js';
import { isEmpty, isObject, keyOf, type JsonObject } from './json.js';
import type { Shape } from './shape.js';

/** Which attributes an answer carries (RFC 7644 §3.9). */
export interface Selection {
  mode: 'only' | 'without';
  paths: AttributePath[];
}

/** Whatever is asked (RFC 7643 §7, `returned: always`). */
const ALWAYS = ['schemas', 'id'];
const MAX_LENGTH = 8_192;

/** Reads `attributes` and `excludedAttributes`; names that nothing can have are ignored. Null: everything. */
export function readSelection(shape: Shape, query: URLSearchParams): Selection | null {
  const only = query.get('attributes');
  const without = query.get('excludedAttributes');
  if (only && without) throw refusal('invalidValue', 'give attributes or excludedAttributes, not both');
  if (only) return { mode: 'only', paths: readPaths(shape, only) };
  return without ? { mode: 'without', paths: readPaths(shape, without) } : null;
}

function readPaths(shape: Shape, list: string): AttributePath[] {
  if (list.length > MAX_LENGTH) throw refusal('invalidValue', `a list of attributes is longer than ${MAX_LENGTH}`);
  const paths = list.split(',').map((name) => readAttributePath(shape, name.trim()));
  return paths.filter((path) => path !== undefined);
}

export function select(resource: JsonObject, selection: Selection | null): JsonObject {
  if (!selection) return resource;
  return selection.mode === 'only' ? keepOnly(resource, selection.paths) : leaveOut(resource, selection.paths);
}

function keepOnly(resource: JsonObject, paths: AttributePath[]): JsonObject {
  const kept: JsonObject = {};
  for (const key of ALWAYS) if (key in resource) kept[key] = resource[key];
  for (const path of paths) copy(resource, kept, namesOf(path));
  return kept;
}

function leaveOut(resource: JsonObject, paths: AttributePath[]): JsonObject {
  const dropped = paths.map(namesOf).filter(([first]) => !ALWAYS.includes(first ?? ''));
  return dropped.reduce((left, names) => (names.length > 0 ? drop(left, names) : left), resource);
}

/** The keys that lead to what a path means; none: the core schema as a whole. */
function namesOf({ urn, attribute, sub }: AttributePath): string[] {
  return [urn, attribute?.name, sub?.name].filter((name) => typeof name === 'string');
}

/** Copies what lies under the names from one object to the other, into what was copied before. */
function copy(from: JsonObject, to: JsonObject, [name, ...names]: string[]): void {
  if (name === undefined) return void Object.assign(to, from);
  const key = keyOf(from, name);
  if (key === undefined) return;
  const value = from[key];
  if (names.length === 0) to[key] = value;
  else if (isObject(value)) copy(value, (to[key] = isObject(to[key]) ? to[key] : {}), names);
  else if (Array.isArray(value)) to[key] = value.map((one, index) => copyOfElement(one, elementAt(to[key], index), names));
}
