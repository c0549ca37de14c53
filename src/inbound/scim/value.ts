import { isAttributeName } from './attribute-path.js';
import { subAttribute, type Attribute } from './attribute.js';
import { refusal, type ScimError } from './error.js';
import { checkSize, isEmpty, isObject, isPasswordName, withoutPasswords, type JsonObject } from './json.js';

/** More than any person has; keeps a request of many operations from costing their product. */
export const MAX_VALUES = 300;

/**
 * A value as the attribute keeps it; undefined for those that mean "none" (null, [], {}). Values are not
 * reformatted; what is read generously is what clients get wrong: booleans as strings in any case, a manager as a
 * bare id or in an array, one value in place of an array. Throws `invalidValue` for a wrong type.
 */
export function readValue(attribute: Attribute, value: unknown, where = attribute.name): unknown {
  if (value === null || value === undefined) return undefined;
  if (!attribute.multiValued) return readOne(attribute, value, where);
  const values = readValues(attribute, value, where);
  return values.length > 0 ? values : undefined;
}

/** The values of a multi-valued attribute. */
export function readValues(attribute: Attribute, value: unknown, where = attribute.name): unknown[] {
  const given = Array.isArray(value) ? value : [value];
  if (given.length > MAX_VALUES) throw tooManyValues(where);
  const values = given.map((one) => (one === null ? undefined : readOne(attribute, one, where)));
  const kept = values.filter((one) => one !== undefined);
  if (kept.filter(isPrimary).length > 1) throw tooManyPrimaries(where);
  return kept;
}

export function isPrimary(value: unknown): boolean {
  return isObject(value) && value['primary'] === true;
}

export function tooManyValues(where: string): ScimError {
  return refusal('invalidValue', `${where} can have at most ${MAX_VALUES} values`);
}

export function tooManyPrimaries(where: string): ScimError {
  return refusal('invalidValue', `at most one value of ${where} can be primary`);
}

function readOne(attribute: Attribute, value: unknown, where: string): unknown {
  if (attribute.type === 'any') return withoutPasswords(value);
  if (attribute.type === 'complex') return readComplex(attribute, value, where);
  if (attribute.type === 'boolean') return readBoolean(value, where);
  if (typeof value !== 'string') throw wrongType(where, 'a string');
  return value;
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
    if (!sub && !isAttributeName(key)) throw refusal('invalidPath', `${where} has a key that is not a name`);
    const value = sub ? readValue(sub, one, `${where}.${sub.name}`) : withoutPasswords(one);
    if (value !== undefined) read[sub?.name ?? key] = value;
  }
  return isEmpty(read) ? undefined : read;
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
  return isObject(one) && one['value'] === '' ? undefined : one;
}

function wrongType(where: string, expected: string): ScimError {
  return refusal('invalidValue', `${where} must be ${expected}`);
}
