import { refusal } from './error.js';

/** An object of JSON, not an array or null. */
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** More names than any schema has; keeps work on names from growing with the square of a body. */
export const MAX_KEYS = 300;

/** Throws `invalidValue` for an object with more names than we keep. */
export function checkSize(object: JsonObject): JsonObject {
  if (Object.keys(object).length <= MAX_KEYS) return object;
  throw refusal('invalidValue', `an object can have at most ${MAX_KEYS} attributes`);
}

export function isEmpty(object: JsonObject): boolean {
  for (const _ in object) return false;
  return true;
}

/** The object's own spelling of a key, which is compared without regard to case. */
export function keyOf(object: JsonObject, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name;
  const lower = name.toLowerCase();
  return Object.keys(object).find((key) => key.toLowerCase() === lower);
}

/** The value under a key in any case: attribute names have none (RFC 7643 §2.1). */
export function valueOf(object: JsonObject, name: string): unknown {
  const key = keyOf(object, name);
  return key === undefined ? undefined : object[key];
}

/** The object with a key set, or taken out; a key in another case is the same key. */
export function withKey(object: JsonObject, name: string, value: unknown): JsonObject {
  const key = keyOf(object, name) ?? name;
  const { [key]: _, ...others } = object;
  return value === undefined ? others : { ...object, [key]: value };
}

/** Whether two values are the same JSON, the order of keys aside. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((one, index) => isSameJson(one, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && isSameJson(a[key], b[key]));
}

/** A copy without any key that names a password; everything else as it came. */
export function withoutPasswords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPasswords);
  if (!isObject(value)) return value;
  const kept = Object.entries(checkSize(value)).filter(([key]) => !isPasswordName(key));
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutPasswords(one)]));
}

/** A password, or a part of one, by any spelling: alone, dotted, or behind the URN of a schema. */
export function isPasswordName(name: string): boolean {
  return /password(?:\.[^.:]*)?$/i.test(name);
}

/** What is kept of a request that lists many: how many, in the place of a list longer than anybody reads. */
const MAX_SHOWN = 100;

export function shorten(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > MAX_SHOWN ? { count: value.length } : value.map(shorten);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shorten(one)]));
}
