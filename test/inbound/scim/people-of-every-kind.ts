import fc from 'fast-check';
import {
  complex,
  flag,
  plain,
  text,
  type Attribute,
  type Schema,
} from '../../../src/inbound/scim/attribute.js';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { ENTERPRISE_SCHEMA } from '../../../src/inbound/scim/schema-enterprise.js';
import { USER_SCHEMA } from '../../../src/inbound/scim/schema-user.js';
import { createShape } from '../../../src/inbound/scim/shape.js';
import { BASE_URL, type Row } from './listing.js';
import { anything, DATES, list, NO_DATES, NUMBERS, plural, record, TEXTS, word } from './words.js';

export const EXTENSION = 'urn:hosts:scim:schemas:extension:2.0:Test';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const STRANGE = 'urn:strange:Thing';
export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

const many = (attribute: Attribute): Attribute => ({ ...attribute, multiValued: true });

/** Every type that a schema of an operator's may have. */
export const TEST_SCHEMA: Schema = {
  id: EXTENSION,
  name: 'Test',
  description: 'Every type',
  attributes: [
    text('badge', 'exact', { caseExact: true }),
    plain('floor', 'integer', 'integer'),
    plain('rate', 'decimal', 'decimal'),
    plain('hired', 'dateTime', 'dateTime'),
    flag('remote', 'boolean'),
    many(text('tags', 'strings')),
    many(
      complex('desks', 'complex', [
        text('value', 'value'),
        plain('floor', 'integer', 'integer'),
        flag('primary', 'primary'),
      ]),
    ),
  ],
};

export const USERS = createShape('User', USER_SCHEMA, [ENTERPRISE_SCHEMA, TEST_SCHEMA]);

/** What is kept under the URN of TEST_SCHEMA. */
export const everyType = record({
  badge: word,
  floor: fc.constantFrom(0, 1, 2, -5),
  rate: fc.constantFrom(...NUMBERS),
  hired: fc.constantFrom(...DATES, ...NO_DATES),
  remote: fc.boolean(),
  tags: list(word),
  desks: list(record({ value: word, floor: fc.constantFrom(0, 1, 2), primary: fc.boolean() })),
});

/** Under a URN that no schema has. */
export const strangeThings = record({
  one: anything,
  many: fc.array(anything, { maxLength: 3 }),
  Deep: record({ a: anything, B: anything }),
});

const attributes = record({
  externalId: word,
  displayName: word,
  title: word,
  active: fc.boolean(),
  name: record({ familyName: word, givenName: word }),
  emails: plural(word),
  phoneNumbers: plural(word),
  x509Certificates: plural(word),
  [ENTERPRISE]: record({ department: word, manager: record({ value: word, displayName: word }) }),
  [EXTENSION]: everyType,
  [STRANGE]: strangeThings,
});

/** Somebody, or a group, as clients see them and as they are kept; at most one value of a list is primary. */
export interface Somebody {
  row: Row;
  shown: JsonObject;
}

export function samplePeople(seed: number, count: number): Somebody[] {
  return fc.sample(attributes, { seed, numRuns: count }).map((one, index) => somebody(one, index));
}

/** In another order than they were made in. */
export function idOf(type: Row['type'], index: number): string {
  const hex = ((index * 7919) % 65536).toString(16).padStart(12, '0');
  return `01980000-0000-7000-${type === 'User' ? 8 : 9}000-${hex}`;
}

function somebody(attributes: JsonObject, index: number): Somebody {
  const userName = `${TEXTS[index % TEXTS.length]}${index}`;
  const kept = keptOf(attributes);
  const active = kept['active'] !== false;
  return keep('User', index, userName, { ...kept, schemas: [USER, EXTENSION], userName, active });
}

/** As JSON has it. */
export function keptOf(attributes: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(attributes), onlyOnePrimary) as JsonObject;
}

/** A resource that is called so, at a time and in a version of its own. */
export function keep(type: Row['type'], index: number, name: string, resource: JsonObject): Somebody {
  const id = idOf(type, index);
  const createdAt = new Date(Date.UTC(2026, 0, 31, 8, 0, index % 7));
  const updatedAt = new Date(createdAt.getTime() + (index % 3) * 500);
  const version = 1 + (index % 4);
  const nameKey = [...name.trim().normalize('NFC')]
    .map((one) => (one === 'İ' ? 'i' : one.toLowerCase()))
    .join('');
  return {
    row: { id, type, nameKey, resource, createdAt, updatedAt, version },
    shown: { ...resource, id, meta: metaOf(type, id, createdAt, updatedAt, version) },
  };
}

function onlyOnePrimary(_: string, value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const first = value.findIndex((one) => one?.primary === true);
  return value.map((one, index) =>
    one?.primary === true && index !== first ? { ...one, primary: false } : one,
  );
}

function metaOf(resourceType: string, id: string, createdAt: Date, updatedAt: Date, version: number) {
  return {
    resourceType,
    created: createdAt.toISOString(),
    lastModified: updatedAt.toISOString(),
    location: `${BASE_URL}/${resourceType}s/${id}`,
    version: `W/"${version}"`,
  };
}
