import { describe, expect, test } from '@jest/globals';
import { readFilter, type Filter } from '../../../src/inbound/scim/filter.js';
import { compileList } from '../../../src/inbound/scim/list-query.js';
import { GROUP_SHAPE, USER_SHAPE } from './shapes.js';
import type { ScimError } from '../../../src/inbound/scim/error.js';

const ASKED = { sourceId: '01980000-0000-7000-8000-000000000001', baseUrl: 'https://keys.example/scim/v2' };
const compile = (filter: string) => compileList({ shapes: [USER_SHAPE], filter, sort: null, ...ASKED });

/** The character at which it is refused, and why. */
function refusalOf(filter: string): [at: number, why: string] {
  try {
    compile(filter);
  } catch (error) {
    const { status, scimType, detail } = error as ScimError;
    expect([status, scimType]).toEqual([400, 'invalidFilter']);
    const [, at, why = ''] = /^the filter cannot be used at character (\d+): (.*)$/s.exec(detail) ?? [];
    return [Number(at), why];
  }
  throw new Error(`taken: ${filter}`);
}

/** A filter without its places. */
const plain = (filter: Filter): unknown =>
  JSON.parse(JSON.stringify(filter), (key, value) => (key === 'at' || key === 'valueAt' ? undefined : value));
const read = (text: string) => plain(readFilter(text));

test('strings are what JSON says, whatever the parser makes of their escapes', () => {
  const value = 'back\\slash "quoted" \u00e9 \t ] [ ( ) and or .value P1% %';
  const escaped = JSON.stringify(value).replace('\u00e9', '\\u00e9');
  expect(read(`externalId eq ${escaped}`)).toEqual({ op: 'eq', path: 'externalId', value });
  expect(read('externalId eq "\\\\"')).toEqual({ op: 'eq', path: 'externalId', value: '\\' });
  expect(read('externalId eq "P0%" and title eq "0"')).toEqual({
    op: 'and',
    filters: [
      { op: 'eq', path: 'externalId', value: 'P0%' },
      { op: 'eq', path: 'title', value: '0' },
    ],
  });
});

test('a comparison behind brackets is about the value that the brackets found', () => {
  const text = 'emails[type eq "work"].value eq "x" or emails[type eq "home"] and emails.value pr';
  const inside = [
    { op: 'eq', path: 'type', value: 'work' },
    { op: 'eq', path: 'value', value: 'x' },
  ];
  expect(read(text)).toEqual({
    op: 'or',
    filters: [
      { op: '[]', path: 'emails', filter: { op: 'and', filters: inside } },
      {
        op: 'and',
        filters: [
          { op: '[]', path: 'emails', filter: { op: 'eq', path: 'type', value: 'home' } },
          { op: 'pr', path: 'emails.value' },
        ],
      },
    ],
  });
});

test('literals of every kind are read, names that look like operators, and "$ref"', () => {
  const values = ['true', 'FALSE', 'Null', '-5', '1.5e3', '0'].map((text) => read(`(a eq ${text} )`));
  expect(values.map((filter) => (filter as { value: unknown }).value)).toEqual([
    true,
    false,
    null,
    -5,
    1500,
    0,
  ]);
  expect(read('manager.$ref pr')).toEqual({ op: 'pr', path: 'manager.$ref' });
  expect(read('eq eq "x" AND and pr')).toEqual({
    op: 'and',
    filters: [
      { op: 'eq', path: 'eq', value: 'x' },
      { op: 'pr', path: 'and' },
    ],
  });
});

test('not binds before and, and before or', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((path) => ({ op: 'pr', path }));
  const filters = [{ op: 'and', filters: [{ op: 'not', filter: a }, b] }, c];
  expect(read('not (a pr) and b pr or c pr')).toEqual({ op: 'or', filters });
  expect(read('c pr or not(a pr) and b pr')).toEqual({ op: 'or', filters: [...filters].reverse() });
});

test('a filter within a longer text tells its places in that', () => {
  expect(readFilter('type eq "x"', 7)).toMatchObject({ at: 8, valueAt: 16 });
});

describe('what is no filter is refused with the place, and what was expected there', () => {
  test.each([
    ['userName', 9, /an operator \(eq, ne, .*\) was expected, not its end/],
    ['userName eq', 12, /a value \(.*\) was expected, not its end/],
    ['userName "x"', 10, /an operator .* not "\\"x\\""/],
    ['userName regex "x"', 10, /an operator .* not "regex"/],
    ['userName eq x', 13, /a value .* not "x"/],
    ["userName eq 'x'", 13, /a value/],
    ['userName eq"x"', 12, /a value/],
    ['eq "x"', 4, /an operator/],
    ['(userName eq "x"', 17, /"\(" of character 1 is not closed/],
    ['emails[type eq "work"', 22, /"\[" of character 7 is not closed/],
    ['userName eq "x")', 16, /"\)" closes nothing that was opened/],
    ['(emails[type pr)]', 16, /"\)" closes nothing/],
    ['userName eq "x" title pr', 17, /"and", "or" or the end was expected, not "title"/],
    ['userName eq "x" and', 20, /an attribute, "not" or "\(" was expected, not its end/],
    ['userName eq "x" and or title pr', 24, /an operator/],
    ['()', 2, /an attribute/],
    ['userName eq "x', 13, /does not end/],
    ['userName eq "\\q"', 13, /not a JSON string/],
    ['userName eq "a\nb"', 13, /not a JSON string/],
    ['userName eq "a\\u0000"', 13, /NUL or half a surrogate pair/],
    ['userName eq "\\ud800"', 13, /NUL or half a surrogate pair/],
    ['userName eq 1e999', 13, /too large/],
    ['userName eq 01', 13, /a value/],
    ['not userName eq "x"', 5, /"not" must be followed by "\("/],
    ['userName eq "x" and not', 24, /"not" must be followed/],
    ['not not (title pr)', 5, /"not" must be followed/],
    ['1user eq "x"', 1, /an attribute/],
    ['user%4eame eq "x"', 1, /an attribute/],
    ['user..name eq "x"', 1, /an attribute/],
    ['name.familyName.x eq "x"', 1, /an attribute/],
    ['__proto__ eq "x"', 1, /an attribute/],
    ['urn:a\0:b eq "x"', 1, /an attribute/],
    ['urn:é:b eq "x"', 1, /an attribute/],
    ['emails [type eq "work"]', 8, /an operator/],
    ['emails[type eq "work"] .value eq "x"', 24, /"and", "or"/],
    ['emails[type eq "work"].value', 29, /an operator/],
    ['emails[type eq "work"].value[a eq "b"]', 29, /an operator/],
    ['emails[value[a pr] pr]', 13, /brackets cannot stand in brackets/],
    ['userName eq "x"; DROP TABLE people', 16, /"and", "or" or the end was expected, not ";"/],
  ])('%s', (filter, at, why) => {
    expect(refusalOf(filter)).toEqual([at, expect.stringMatching(why)]);
  });

  test('a filter that is too long, too deep, or has too many parts, at once', () => {
    expect(refusalOf(`userName eq "${'x'.repeat(10_000)}"`)).toEqual([
      10_001,
      expect.stringMatching(/longer than 10000/),
    ]);
    const nested = (depth: number) => `${'('.repeat(depth)}userName eq "x"${')'.repeat(depth)}`;
    expect(refusalOf(nested(4_000))).toEqual([33, expect.stringMatching(/nests deeper than 32/)]);
    expect(compile(nested(32)).effort).toBe('lookup');
    const chain = (count: number) => Array(count).fill('title pr').join(' or ');
    expect(refusalOf(chain(201))).toEqual([2_401, expect.stringMatching(/more than 200 comparisons/)]);
    expect(compile(chain(200)).params).toEqual([]);
  });
});

describe('names, operators and values that do not fit the schema are refused with their place', () => {
  const urn = 'urn:ietf:params:scim:schemas:core:2.0:User';

  test.each([
    ['nickname pr and shoeSize eq 44', 17, /"shoeSize" is not an attribute of User/],
    ['constructor eq "x"', 1, /not an attribute/],
    ['members.value eq "x"', 1, /"members.value" is not an attribute of User/],
    [`${urn}:shoeSize eq "x"`, 1, /not an attribute/],
    [`${urn} eq "x"`, 1, /not an attribute/],
    ['name.nick eq "x"', 1, /"name.nick" is not an attribute/],
    ['userName.value eq "x"', 1, /not an attribute/],
    ['emails[nope eq "x"]', 8, /"nope" is not a sub-attribute of emails/],
    ['emails.value[type pr]', 1, /brackets stand behind an attribute/],
    ['userName[value eq "x"]', 1, /userName has no sub-attributes/],
    ['password eq "x"', 1, /not an attribute/],
    ['name eq "x"', 1, /name has sub-attributes: name the one to compare/],
    ['name gt "x"', 1, /name has sub-attributes/],
    ['active gt true', 1, /"gt" does not apply to active, whose type is boolean/],
    ['active co "r"', 1, /"co" does not apply to active, whose type is boolean/],
    ['emails[primary sw "t"]', 8, /"sw" does not apply to primary, whose type is boolean/],
    ['x509Certificates.value lt "x"', 1, /"lt" does not apply to .*binary/],
    ['active eq "maybe"', 11, /active eq needs true or false, not "maybe"/],
    ['userName eq 5', 13, /userName eq needs a string, not 5/],
    ['userName gt null', 13, /userName gt needs a string, not null/],
    ['title eq true', 10, /title eq needs a string/],
    ['meta.created gt "yesterday"', 17, /needs a date and time such as "2026-01-31T08:00:00Z"/],
    ['meta.created ge "2026-02-30T00:00:00Z"', 17, /needs a date and time/],
    ['urn:strange:Thing:x co 5', 24, /needs a string/],
  ])('%s', (filter, at, why) => {
    expect(refusalOf(filter)).toEqual([at, expect.stringMatching(why)]);
  });

  test('over several types, a name is known that one of them knows', () => {
    const both = (filter: string) =>
      compileList({ shapes: [USER_SHAPE, GROUP_SHAPE], filter, sort: null, ...ASKED });
    expect(both('members.value eq "x" or userName eq "x"').effort).toBe('lookup');
    expect(() => both('shoeSize eq 44')).toThrow(/not an attribute/);
  });
});

test('what a client sends becomes a parameter, never a part of the statement', () => {
  const sent = `'||pg_sleep(9)--`;
  const text = JSON.stringify(sent);
  for (const filter of [
    `userName eq ${text}`,
    `emails[type co ${text}].value sw ${text}`,
    `urn:strange:$$pg_sleep--:x-pg_sleep eq ${text}`,
    `urn:strange:PG_SLEEP;:a.pg_sleep pr`,
  ]) {
    expect(compile(filter).where).not.toMatch(/pg_sleep/i);
  }
});
