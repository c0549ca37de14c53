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
import { GROUP_SCHEMA } from '../../../src/inbound/scim/schema-group.js';
import { USER_SCHEMA } from '../../../src/inbound/scim/schema-user.js';
import { createShape } from '../../../src/inbound/scim/shape.js';
import { BASE_URL, type ListBed, type Row } from './listing.js';
import type { Fact, Path } from './naive.js';

export const EXTENSION = 'urn:hosts:scim:schemas:extension:2.0:Test';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const STRANGE = 'urn:strange:Thing';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

const many = (attribute: Attribute): Attribute => ({ ...attribute, multiValued: true });

/** Every type that a schema of an operator's may have. */
const TEST_SCHEMA: Schema = {
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
export const GROUPS = createShape('Group', GROUP_SCHEMA, []);

/** Texts that are alike, or mean something to SQL, JSON, LIKE or Unicode. */
export const TEXTS = [
  ...[
    '',
    'a',
    'A',
    'b',
    'aB',
    'AB',
    'ab',
    'a%',
    'a_b',
    'a\\b',
    '%',
    '_',
    '\\',
    '"',
    "'",
    "' OR true --",
    '$1',
  ],
  ...['é', 'É', 'e\u0301', 'ß', 'ẞ', 'SS', 'Σ', 'σ', 'ς', 'ΑΣ', 'İ', 'i', 'ı', 'I', 'K', 'k', 'ǅ', 'ǆ'],
  ...[
    '\uE000',
    '\u{1D4B3}',
    '\u{10400}',
    '\u{10428}',
    '\t',
    'a\nb',
    ' a',
    'a ',
    'null',
    'true',
    'False',
    '5',
    '[]',
    '{}',
  ],
];
const DATES = [
  ...[
    '2026-01-31T08:00:00Z',
    '2026-01-31T09:00:00+01:00',
    '2026-01-31T08:00:00.5Z',
    '2026-01-31T08:00:00.500Z',
  ],
  ...['2024-02-29T23:59:59-02:30', '2026-01-31T08:00:00', '2026-12-01T00:00:00.123Z', '1969-12-31T23:59:59Z'],
];
/** What a dateTime may be kept as before a schema said that it is one. */
const NO_DATES = [
  '',
  'yesterday',
  '2026-13-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-01-31T25:00:00Z',
  '0000-01-01T00:00:00Z',
];
const NUMBERS = [0, 1, -1, 2, 5, 1.5, 0.1, 1e21, -1e-7, 9007199254740991];

const word = fc.constantFrom(...TEXTS);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const record = (model: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(Object.fromEntries(Object.entries(model).map(([key, one]) => [key, maybe(one)])));
const list = (arbitrary: fc.Arbitrary<unknown>) => fc.array(arbitrary, { minLength: 1, maxLength: 3 });
const plural = (value: fc.Arbitrary<unknown>) =>
  list(
    record({ value, type: fc.constantFrom('work', 'Home', 'other'), primary: fc.boolean(), display: word }),
  );
const anything = fc.oneof(word, fc.constantFrom(...NUMBERS), fc.boolean(), fc.constant(null));

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
  [EXTENSION]: record({
    badge: word,
    floor: fc.constantFrom(0, 1, 2, -5),
    rate: fc.constantFrom(...NUMBERS),
    hired: fc.constantFrom(...DATES, ...NO_DATES),
    remote: fc.boolean(),
    tags: list(word),
    desks: list(record({ value: word, floor: fc.constantFrom(0, 1, 2), primary: fc.boolean() })),
  }),
  [STRANGE]: record({
    one: anything,
    many: fc.array(anything, { maxLength: 3 }),
    Deep: record({ a: anything, B: anything }),
  }),
});

/** Somebody, as clients see them, and as they are kept; at most one value of a list is primary. */
export interface Somebody {
  row: Row;
  shown: JsonObject;
}

export function samplePeople(seed: number, count: number): Somebody[] {
  return fc.sample(attributes, { seed, numRuns: count }).map((one, index) => somebody(one, index));
}

const hex = (number: number) => number.toString(16).padStart(12, '0');

function somebody(attributes: JsonObject, index: number): Somebody {
  const id = `01980000-0000-7000-8000-${hex((index * 7919) % 65536)}`;
  const name = `${TEXTS[index % TEXTS.length]}${index}`;
  const kept = JSON.parse(JSON.stringify(attributes), onlyOnePrimary) as JsonObject;
  const resource: JsonObject = {
    ...kept,
    schemas: [USER, EXTENSION],
    userName: name,
    active: kept['active'] !== false,
  };
  const createdAt = new Date(Date.UTC(2026, 0, 31, 8, 0, index % 7));
  const updatedAt = new Date(createdAt.getTime() + (index % 3) * 500);
  const version = 1 + (index % 4);
  const nameKey = [...name.trim().normalize('NFC')]
    .map((one) => (one === 'İ' ? 'i' : one.toLowerCase()))
    .join('');
  return {
    row: { id, type: 'User', nameKey, resource, createdAt, updatedAt, version },
    shown: { ...resource, id, meta: metaOf('User', id, createdAt, updatedAt, version), groups: [] },
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

/** Puts people and three groups of them into the tables; the people get their `groups`. Gives the groups. */
export async function settle(bed: ListBed, people: Somebody[]): Promise<Somebody[]> {
  const groups = ['Hosts', 'hosts 2', 'É'].map((name, index) => group(name, index));
  await bed.insert([...people, ...groups].map(({ row }) => row));
  for (const [index, { row, shown }] of people.entries())
    for (const [place, one] of groups.entries()) {
      if ((index + place) % 4 !== 0) continue;
      await bed.addMember(one.row.id, row.id);
      const $ref = `${BASE_URL}/Groups/${one.row.id}`;
      const display = one.shown['displayName'];
      (shown['groups'] as unknown[]).push({ value: one.row.id, display, type: 'direct', $ref });
      (one.shown['members'] as unknown[]).push({
        value: row.id,
        type: 'User',
        $ref: `${BASE_URL}/Users/${row.id}`,
      });
    }
  return groups;
}

function group(displayName: string, index: number): Somebody {
  const id = `01980000-0000-7000-9000-${hex(index)}`;
  const resource: JsonObject = {
    schemas: [GROUP],
    displayName,
    ...(index > 0 && { externalId: `g${index}` }),
  };
  const at = new Date(Date.UTC(2026, 1, 1));
  const row: Row = {
    id,
    type: 'Group',
    nameKey: displayName.toLowerCase(),
    resource,
    createdAt: at,
    updatedAt: at,
    version: 1,
  };
  return { row, shown: { ...resource, id, meta: metaOf('Group', id, at, at, 1), members: [] } };
}

const string = { type: 'string' } as const;
const exact = { type: 'string', caseExact: true } as const;
const flagFact = { type: 'boolean' } as const;
const number = { type: 'number' } as const;

/** What a filter can name: the spellings of its path, the keys that it means, and how it compares. */
const path = (text: string, keys: string[], fact: Fact): Path => ({ text, keys, fact });
const core = (text: string, fact: Fact = string) => path(text, text.split('.'), fact);
const inside = (urn: string, text: string, fact: Fact = string) =>
  path(`${urn}:${text}`, [urn, ...text.split('.')], fact);

export const SINGLE: Path[] = [
  core('userName', { ...string, isName: true }),
  core('id', exact),
  core('externalId', exact),
  core('displayName'),
  core('title'),
  path(`${USER.toUpperCase()}:Title`, ['title'], string),
  core('active', flagFact),
  core('name.familyName'),
  path('NAME.givenname', ['name', 'givenName'], string),
  core('meta.created', { type: 'dateTime' }),
  core('meta.lastModified', { type: 'dateTime' }),
  core('meta.resourceType', exact),
  core('meta.version', exact),
  core('meta.location', exact),
  inside(ENTERPRISE, 'department'),
  path('department', [ENTERPRISE, 'department'], string),
  path('manager', [ENTERPRISE, 'manager', 'value'], string),
  inside(ENTERPRISE, 'manager.displayName'),
  inside(EXTENSION, 'badge', exact),
  inside(EXTENSION.toUpperCase(), 'floor', number),
  inside(EXTENSION, 'rate', number),
  inside(EXTENSION, 'hired', { type: 'dateTime' }),
  inside(EXTENSION, 'remote', flagFact),
].map((one) => ({
  ...one,
  keys: one.keys.map((key) => (key === EXTENSION.toUpperCase() ? EXTENSION : key)),
}));

export const MANY: Path[] = [
  core('schemas', exact),
  core('emails.value'),
  path('Emails', ['emails', 'value'], string),
  core('emails.type'),
  core('emails.primary', flagFact),
  core('phoneNumbers.display'),
  core('x509Certificates.value', { type: 'binary', caseExact: true }),
  core('groups.value'),
  core('groups.display'),
  core('groups.type'),
  path('groups', ['groups', 'value'], string),
  core('groups.$ref', exact),
  inside(EXTENSION, 'tags'),
  inside(EXTENSION, 'desks.floor', number),
  inside(STRANGE, 'one', { type: 'any' }),
  inside(STRANGE, 'many', { type: 'any' }),
  path(`${STRANGE.toUpperCase()}:deep.A`, [STRANGE, 'Deep', 'a'], { type: 'any' }),
  inside(STRANGE, 'Deep.B', { type: 'any' }),
];

/** What stands before brackets, and what may be compared in them. */
export const BRACKETS: { path: Path; subs: Path[] }[] = [
  {
    path: core('emails', { type: 'complex' }),
    subs: [core('value'), core('type'), core('primary', flagFact), core('display')],
  },
  { path: core('phoneNumbers', { type: 'complex' }), subs: [core('value'), core('type')] },
  { path: core('groups', { type: 'complex' }), subs: [core('value'), core('display'), core('type')] },
  { path: core('name', { type: 'complex' }), subs: [core('familyName'), core('givenName')] },
  {
    path: inside(EXTENSION, 'desks', { type: 'complex' }),
    subs: [core('value'), core('floor', number), core('primary', flagFact)],
  },
  { path: inside(EXTENSION, 'tags', { type: 'complex' }), subs: [path('value', [], string)] },
];

export const PRESENCE: Path[] = [
  ...SINGLE.filter(({ keys }) => keys[0] !== 'id').map((one) =>
    one.text === 'manager' ? { ...one, keys: [ENTERPRISE, 'manager'] } : one,
  ),
  ...MANY.map((one) =>
    one.text === 'Emails'
      ? { ...one, keys: ['emails'] }
      : one.text === 'groups'
        ? { ...one, keys: ['groups'] }
        : one,
  ),
  ...['name', 'emails', 'meta', 'x509Certificates'].map((one) => core(one, { type: 'complex' })),
  inside(STRANGE, 'Deep', { type: 'complex' }),
];

export const LITERALS = { texts: TEXTS, dates: DATES, numbers: NUMBERS };
