import type { Attribute } from './attribute.js';
import { refusal } from './error.js';
import { isEmpty, isObject, keyOf, type JsonObject } from './json.js';
import { changeList, removeFromList } from './patch-list.js';
import type { AttributeTarget, Mode } from './patch-path.js';
import { isReference, mergePart, mergeParts, readValue } from './value.js';

/** An attribute's value after an `add` or `replace` (RFC 7644 §3.5.2.1 and .3); undefined: it has none. */
export function changeValue(target: AttributeTarget, before: unknown, value: unknown, mode: Mode): unknown {
  const { attribute, sub } = target;
  if (sub && !mayHaveSubs(attribute)) throw refusal('invalidPath', `${attribute.name} has no sub-attributes`);
  if (attribute.multiValued) return changeList(target, before, value, mode);
  if (sub) return changeSub(attribute, sub, before, value, mode);
  if (attribute.type === 'complex' && isObject(value) && !pointsAnew(attribute, value)) {
    return mergeParts(attribute, before, value, mode);
  }
  const read = readValue(attribute, value);
  return mode === 'add' && Array.isArray(before) && Array.isArray(read) ? [...before, ...read] : read;
}

/** An attribute's value after a `remove` (RFC 7644 §3.5.2.2); undefined: it has none. */
export function removeValue(target: AttributeTarget, before: unknown, value: unknown): unknown {
  const { attribute, sub } = target;
  if (attribute.multiValued) return removeFromList(target, before, value);
  if (!sub || !isObject(before)) return sub ? before : undefined;
  return changeSub(attribute, sub, before, null, 'replace');
}

function changeSub(
  attribute: Attribute,
  sub: Attribute,
  before: unknown,
  value: unknown,
  mode: Mode,
): JsonObject | undefined {
  const changed = mergePart(attribute, sub, objectOf(before), value, mode);
  const pointsNowhere = isReference(attribute) && sub.name === 'value' && (changed['value'] ?? '') === '';
  return pointsNowhere || isEmpty(changed) ? undefined : changed;
}

/** A manager that is given with an id is another one, of whom nothing is known but what is given. */
function pointsAnew(attribute: Attribute, value: JsonObject): boolean {
  return isReference(attribute) && keyOf(value, 'value') !== undefined;
}

function mayHaveSubs(attribute: Attribute): boolean {
  return attribute.type === 'complex' || attribute.type === 'any';
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
