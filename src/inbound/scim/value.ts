import { isAttributeName } from './attribute-path.js';
import { isIgnored, subAttribute, type Attribute } from './attribute.js';
import { refusal, type ScimError } from './error.js';
import { instantOf } from './instant.js';
import {
  checkSize,
  isEmpty,
  isObject,
  isPasswordName,
  valueOf,
  withKey,
  withoutPasswords,
  type JsonObject,
} from './json.js';
import type { Mode } from './patch-path.js';
import { MAX_VALUES, tooManyValues, unite, unitePart, uniteParts } from './union.js';

/** RFC 4648 §4 and §5; padding may be left out (RFC 7643 §2.3.6). */
const BASE64 = /^(?:[A-Za-z0-9+/_-]{4})*(?:[A-Za-z0-9+/_-]{2}(?:==)?|[A-Za-z0-9+/_-]{3}=?)?$/;

/**
 * A value as the attribute keeps it; undefined for those that mean "none" (null, [], {}). Values are not
 * reformatted; what is read generously is what clients get wrong: booleans as strings in any case, a manager as a
 * bare id or in an array, one value in place of an array. Sub-attributes that are not the client's to set are left
 * out. Throws `invalidValue` for a wrong type.
 */
export function readValue(attribute: Attribute, value: unknown, where = attribute.name): unknown {
  if (value === null || value === undefined) return undefined;
  if (!attribute.multiValued) return readOne(attribute, value, where);
  const values = readValues(attribute, value, where);
  return values.length > 0 ? values : undefined;
}

/**
 * The values of a multi-valued attribute; those that are one and the same become one. One in an array that is refused is
 * named by its place, from 0.
 */
export function readValues(attribute: Attribute, value: unknown, where = attribute.name): unknown[] {
  const given = Array.isArray(value) ? value : [value];
  if (given.length > MAX_VALUES) throw tooManyValues(where);
  const placeOf = (index: number) => (Array.isArray(value) ? `${where}[${index}]` : where);
  const values = given.map((one, index) => readElement(attribute, one, placeOf(index)));
  const kept = unite(
    attribute,
    [],
    values.filter((one) => one !== undefined),
  );
  if (kept.filter(isPrimary).length > 1) throw tooManyPrimaries(where);
  return kept;
}

export function isPrimary(value: unknown): boolean {
  return isObject(value) && value['primary'] === true;
}

export function tooManyPrimaries(where: string): ScimError {
  return refusal('invalidValue', `at most one value of ${where} can be primary`);
}

/** One value of a multi-valued attribute. */
export function readElement(attribute: Attribute, value: unknown, where = attribute.name): unknown {
  return value === null ? undefined : readOne(attribute, value, where);
}

function readOne(attribute: Attribute, value: unknown, where: string): unknown {
  switch (attribute.type) {
    case 'any':
      return withoutPasswords(value);
    case 'complex':
      return readComplex(attribute, value, where);
    case 'boolean':
      return readBoolean(value, where);
    case 'integer':
      return readNumber(
        value,
        where,
        Number.isSafeInteger,
        `a whole number up to ${Number.MAX_SAFE_INTEGER}`,
      );
    case 'decimal':
      return readNumber(value, where, Number.isFinite, 'a number');
    case 'dateTime':
      return readText(value, where, isDateTime, 'a date and time such as 2008-01-23T04:56:22Z');
    case 'binary':
      return readText(value, where, (text) => BASE64.test(text), 'base64');
    default:
      return readText(value, where, () => true, 'a string');
  }
}

function readText(
  value: unknown,
  where: string,
  isRight: (text: string) => boolean,
  expected: string,
): string {
  if (typeof value !== 'string' || !isRight(value)) throw wrongType(where, expected);
  return value;
}

/** JSON numbers only: what a text of digits means is left to nobody's guess (RFC 7643 §2.3.3 and .4). */
function readNumber(
  value: unknown,
  where: string,
  isRight: (value: number) => boolean,
  expected: string,
): number {
  if (typeof value !== 'number' || !isRight(value)) throw wrongType(where, expected);
  return value;
}

function isDateTime(text: string): boolean {
  return instantOf(text) !== undefined;
}

function readBoolean(value: unknown, where: string): boolean {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (word !== 'true' && word !== 'false') throw wrongType(where, 'true or false');
  return word === 'true';
}

function readComplex(attribute: Attribute, value: unknown, where: string): JsonObject | undefined {
  const given = isReference(attribute) ? unwrapReference(value) : value;
  if (given === undefined) return undefined;
  if (!isObject(given)) throw wrongType(where, 'an object');
  const read: JsonObject = {};
  for (const [key, one] of Object.entries(checkSize(given))) {
    if (one === null || isPasswordName(key)) continue;
    const sub = subAttribute(attribute, key);
    if (sub && isIgnored(sub)) continue;
    if (!sub && !isAttributeName(key)) throw refusal('invalidPath', `${where} has a key that is not a name`);
    const value = sub ? readValue(sub, one, `${where}.${sub.name}`) : withoutPasswords(one);
    if (value !== undefined) read[sub?.name ?? key] = value;
  }
  return isEmpty(read) ? undefined : read;
}

/** A complex value after the parts that are given; those that are null go (RFC 7643 §2.5). Undefined: none is left. */
export function mergeParts(
  attribute: Attribute,
  before: unknown,
  given: JsonObject,
  mode: Mode,
): JsonObject | undefined {
  let merged: JsonObject = isObject(before) ? before : {};
  const set: JsonObject = {};
  for (const [key, value] of Object.entries(given)) {
    const sub = subAttribute(attribute, key);
    if (value !== null) set[key] = value;
    else if (!sub || !isIgnored(sub)) merged = withKey(merged, sub?.name ?? key, undefined);
  }
  const read = isEmpty(set) ? undefined : readOne(attribute, set, attribute.name);
  if (isObject(read)) merged = mode === 'add' ? uniteParts(attribute, merged, read) : { ...merged, ...read };
  return isEmpty(merged) ? undefined : merged;
}

/** A complex value after one part of it was added to, or replaced. */
export function mergePart(
  attribute: Attribute,
  sub: Attribute,
  before: JsonObject,
  given: unknown,
  mode: Mode,
): JsonObject {
  const read = readValue(sub, given, `${attribute.name}.${sub.name}`);
  const next = mode === 'add' ? unitePart(attribute, sub, valueOf(before, sub.name), read) : read;
  return withKey(before, sub.name, next);
}

/** A single value that points to something by its `value`: of the RFC's attributes, `manager`. */
export function isReference(attribute: Attribute): boolean {
  return !attribute.multiValued && attribute.subAttributes?.some((sub) => sub.name === 'value') === true;
}

/** Entra writes a manager as an id, `{value}` or `[{$ref, value}]`, and takes it away with an empty id. */
function unwrapReference(value: unknown): unknown {
  const one = Array.isArray(value) && value.length <= 1 ? value[0] : value;
  if (one === undefined || one === null || one === '') return undefined;
  if (typeof one === 'string') return { value: one };
  if (!isObject(one)) return one;
  const id = valueOf(one, 'value');
  return id === '' || id === null ? undefined : one;
}

function wrongType(where: string, expected: string): ScimError {
  return refusal('invalidValue', `${where} must be ${expected}`);
}
