import type { Attribute } from './attribute.js';
import { refusal } from './error.js';
import { matchesFilter, templateOf } from './filter-match.js';
import type { Filter } from './filter.js';
import { isObject, isSameJson, withKey, type JsonObject } from './json.js';
import type { AttributeTarget, Mode } from './patch-path.js';
import { isPrimary, MAX_VALUES, readValue, readValues, tooManyPrimaries, tooManyValues } from './value.js';

/** A multi-valued attribute's values after an `add` or `replace`; undefined: it has none. */
export function changeList(target: AttributeTarget, before: unknown, value: unknown, mode: Mode): unknown {
  const { attribute, filter, sub } = target;
  const values = valuesOf(before);
  if (filter || sub) return changeElements(target, values, value, mode);
  const given = readValues(attribute, value);
  if (mode === 'replace') return listOf(attribute, given, given);
  const fresh = given.filter((one) => !values.some((known) => isSameJson(known, one)));
  return listOf(attribute, [...values, ...fresh], fresh);
}

/** A multi-valued attribute's values after a `remove`; undefined: it has none. */
export function removeFromList(target: AttributeTarget, before: unknown, value: unknown): unknown {
  return listOf(target.attribute, valuesLeft(target, valuesOf(before), value), []);
}

function valuesLeft(
  { attribute, filter, sub }: AttributeTarget,
  values: unknown[],
  value: unknown,
): unknown[] {
  const matches = matcher(attribute, filter);
  if (sub) return values.flatMap((one) => (matches(one) ? withoutSub(one, sub) : [one]));
  if (filter) return values.filter((one) => !matches(one));
  if (value === undefined || value === null || value === '') return [];
  const named = readValues(attribute, value);
  return values.filter((one) => !named.some((name) => isNamedBy(one, name)));
}

function changeElements(target: AttributeTarget, values: unknown[], value: unknown, mode: Mode): unknown {
  const { attribute, filter } = target;
  const matches = matcher(attribute, filter);
  const touched: unknown[] = [];
  const touch = (element: unknown) => {
    const changed = changeElement(target, element, value, mode);
    touched.push(changed);
    return changed;
  };
  const changed = values.map((one) => (matches(one) ? touch(one) : one));
  if (touched.length === 0) changed.push(touch(newElement(attribute, filter)));
  return listOf(attribute, changed, touched);
}

function changeElement(target: AttributeTarget, element: unknown, value: unknown, mode: Mode): unknown {
  const { attribute, filter, sub } = target;
  const before = isObject(element) ? element : {};
  if (sub) return withKey(before, sub.name, readValue(sub, value, `${attribute.name}.${sub.name}`));
  const [given, ...more] = readValues(attribute, value);
  if (!isObject(given) || more.length > 0) {
    throw refusal('invalidValue', `one value of ${attribute.name} must be given as an object`);
  }
  if (mode === 'add') return { ...before, ...given };
  return { ...(filter && templateElement(attribute, filter)), ...given };
}

/** RFC 7644 §3.5.2.3 says noTarget; Entra relies on the value being made, with what its filter asked for. */
function newElement(attribute: Attribute, filter: Filter | null): JsonObject {
  const element = filter ? templateElement(attribute, filter) : {};
  if (!element) throw refusal('noTarget', `no value of ${attribute.name} matches the filter of the path`);
  return element;
}

function templateElement(attribute: Attribute, filter: Filter): JsonObject | undefined {
  const template = templateOf(filter);
  const [element] = template ? readValues(attribute, template) : [];
  return isObject(element) ? element : undefined;
}

/** A value without its `value` is nothing; without another sub-attribute it stays. */
function withoutSub(element: unknown, sub: Attribute): unknown[] {
  if (!isObject(element) || sub.name === 'value') return [];
  return [withKey(element, sub.name, undefined)];
}

/** Entra removes single values of a list by giving them (`{op: "Remove", path, value: [{value}]}`). */
function isNamedBy(element: unknown, name: unknown): boolean {
  if (!isObject(element) || !isObject(name)) return isSameJson(element, name);
  if (name['value'] !== undefined) return element['value'] === name['value'];
  return Object.keys(name).every((key) => isSameJson(element[key], name[key]));
}

/** Setting one value as primary takes it from the others (RFC 7644 §3.5.2). */
function listOf(attribute: Attribute, values: unknown[], touched: unknown[]): unknown[] | undefined {
  if (values.length > MAX_VALUES) throw tooManyValues(attribute.name);
  if (values.filter(isPrimary).length < 2) return values.length > 0 ? values : undefined;
  const [chosen, ...others] = touched.filter(isPrimary);
  if (others.length > 0) throw tooManyPrimaries(attribute.name);
  return values.map((one) =>
    one !== chosen && isPrimary(one) ? { ...(one as JsonObject), primary: false } : one,
  );
}

function matcher(attribute: Attribute, filter: Filter | null): (element: unknown) => boolean {
  return (element) => !filter || matchesFilter(attribute, filter, element);
}

function valuesOf(before: unknown): unknown[] {
  if (before === undefined) return [];
  return Array.isArray(before) ? before : [before];
}
