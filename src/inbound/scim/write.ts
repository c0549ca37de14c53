import { isIgnored, type Attribute } from './attribute.js';
import { refusal } from './error.js';
import {
  checkSize,
  isEmpty,
  isObject,
  isPasswordName,
  keyOf,
  valueOf,
  withKey,
  type JsonObject,
} from './json.js';
import { readTarget, type AttributeTarget, type Mode, type Target } from './patch-path.js';
import { changeValue, removeValue } from './patch-value.js';
import type { Shape } from './shape.js';

/** A resource while it is being changed: its own keys are set and deleted, what they hold is never changed in place. */
export interface Draft {
  shape: Shape;
  resource: JsonObject;
}

/** Writes an object of attributes, each key of which may be a name, a dotted name, a URN, or a path with a filter. */
export function assign(draft: Draft, given: unknown, mode: Mode): void {
  if (!isObject(given)) throw refusal('invalidValue', 'the value must be an object of attributes');
  for (const [key, value] of Object.entries(checkSize(given))) {
    writeAt(draft, readTarget(draft.shape, key, isObject(value)), value, mode);
  }
}

/** Null is "no value" (RFC 7643 §2.5). What clients may not set is ignored, as is a password. */
export function writeAt(draft: Draft, target: Target, value: unknown, mode: Mode): void {
  if (value === null) return removeAt(draft, target, undefined);
  if (!hasAttribute(target)) return writeWhole(draft, target.urn, value, mode);
  change(draft, target, (before) => changeValue(target, before, value, mode));
}

export function removeAt(draft: Draft, target: Target, value: unknown): void {
  if (hasAttribute(target)) {
    change(draft, target, (before) =>
      before === undefined ? undefined : removeValue(target, before, value),
    );
  } else if (target.urn !== null) {
    setKey(draft.resource, target.urn, undefined);
  } else {
    throw refusal('noTarget', 'a resource is removed by DELETE');
  }
}

function writeWhole(draft: Draft, urn: string | null, value: unknown, mode: Mode): void {
  if (urn === null) return assign(draft, value, mode);
  if (!isObject(value)) throw refusal('invalidValue', `${urn} must be an object of attributes`);
  for (const [key, one] of Object.entries(checkSize(value))) {
    writeAt(draft, readTarget(draft.shape, `${urn}:${key}`), one, mode);
  }
}

function change({ resource }: Draft, target: AttributeTarget, next: (before: unknown) => unknown): void {
  const { urn, attribute, sub } = target;
  if (isUnwritable(attribute) || (sub && isUnwritable(sub))) return;
  if (urn === null) return setKey(resource, attribute.name, next(valueOf(resource, attribute.name)));
  const kept = valueOf(resource, urn);
  const extension = isObject(kept) ? kept : {};
  const changed = withKey(extension, attribute.name, next(valueOf(extension, attribute.name)));
  setKey(resource, urn, isEmpty(changed) ? undefined : checkSize(changed));
}

/** What clients may not set, and a password that no schema knows. */
function isUnwritable(attribute: Attribute): boolean {
  return isIgnored(attribute) || isPasswordName(attribute.name);
}

function setKey(resource: JsonObject, name: string, value: unknown): void {
  const key = keyOf(resource, name) ?? name;
  if (value === undefined) delete resource[key];
  else resource[key] = value;
}

function hasAttribute(target: Target): target is AttributeTarget {
  return target.attribute !== null;
}
