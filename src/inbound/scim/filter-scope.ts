import type { Asking } from './asking.js';
import type { Attribute } from './attribute.js';
import { columnOf } from './filter-column.js';
import { anyKeyIn, firstIn, jsonOf, keyIn, NO_JSON, valuesIn, type From, type Json } from './filter-json.js';
import { findAttribute, findSub, type Named } from './filter-path.js';
import { narrowing } from './filter-narrow.js';
import { rowsOf } from './filter-rows.js';
import type { Value } from './filter-term.js';
import { invalidFilter } from './filter-token.js';
import type { Sql } from './sql.js';

/** The values that a name stands for: one, maybe NULL; with `from`, one in each row of what it joins. */
export interface Values extends Value {
  from: From[];
  /** A condition on the row `r` that an index answers, true of every resource that has the text as such a value. */
  narrow?: (text: string, sql: Sql) => string;
}

/** What a filter's names are about: a resource, or one value of an attribute. All throw `invalidFilter`. */
export interface Scope {
  /** What the name is compared as: of a complex attribute, its `value`. */
  values(path: string, at?: number): Values;
  /** What is present or not: of a complex attribute, the whole. */
  whole(path: string, at?: number): Values;
  /** What brackets behind the name are about: the rows of `from`, or one thing. */
  elements(path: string, at?: number): { from: From[]; scope: Scope };
}

/** The names of a resource, whose row in scim_resources is `r`. */
export function resourceScope(asking: Asking): Scope {
  const find = (path: string, at?: number) => {
    const named = findAttribute(asking.shape, asking.others, path);
    if (named) return named;
    throw invalidFilter(
      `${JSON.stringify(path.slice(0, 100))} is not an attribute of ${asking.shape.type}`,
      at,
    );
  };
  return {
    values: (path, at) => valuesOf(asking, withValue(find(path, at))),
    whole: (path, at) => {
      const named = find(path, at);
      return (named.sub ? undefined : wholeOf(asking, named)) ?? valuesOf(asking, named);
    },
    elements: (path, at) => elementsOf(asking, find(path, at), at),
  };
}

/**
 * The one value by which a resource sorts: of many, the primary or else the first (RFC 7644 §3.4.2.3). `isOwn`: see
 * Named.
 */
export function firstValue(asking: Asking, path: string): (Values & Pick<Named, 'isOwn'>) | undefined {
  const named = findAttribute(asking.shape, asking.others, path);
  return named && { ...valuesOf(asking, withValue(named), firstIn), isOwn: named.isOwn };
}

/** A complex attribute is compared by its `value`, if it has one. */
function withValue(named: Named): Named {
  const value = named.attribute.subAttributes?.find(({ name }) => name === 'value');
  return named.sub || !value ? named : { ...named, sub: value };
}

function valuesOf(asking: Asking, named: Named, choose = valuesIn): Values {
  const { shape, sql } = asking;
  const { attribute, sub } = named;
  const compared = { ...(sub ?? attribute), multiValued: false };
  if (isTop(named)) {
    const name = sub ? `${attribute.name}.${sub.name}` : attribute.name;
    const column = columnOf(asking, name);
    if (column) return { from: [], term: column, attribute: compared };
    const rows = rowsOf(asking, attribute);
    if (rows) return { from: [rows.from], term: rows.term(compared), attribute: compared };
  }
  const many = attribute.multiValued || attribute.type === 'any';
  const kept = attributeJson(asking, named);
  const values = many ? choose(kept, sql) : kept;
  const found = valueOf(sub ? subJson(values, attribute, sub, sql) : values, compared);
  return { ...found, ...narrowing(shape.type, named, sub) };
}

/** A multi-valued or complex attribute as one; undefined: there is more to it. */
function wholeOf(asking: Asking, named: Named): Values | undefined {
  if (!isTop(named)) return valueOf(attributeJson(asking, named), named.attribute);
  if (named.attribute.name === 'meta')
    return { from: [], term: { kept: 'text', sql: 'r.type' }, attribute: named.attribute };
  const rows = rowsOf(asking, named.attribute);
  if (rows) return { from: [rows.from], term: rows.term(named.attribute), attribute: named.attribute };
  if (columnOf(asking, named.attribute.name)) return undefined;
  return valueOf(attributeJson(asking, named), named.attribute);
}

function elementsOf(asking: Asking, named: Named, at?: number): ReturnType<Scope['elements']> {
  const { shape, sql } = asking;
  const { attribute, sub } = named;
  if (sub) throw invalidFilter('brackets stand behind an attribute, not behind a sub-attribute', at);
  if (!attribute.multiValued && attribute.type !== 'complex' && attribute.type !== 'any')
    throw invalidFilter(`${attribute.name} has no sub-attributes to be asked for in brackets`, at);
  const scope = (valueIn: (sub: Attribute) => Values) => elementScope(attribute, valueIn);
  if (isTop(named) && attribute.name === 'meta')
    return { from: [], scope: scope((one) => valuesOf(asking, { ...named, sub: one })) };
  const rows = isTop(named) && rowsOf(asking, attribute);
  if (rows) {
    const { from, term } = rows;
    return { from: [from], scope: scope((one) => ({ from: [], term: term(one), attribute: one })) };
  }
  const element = valuesIn(attributeJson(asking, named), sql);
  const inside = { ...element, from: [] };
  const valueIn = (one: Attribute) => ({
    ...valueOf(subJson(inside, attribute, one, sql), one),
    ...narrowing(shape.type, named, one),
  });
  return { from: element.from, scope: scope(valueIn) };
}

function elementScope(attribute: Attribute, valueIn: (sub: Attribute) => Values): Scope {
  const values: Scope['values'] = (name, at) => valueIn(findSub(attribute, name, at));
  const elements: Scope['elements'] = (_, at) => {
    throw invalidFilter('brackets cannot stand in brackets', at);
  };
  return { values, whole: values, elements };
}

function attributeJson({ sql }: Asking, { urn, attribute, isOwn }: Named): Json {
  if (!isOwn) return NO_JSON;
  const resource = jsonOf('r.resource');
  if (urn === null) return keyIn(resource, attribute.name);
  if (attribute.type === 'any') return anyKeyIn(anyKeyIn(resource, urn, sql), attribute.name, sql);
  return keyIn(keyIn(resource, urn), attribute.name);
}

function subJson(values: Json, attribute: Attribute, sub: Attribute, sql: Sql): Json {
  if (attribute.type === 'any') return valuesIn(anyKeyIn(values, sub.name, sql), sql);
  if (attribute.type !== 'complex') return values;
  const kept = keyIn(values, sub.name);
  return sub.multiValued ? valuesIn(kept, sql) : kept;
}

function valueOf({ from, json, text }: Json, attribute: Attribute): Values {
  return { from, term: { kept: 'json', json, text }, attribute };
}

/** Of every resource, or of the type's own schema: there alone are columns and rows. */
function isTop({ urn, isOwn }: Named): boolean {
  return isOwn && urn === null;
}
