import { readAttributePath, type AttributePath } from './attribute-path.js';
import { subAttribute, type Attribute } from './attribute.js';
import { invalidFilter } from './filter-text.js';
import type { Filter } from './filter.js';
import type { ScimError } from './error.js';
import type { Literal } from './filter-text.js';
import type { Shape } from './shape.js';

/** A condition on a row of scim_resources, its parameters numbered from $1. */
export interface Condition {
  sql: string;
  params: unknown[];
}

const SUPPORTED =
  'userName, externalId, id and emails.value (also as emails[type eq "work"].value) can be compared with eq, ' +
  'and joined by and';
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Adds a parameter, and gives its place in the text. */
type Bind = (value: unknown) => string;

/** Throws `invalidFilter` for whatever the database would not be asked. */
export function compileFilter(shape: Shape, filter: Filter): Condition {
  const params: unknown[] = [];
  const bind: Bind = (value) => `$${params.push(value)}`;
  return { sql: compile(shape, filter, bind), params };
}

function compile(shape: Shape, filter: Filter, bind: Bind): string {
  switch (filter.op) {
    case 'and':
      return filter.filters.map((one) => compile(shape, one, bind)).join(' AND ');
    case 'eq':
      return compileEquality(readPath(shape, filter.path), filter.value, bind);
    case '[]':
      return compileElement(readPath(shape, filter.path), filter.filter, bind);
    default:
      throw unsupported(`"${filter.op}" is not supported`);
  }
}

function readPath(shape: Shape, text: string): AttributePath {
  const path = readAttributePath(shape, text);
  if (!path?.attribute) throw invalidFilter(`${JSON.stringify(text.slice(0, 100))} is not an attribute`);
  return path;
}

function compileEquality({ urn, attribute, sub }: AttributePath, value: Literal, bind: Bind): string {
  const name = urn === null ? attribute?.name : undefined;
  if (name === 'emails') return compileEmails([equalSub(attribute, sub?.name ?? 'value', value, bind)]);
  const isName = attribute?.uniqueness === 'server';
  if (sub || !name || !(isName || ['externalId', 'id'].includes(name))) {
    throw unsupported(`${attribute?.name} is not supported`);
  }
  if (typeof value !== 'string') throw invalidFilter(`${name} must be compared with a string`);
  if (isName) return `name_key = ${bind(value.trim().toLowerCase())}`;
  if (name === 'externalId') return `external_id = ${bind(value)}`;
  return UUID.test(value) ? `id = ${bind(value)}` : 'FALSE';
}

function compileElement({ urn, attribute, sub }: AttributePath, filter: Filter, bind: Bind): string {
  if (urn !== null || attribute?.name !== 'emails' || sub)
    throw unsupported(`${attribute?.name}[] is not supported`);
  return compileEmails(elementConditions(attribute, filter, bind));
}

function elementConditions(attribute: Attribute, filter: Filter, bind: Bind): string[] {
  if (filter.op === 'and') return filter.filters.flatMap((one) => elementConditions(attribute, one, bind));
  if (filter.op !== 'eq') throw unsupported(`"${filter.op}" in brackets is not supported`);
  return [equalSub(attribute, filter.path, filter.value, bind)];
}

/** All conditions are about one and the same e-mail address. */
function compileEmails(conditions: string[]): string {
  const elements = `jsonb_array_elements(resource->'emails') AS element`;
  return `EXISTS (SELECT 1 FROM ${elements} WHERE ${conditions.join(' AND ')})`;
}

/** The name comes from the schema's table, never from the client; no sub-attribute of emails is caseExact. */
function equalSub(attribute: Attribute | null, name: string, value: Literal, bind: Bind): string {
  const sub = attribute ? subAttribute(attribute, name) : undefined;
  if (!sub) throw invalidFilter(`emails has no sub-attribute ${JSON.stringify(name.slice(0, 100))}`);
  if (typeof value !== 'string' && typeof value !== 'boolean') {
    throw invalidFilter(`emails.${sub.name} must be compared with a string or a boolean`);
  }
  return `lower(element->>'${sub.name}') = lower(${bind(String(value))})`;
}

function unsupported(why: string): ScimError {
  return invalidFilter(`${why}; ${SUPPORTED}`);
}
