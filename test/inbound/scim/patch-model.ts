import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { ENTERPRISE_URN } from '../../../src/inbound/scim/schema-enterprise.js';
import { BADGE_URN } from './badge.js';

/**
 * RFC 7644 §3.5.2 once more, slow and plain, to hold the engine against. It knows what docs/scim-schemas.md says on
 * top of the RFC, and only the attributes of `KINDS`; it is given steps, not paths, so it reads no text.
 */
export interface Step {
  op: 'add' | 'replace' | 'remove';
  urn?: string;
  attribute: string;
  /** All of them about one and the same value of a list. */
  where?: Condition[];
  sub?: string;
  value?: unknown;
}

export interface Condition {
  sub: string;
  op: 'eq' | 'ne' | 'sw' | 'gt' | 'pr';
  value?: string | number | boolean;
}

type Kind = 'simple' | 'immutable' | 'complex' | 'pointer' | 'texts' | 'list';

/** What the model knows; `list` and `complex` have parts. */
export const KINDS: Record<string, { urn?: string; kind: Kind; types?: string[]; isExact?: boolean }> = {
  title: { kind: 'simple' },
  active: { kind: 'simple' },
  name: { kind: 'complex' },
  emails: { kind: 'list', types: ['work', 'home', 'other'] },
  roles: { kind: 'list' },
  department: { urn: ENTERPRISE_URN, kind: 'simple' },
  manager: { urn: ENTERPRISE_URN, kind: 'pointer' },
  number: { urn: BADGE_URN, kind: 'simple' },
  serial: { urn: BADGE_URN, kind: 'immutable' },
  doors: { urn: BADGE_URN, kind: 'texts' },
  visits: { urn: BADGE_URN, kind: 'list', types: ['office', 'lab'], isExact: true },
};

export class Refused extends Error {
  constructor(readonly scimType: string) {
    super(scimType);
  }
}

export function applySteps(before: JsonObject, steps: Step[]): JsonObject {
  const resource = structuredClone(before);
  const had = hasNumber(resource);
  for (const step of steps) applyStep(resource, step);
  if (badgeOf(resource) && !hasNumber(resource)) throw new Refused(had ? 'mutability' : 'invalidValue');
  return resource;
}

function applyStep(resource: JsonObject, step: Step): void {
  const holder = step.urn ? ((resource[step.urn] ??= {}) as JsonObject) : resource;
  const key = step.attribute;
  const next = nextOf(step, holder[key]);
  if (KINDS[key]?.kind === 'immutable' && holder[key] !== undefined && lower(holder[key]) !== lower(next)) {
    throw new Refused('mutability');
  }
  if (isNone(next)) delete holder[key];
  else holder[key] = next;
  if (step.urn && Object.keys(holder).length === 0) delete resource[step.urn];
}

function nextOf(step: Step, before: unknown): unknown {
  const { op, value, sub } = step;
  const isRemoval = op === 'remove' || value === null;
  switch (KINDS[step.attribute]?.kind) {
    case 'complex':
      if (isRemoval && !sub) return undefined;
      return merge(before, sub ? { [sub]: isRemoval ? null : value } : (value as JsonObject));
    case 'pointer':
      return nextPointer(before, sub, isRemoval ? null : value);
    case 'texts':
      return nextTexts((before ?? []) as string[], op, isRemoval, value);
    case 'list':
      return nextList((before ?? []) as JsonObject[], step, isRemoval);
    default:
      return isRemoval ? undefined : value;
  }
}

function nextPointer(before: unknown, sub: string | undefined, value: unknown): unknown {
  if (sub === 'value' && (value === null || value === '')) return undefined;
  if (sub) return merge(before, { [sub]: value });
  if (value === null || value === '') return undefined;
  if (typeof value === 'string') return { value };
  const object = value as JsonObject;
  if (!('value' in object)) return merge(before, object);
  return object['value'] === null || object['value'] === '' ? undefined : merge({}, object);
}

function nextTexts(before: string[], op: Step['op'], isRemoval: boolean, value: unknown): string[] {
  const given = (Array.isArray(value) ? value : [value]) as string[];
  if (isRemoval && (value === null || value === undefined)) return [];
  const isIn = (list: string[], text: string) => list.some((one) => lower(one) === lower(text));
  if (isRemoval) return before.filter((one) => !isIn(given, one));
  const next = op === 'add' ? [...before] : [];
  for (const text of given) if (!isIn(next, text)) next.push(text);
  return next;
}

function nextList(before: JsonObject[], step: Step, isRemoval: boolean): JsonObject[] {
  const { op, attribute, where, sub, value } = step;
  if (!where && !sub) return nextWholeList(before, step, isRemoval);
  const isMeant = (one: JsonObject) => (where ?? []).every((condition) => holds(attribute, condition, one));
  // Without its value, a value is nothing.
  if (isRemoval && (!sub || sub === 'value')) return before.filter((one) => !isMeant(one));
  const list = before.map((one) => ({ ...one }));
  const meant = list.filter(isMeant);
  if (isRemoval) {
    for (const one of meant) setPart(attribute, one, sub as string, null);
    const left = list.filter((one) => !(meant.includes(one) && isNone(one)));
    return uniteSame(attribute, left, meant).list;
  }
  if (meant.length === 0) {
    const made = makeValue(step);
    list.push(made);
    meant.push(made);
  }
  for (const one of meant) {
    if (sub) setPart(attribute, one, sub, value);
    else if (op === 'add')
      for (const [name, part] of Object.entries(value as JsonObject)) setPart(attribute, one, name, part);
    else {
      for (const name of Object.keys(one)) delete one[name];
      Object.assign(one, merge(wanted(where ?? []) ?? {}, value as JsonObject));
    }
  }
  const united = uniteSame(attribute, list, meant);
  return uniteSame(attribute, onePrimary(united.list, united.meant), []).list;
}

/** Those that a change made one and the same are one, in the first's place; what was changed holds. */
function uniteSame(attribute: string, list: JsonObject[], meant: JsonObject[]) {
  const isFirst = (one: JsonObject, index: number) =>
    list.findIndex((other) => isSame(attribute, other, one)) === index;
  const groups = list.filter(isFirst).map((first) => list.filter((one) => isSame(attribute, first, one)));
  const united = groups.map(
    (group) => Object.assign({}, ...group, ...group.filter((one) => meant.includes(one))) as JsonObject,
  );
  const isMeant = (_: JsonObject, index: number) => groups[index]?.some((one) => meant.includes(one));
  return { list: united, meant: united.filter(isMeant) };
}

function nextWholeList(
  before: JsonObject[],
  { op, attribute, value }: Step,
  isRemoval: boolean,
): JsonObject[] {
  if (isRemoval && (value === null || value === undefined)) return [];
  const given = (Array.isArray(value) ? value : [value]) as JsonObject[];
  if (isRemoval) {
    return before.filter((one) => !given.some((named) => isNamed(attribute, one, named)));
  }
  const list = op === 'add' ? before.map((one) => ({ ...one })) : [];
  const setPrimary: JsonObject[] = [];
  for (const one of given) {
    const clean = (merge({}, one) ?? {}) as JsonObject;
    let place = list.find((other) => isSame(attribute, other, clean));
    if (place) Object.assign(place, clean);
    else list.push((place = clean));
    if (clean['primary'] === true) setPrimary.push(place);
  }
  return uniteSame(attribute, onePrimary(list, setPrimary), []).list;
}

/** Whoever is set as primary takes it from the others. */
function onePrimary(list: JsonObject[], touched: JsonObject[]): JsonObject[] {
  if (list.filter(({ primary }) => primary === true).length < 2) return list;
  const chosen = touched.filter(({ primary }) => primary === true);
  if (chosen.length > 1) throw new Refused('invalidValue');
  for (const one of list) if (one['primary'] === true && one !== chosen[0]) one['primary'] = false;
  return list;
}

function makeValue({ op, attribute, where }: Step): JsonObject {
  if (!where) return {};
  const made = wanted(where);
  const { types } = KINDS[attribute] ?? {};
  const isLabel = ([name, label]: [string, unknown]) =>
    name === 'primary' || (name === 'type' && (!types || types.includes(String(label).toLowerCase())));
  const mayBe = made && (op === 'add' || Object.entries(made).every(isLabel));
  if (!mayBe || !where.every((condition) => holds(attribute, condition, made))) throw new Refused('noTarget');
  return made;
}

/** What a filter of equalities asks for. */
function wanted(where: Condition[]): JsonObject | undefined {
  if (where.some(({ op }) => op !== 'eq')) return undefined;
  return Object.fromEntries(where.map(({ sub, value }) => [sub, value]));
}

function setPart(attribute: string, element: JsonObject, name: string, value: unknown): void {
  const isFixed = attribute === 'visits' && name === 'value' && element['value'] !== undefined;
  if (isFixed && element['value'] !== value) throw new Refused('mutability');
  if (value === null) delete element[name];
  else element[name] = value;
}

function holds(attribute: string, { sub, op, value }: Condition, element: JsonObject): boolean {
  const kept = element[sub];
  if (op === 'pr') return kept !== undefined && kept !== '';
  if (kept === undefined || kept === '') return op === 'ne';
  const [left, right] = [comparable(attribute, sub, kept), comparable(attribute, sub, value)];
  if (op === 'eq') return left === right;
  if (op === 'ne') return left !== right;
  if (op === 'sw') return String(left).startsWith(String(right));
  return (left as string) > (right as string);
}

function comparable(attribute: string, sub: string, value: unknown): unknown {
  if (sub === 'at') return Date.parse(String(value));
  if (typeof value !== 'string') return value;
  return sub === 'value' && KINDS[attribute]?.isExact ? value : value.toLowerCase();
}

/** Two values of a list are one when `value` and `type` are the same, or all of them when there is no `value`. */
function isSame(attribute: string, one: JsonObject, other: JsonObject): boolean {
  const names =
    'value' in one && 'value' in other ? ['value', 'type'] : [...Object.keys(one), ...Object.keys(other)];
  return names.every(
    (name) => comparable(attribute, name, one[name]) === comparable(attribute, name, other[name]),
  );
}

function isNamed(attribute: string, one: JsonObject, named: JsonObject): boolean {
  const names = 'value' in named ? ['value'] : Object.keys(named);
  return names.every(
    (name) => comparable(attribute, name, one[name]) === comparable(attribute, name, named[name]),
  );
}

function merge(before: unknown, given: JsonObject): JsonObject | undefined {
  const all = Object.entries({ ...(before as JsonObject | undefined), ...given });
  const merged = Object.fromEntries(all.filter(([, part]) => part !== null));
  return isNone(merged) ? undefined : merged;
}

function isNone(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function badgeOf(resource: JsonObject): JsonObject | undefined {
  return resource[BADGE_URN] as JsonObject | undefined;
}

function hasNumber(resource: JsonObject): boolean {
  return badgeOf(resource)?.['number'] !== undefined;
}

function lower(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
