import { readAttributePath, type AttributePath } from './attribute-path.js';
import { subAttribute, type Attribute } from './attribute.js';
import { refusal } from './error.js';
import { isEmpty, isObject, type JsonObject } from './json.js';
import type { SchemaTable, Shape } from './shape.js';

/** Which attributes an answer carries (RFC 7644 §3.9). */
export interface Selection {
  shape: Shape;
  /** `only` what is named, or everything `without` it. */
  mode: 'only' | 'without';
  names: Names;
  /** What the request itself set. */
  said: Names;
}

/** By names in lower case. */
type Names = ReadonlyMap<string, Named>;

interface Named {
  /** Itself, and not only something under it. */
  whole: boolean;
  under: Map<string, Named>;
}

const MAX_LENGTH = 8_192;
const NOTHING: Names = new Map();

/** Reads `attributes` and `excludedAttributes`; what is no attribute's name is ignored. Null: everything. */
export function readSelection(shape: Shape, query: URLSearchParams): Selection | null {
  const only = query.get('attributes');
  const without = query.get('excludedAttributes');
  if (only && without) throw refusal('invalidValue', 'give attributes or excludedAttributes, not both');
  if (only) return { shape, mode: 'only', names: readNames(shape, only), said: NOTHING };
  if (without) return { shape, mode: 'without', names: readNames(shape, without), said: NOTHING };
  const hides = [shape.core, ...shape.extensions].some((table) => table.hides);
  return hides ? { shape, mode: 'without', names: NOTHING, said: NOTHING } : null;
}

/** The part of a resource that is to be answered; the schemas' `returned` has the last word (RFC 7643 §7). */
export function select(resource: JsonObject, selection: Selection | null): JsonObject {
  if (!selection) return resource;
  const { shape, mode, names, said } = selection;
  return show(resource, partsOfResource(shape), { mode, names, said, whole: mode === 'without' });
}

/**
 * The selection for the answer to a write: what is returned on request is also returned to whoever just set it
 * (RFC 7643 §7). `body` is that of a POST or PUT, or the operations of a PATCH.
 */
export function withSaid(selection: Selection | null, body: unknown): Selection | null {
  if (selection?.mode !== 'without') return selection;
  const { shape } = selection;
  if (![shape.core, ...shape.extensions].some((table) => table.hides)) return selection;
  const said = new Map<string, Named>();
  const operations = Array.isArray(body) ? body.filter(isObject) : [{ value: body }];
  for (const { path, value } of operations) {
    addSaid(shape, said, typeof path === 'string' ? { [path]: value } : value, '');
  }
  return { ...selection, said };
}

function addSaid(shape: Shape, said: Map<string, Named>, object: unknown, prefix: string): void {
  if (!isObject(object)) return;
  for (const [key, value] of Object.entries(object)) {
    const path = readAttributePath(shape, prefix + key.replace(/\[.*\]/s, ''), isObject(value));
    if (!path) continue;
    if (!path.attribute) addSaid(shape, said, value, path.urn === null ? '' : `${path.urn}:`);
    const names = namesOf(path);
    addPath(said, names);
    for (const one of Array.isArray(value) ? value : [value]) {
      for (const sub of isObject(one) ? Object.keys(one) : []) addPath(said, [...names, sub.toLowerCase()]);
    }
  }
}

/** Whether an answer can carry anything of an attribute of the core: what it cannot need not be loaded. */
export function isSelected(selection: Selection | null, name: string): boolean {
  if (!selection) return true;
  const named = selection.names.get(name.toLowerCase());
  return selection.mode === 'only' ? named !== undefined : named?.whole !== true;
}

function readNames(shape: Shape, list: string): Names {
  if (list.length > MAX_LENGTH) {
    throw refusal('invalidValue', `a list of attributes can have at most ${MAX_LENGTH} characters`);
  }
  const names = new Map<string, Named>();
  for (const text of list.split(',')) {
    const path = readAttributePath(shape, text.trim());
    if (path) addPath(names, namesOf(path));
  }
  return names;
}

function namesOf({ urn, attribute, sub }: AttributePath): string[] {
  return [urn, attribute?.name, sub?.name].flatMap((name) => name?.toLowerCase() ?? []);
}

function addPath(names: Map<string, Named>, [name, ...deeper]: string[]): void {
  if (name === undefined) return;
  const named: Named = names.get(name) ?? { whole: false, under: new Map() };
  names.set(name, named);
  if (deeper.length === 0) named.whole = true;
  addPath(named.under, deeper);
}

/** What the schema says of a key, and of the keys under it. */
interface Part {
  returned: Attribute['returned'];
  /** Whether anything under it is returned otherwise than by default. */
  differs: boolean;
  parts: Parts;
}
type Parts = (key: string) => Part | undefined;

interface Asked {
  mode: Selection['mode'];
  names: Names;
  said: Names;
  /** Whether what is not named is shown too. */
  whole: boolean;
}

function show(object: JsonObject, parts: Parts, { mode, names, said, whole }: Asked): JsonObject {
  const shown: JsonObject = {};
  for (const [key, value] of Object.entries(object)) {
    const part = parts(key) ?? UNKNOWN;
    if (part.returned === 'never') continue;
    const named = names.get(key.toLowerCase());
    const isSaid =
      part.returned === 'request' && !named?.whole && said.get(key.toLowerCase())?.whole === true;
    const isShown = part.returned === 'always' || isSaid || isAsked(part, mode, named, whole);
    const looksInside = part.differs || (named !== undefined && named.under.size > 0);
    const under = {
      mode,
      names: named?.under ?? NOTHING,
      said: said.get(key.toLowerCase())?.under ?? NOTHING,
      whole: isShown,
    };
    const selected = looksInside
      ? deep(value, (one) => show(one, part.parts, under))
      : isShown
        ? value
        : undefined;
    if (selected !== undefined) shown[key] = selected;
  }
  return shown;
}

function isAsked({ returned }: Part, mode: Asked['mode'], named: Named | undefined, whole: boolean): boolean {
  const isDefault = returned === 'default' && whole;
  return mode === 'only' ? named?.whole === true || isDefault : isDefault && named?.whole !== true;
}

function partsOfResource({ core, extensions }: Shape): Parts {
  return (key) => {
    const attribute = core.attributes.get(key.toLowerCase());
    if (attribute) return partOf(attribute);
    const extension = extensions.find(({ urn }) => urn.toLowerCase() === key.toLowerCase());
    return extension && partOfExtension(extension);
  };
}

function partOfExtension({ attributes, differs }: SchemaTable): Part {
  const parts: Parts = (key) => {
    const attribute = attributes.get(key.toLowerCase());
    return attribute && partOf(attribute);
  };
  return { returned: 'default', differs, parts };
}

function partOf(attribute: Attribute): Part {
  const { returned, subAttributes } = attribute;
  const parts: Parts = (key) => {
    const sub = subAttribute(attribute, key);
    return sub && { returned: sub.returned, differs: false, parts: () => undefined };
  };
  return { returned, differs: subAttributes?.some((sub) => sub.returned !== 'default') === true, parts };
}

const UNKNOWN: Part = { returned: 'default', differs: false, parts: () => undefined };

/** Applies to an object, or to each value of a multi-valued attribute; what is then empty is left out. */
function deep(value: unknown, change: (object: JsonObject) => JsonObject): unknown {
  if (!Array.isArray(value)) return isObject(value) ? nonEmpty(change(value)) : undefined;
  const values = value.flatMap((one) => (isObject(one) ? (nonEmpty(change(one)) ?? []) : []));
  return values.length > 0 ? values : undefined;
}

function nonEmpty(object: JsonObject): JsonObject | undefined {
  return isEmpty(object) ? undefined : object;
}
