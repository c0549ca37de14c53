import type { Attribute } from './attribute.js';
import { canonical } from './canonical.js';
import { refusal } from './error.js';
import { isObject, valueOf, withKey, type JsonObject } from './json.js';
import type { SchemaTable, Shape } from './shape.js';

/** Throws `mutability` when a change of one complex value, also of one in a list, changes what is immutable in it. */
export function checkParts(
  attribute: Attribute,
  before: unknown,
  after: unknown,
  where = attribute.name,
): void {
  for (const sub of attribute.subAttributes ?? []) {
    if (sub.mutability === 'immutable')
      checkSame(sub, partOf(before, sub), partOf(after, sub), `${where}.${sub.name}`);
  }
}

/** Throws `mutability` when an immutable value that is set would change or go (RFC 7644 §3.5.2). */
export function checkImmutable(shape: Shape, before: JsonObject, after: JsonObject): void {
  forEachImmutable(shape, (table, attribute) => {
    const was = valueOf(holderOf(table, before), attribute.name);
    const is = valueOf(holderOf(table, after), attribute.name);
    if (attribute.mutability === 'immutable') checkSame(attribute, was, is, attribute.name);
    else checkParts(attribute, was, is);
  });
}

/**
 * The resource of a PUT with what is immutable in the one before: the same when it says it, kept when it does not
 * (RFC 7644 §3.5.1). Throws `mutability` when it says something else.
 */
export function carryImmutable(shape: Shape, before: JsonObject, resource: JsonObject): JsonObject {
  let carried = resource;
  forEachImmutable(shape, (table, attribute) => {
    const holder = holderOf(table, carried);
    const was = valueOf(holderOf(table, before), attribute.name);
    const value = carry(attribute, was, valueOf(holder, attribute.name), attribute.name);
    if (value === undefined) return;
    const changed = withKey(holder, attribute.name, value);
    carried = table.key === null ? changed : withKey(carried, table.key, changed);
  });
  return carried;
}

function carry(attribute: Attribute, before: unknown, after: unknown, where: string): unknown {
  if (before === undefined) return after;
  if (attribute.mutability === 'immutable') {
    if (after !== undefined) checkSame(attribute, before, after, where);
    return before;
  }
  const kept: JsonObject = {};
  for (const sub of attribute.subAttributes ?? []) {
    if (sub.mutability !== 'immutable') continue;
    const value = carry(sub, partOf(before, sub), partOf(after, sub), `${where}.${sub.name}`);
    if (value !== undefined) kept[sub.name] = value;
  }
  return Object.keys(kept).length > 0 ? { ...(isObject(after) && after), ...kept } : after;
}

function checkSame(attribute: Attribute, before: unknown, after: unknown, where: string): void {
  if (before === undefined) return;
  if (after !== undefined && canonical(attribute, before) === canonical(attribute, after)) return;
  throw refusal('mutability', `${where} is immutable: once it is set, it cannot be changed or removed`);
}

function forEachImmutable(shape: Shape, visit: (table: SchemaTable, attribute: Attribute) => void): void {
  for (const table of [shape.core, ...shape.extensions]) {
    for (const attribute of table.immutable) visit(table, attribute);
  }
}

function holderOf({ key }: SchemaTable, resource: JsonObject): JsonObject {
  const holder = key === null ? resource : valueOf(resource, key);
  return isObject(holder) ? holder : {};
}

function partOf(value: unknown, sub: Attribute): unknown {
  return isObject(value) ? valueOf(value, sub.name) : undefined;
}
