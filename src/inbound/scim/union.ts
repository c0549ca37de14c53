import type { Attribute } from './attribute.js';
import { createElementKey } from './canonical.js';
import { refusal, type ScimError } from './error.js';
import { isObject, type JsonObject } from './json.js';

/** More than any person has; keeps a request of many operations from costing their product. */
export const MAX_VALUES = 300;

/** For so many, looking through a list is cheaper than an index of it. */
const FEW = 4;

/** The values and those that come; one that is there already takes on what is new of it, in its old place. */
export function unite(attribute: Attribute, values: unknown[], coming: unknown[]): unknown[] {
  const keyOf = createElementKey(attribute);
  const united = [...values];
  const places = coming.length > FEW ? new Map(values.map((one, index) => [keyOf(one), index])) : undefined;
  for (const one of coming) {
    const key = keyOf(one);
    const place = places ? (places.get(key) ?? -1) : united.findIndex((other) => keyOf(other) === key);
    const known = united[place];
    if (place < 0) places?.set(key, united.push(one) - 1) ?? united.push(one);
    else if (isObject(known) && isObject(one)) united[place] = uniteParts(attribute, known, one);
  }
  return united;
}

/** A complex value with the parts that come: lists have the values of both, all else is as it comes. */
export function uniteParts(attribute: Attribute, before: JsonObject, coming: JsonObject): JsonObject {
  const united = { ...before, ...coming };
  for (const sub of attribute.subAttributes ?? []) {
    if (sub.multiValued && Object.hasOwn(coming, sub.name))
      united[sub.name] = unitePart(attribute, sub, before[sub.name], coming[sub.name]);
  }
  return united;
}

/** What a sub-attribute has after an `add`: all values, where it has many (RFC 7644 §3.5.2.1). Throws `invalidValue`. */
export function unitePart(attribute: Attribute, sub: Attribute, before: unknown, coming: unknown): unknown {
  if (!sub.multiValued || before === undefined) return coming;
  const united = unite(sub, [before].flat(), coming === undefined ? [] : [coming].flat());
  if (united.length > MAX_VALUES) throw tooManyValues(`${attribute.name}.${sub.name}`);
  return united;
}

export function tooManyValues(where: string): ScimError {
  return refusal('invalidValue', `${where} can have at most ${MAX_VALUES} values`);
}
