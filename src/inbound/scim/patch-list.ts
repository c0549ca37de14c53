import { subAttribute, type Attribute } from './attribute.js';
import { canonical, createElementKey } from './canonical.js';
import { refusal } from './error.js';
import { createMatcher, templateOf, type Matcher } from './filter-match.js';
import type { Filter } from './filter.js';
import { isEmpty, isObject, isSameJson, valueOf, withKey, type JsonObject } from './json.js';
import { checkParts } from './mutability.js';
import type { AttributeTarget, Mode } from './patch-path.js';
import { MAX_VALUES, tooManyValues, unite } from './union.js';
import { isPrimary, mergePart, mergeParts, readElement, readValues, tooManyPrimaries } from './value.js';

/** A multi-valued attribute's values after an `add` or `replace`; undefined: it has none. */
export function changeList(target: AttributeTarget, before: unknown, value: unknown, mode: Mode): unknown {
  const { attribute, filter, sub } = target;
  const values = valuesOf(before);
  if (filter || sub) return changeElements(target, values, value, mode);
  const given = readValues(attribute, value);
  if (mode === 'replace') return listOf(attribute, given, given);
  const all = unite(attribute, values, given);
  const primary = given.find(isPrimary);
  if (primary === undefined) return listOf(attribute, all, []);
  const keyOf = createElementKey(attribute);
  return listOf(
    attribute,
    all,
    all.filter((one) => keyOf(one) === keyOf(primary)),
  );
}

/** A multi-valued attribute's values after a `remove`; undefined: it has none. */
export function removeFromList(target: AttributeTarget, before: unknown, value: unknown): unknown {
  const { attribute, sub } = target;
  const values = valuesOf(before);
  if (!sub) return listOf(attribute, valuesLeft(target, values, value), []);
  const without = (one: unknown) => withoutSub(attribute, one, sub);
  return listOfChanged(attribute, changeSome(target, values, without));
}

function valuesLeft({ attribute, filter }: AttributeTarget, values: unknown[], value: unknown): unknown[] {
  const matches = matcher(attribute, filter);
  if (filter) return values.filter((one) => !matches(one));
  if (value === undefined || value === null || value === '') return [];
  const named = readValues(attribute, value);
  return values.filter((one) => !named.some((name) => isNamedBy(attribute, one, name)));
}

function changeElements(target: AttributeTarget, values: unknown[], value: unknown, mode: Mode): unknown {
  const { attribute, filter } = target;
  const change = (one: unknown) => changeElement(target, one, value, mode);
  const some = changeSome(target, values, change);
  if (some.touched.length > 0) return listOfChanged(attribute, some);
  const made = change(newElement(attribute, filter, mode));
  return listOfChanged(attribute, { changed: [...some.changed, made], touched: [made], mayMeet: true });
}

/** Values after a change of some; undefined: nothing is left of one. */
interface Changed {
  changed: unknown[];
  /** Those that were changed. */
  touched: unknown[];
  /** Whether one became another value than it was, and so maybe one that is there already. */
  mayMeet: boolean;
}

function changeSome(
  { attribute, filter }: AttributeTarget,
  values: unknown[],
  change: (one: unknown) => unknown,
): Changed {
  const matches = matcher(attribute, filter);
  const keyOf = createElementKey(attribute);
  const touched: unknown[] = [];
  let mayMeet = false;
  const changed = values.map((one) => {
    if (!matches(one)) return one;
    const next = change(one);
    touched.push(next);
    mayMeet ||= next !== undefined && keyOf(next) !== keyOf(one);
    return next;
  });
  return { changed, touched, mayMeet };
}

/** Two that a change made one and the same are one (RFC 7643 §2.4), in the place of the first; what was changed holds. */
function listOfChanged(attribute: Attribute, { changed, touched, mayMeet }: Changed): unknown[] | undefined {
  const values = changed.filter((one) => one !== undefined);
  if (!mayMeet || attribute.type === 'any') return listOf(attribute, values, touched);
  const keyOf = createElementKey(attribute);
  const written = touched.filter((one) => one !== undefined);
  const keys = new Set(written.map(keyOf));
  const all = unite(attribute, unite(attribute, [], values), written);
  return listOf(
    attribute,
    all,
    all.filter((one) => keys.has(keyOf(one))),
  );
}

/** Undefined: nothing is left of it. */
function changeElement(target: AttributeTarget, element: unknown, value: unknown, mode: Mode): unknown {
  const { attribute, filter, sub } = target;
  const before = isObject(element) ? element : {};
  if (sub) return changeSub(attribute, sub, before, value, mode);
  const one = Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
  if (attribute.type !== 'complex' && attribute.type !== 'any') return readElement(attribute, one);
  if (!isObject(one) || isEmpty(one)) {
    throw refusal('invalidValue', `one value of ${attribute.name} must be given as an object`);
  }
  if (mode === 'replace')
    return mergeParts(attribute, filter && templateElement(attribute, filter), one, mode);
  const changed = mergeParts(attribute, before, one, mode);
  checkParts(attribute, before, changed);
  return changed;
}

function changeSub(
  attribute: Attribute,
  sub: Attribute,
  before: JsonObject,
  value: unknown,
  mode: Mode,
): unknown {
  const changed = mergePart(attribute, sub, before, value, mode);
  checkParts(attribute, before, changed);
  return Object.keys(changed).length > 0 ? changed : undefined;
}

/**
 * RFC 7644 §3.5.2.3 says noTarget when a `replace` finds no value; but Entra relies on
 * `emails[type eq "work"].value` making the work address. So one is made when the filter only names labels that the
 * schema knows; an `add` makes whatever its filter asks for.
 */
function newElement(attribute: Attribute, filter: Filter | null, mode: Mode): JsonObject {
  if (!filter) return {};
  const element = templateElement(attribute, filter);
  const isMade = element && (mode === 'add' || namesLabels(attribute, element));
  if (!isMade || !createMatcher(attribute, filter)(element)) {
    throw refusal('noTarget', `no value of ${attribute.name} matches the filter of the path`);
  }
  return element;
}

/** `type`, of those that the schema suggests where it suggests any, and `primary`. */
function namesLabels(attribute: Attribute, element: JsonObject): boolean {
  return Object.entries(element).every(([name, label]) => {
    if (name === 'primary') return true;
    if (name !== 'type') return false;
    const sub = subAttribute(attribute, name);
    const suggested = sub?.canonicalValues;
    return !suggested || suggested.some((one) => canonical(sub, one) === canonical(sub, label));
  });
}

function templateElement(attribute: Attribute, filter: Filter): JsonObject | undefined {
  const template = templateOf(filter);
  const [element] = template ? readValues(attribute, template) : [];
  return isObject(element) ? element : undefined;
}

/** A value without its `value` is nothing; without another sub-attribute it stays. */
function withoutSub(attribute: Attribute, element: unknown, sub: Attribute): unknown {
  if (!isObject(element) || sub.name === 'value') return undefined;
  const left = withKey(element, sub.name, undefined);
  checkParts(attribute, element, left);
  return isEmpty(left) ? undefined : left;
}

/** Entra removes single values of a list by giving them (`{op: "Remove", path, value: [{value}]}`). */
function isNamedBy(attribute: Attribute, element: unknown, name: unknown): boolean {
  if (!isObject(element) || !isObject(name))
    return canonical(attribute, element) === canonical(attribute, name);
  const keys = name['value'] === undefined ? Object.keys(name) : ['value'];
  return keys.every((key) => {
    const sub = subAttribute(attribute, key);
    return sub
      ? canonical(sub, valueOf(element, key)) === canonical(sub, name[key])
      : isSameJson(valueOf(element, key), name[key]);
  });
}

/** Setting one value as primary takes it from the others (RFC 7644 §3.5.2). */
function listOf(attribute: Attribute, values: unknown[], touched: unknown[]): unknown[] | undefined {
  if (values.length > MAX_VALUES) throw tooManyValues(attribute.name);
  if (values.filter(isPrimary).length < 2) return values.length > 0 ? values : undefined;
  const [chosen, ...others] = touched.filter(isPrimary);
  if (others.length > 0) throw tooManyPrimaries(attribute.name);
  const demoted = values.map((one) =>
    one !== chosen && isPrimary(one) ? { ...(one as JsonObject), primary: false } : one,
  );
  return attribute.type === 'any' ? demoted : unite(attribute, [], demoted);
}

function matcher(attribute: Attribute, filter: Filter | null): Matcher {
  return filter ? createMatcher(attribute, filter) : () => true;
}

function valuesOf(before: unknown): unknown[] {
  if (before === undefined) return [];
  return Array.isArray(before) ? before : [before];
}
