import { describe, expect, test } from '@jest/globals';
import { compileFilter } from '../../../src/inbound/scim/filter-sql.js';
import { readFilter } from '../../../src/inbound/scim/filter.js';
import { USER_SHAPE } from '../../../src/inbound/scim/shape.js';

const compile = (text: string) => compileFilter(USER_SHAPE, readFilter(text));
const refused = (detail: RegExp) =>
  expect.objectContaining({ status: 400, scimType: 'invalidFilter', detail: expect.stringMatching(detail) });
const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('what Okta and Entra match by becomes a condition with parameters', () => {
  const email = (...conditions: string[]) =>
    `EXISTS (SELECT 1 FROM jsonb_array_elements(resource->'emails') AS element WHERE ${conditions.join(' AND ')})`;
  const sub = (name: string, place: number) => `lower(element->>'${name}') = lower($${place})`;

  test.each([
    ['userName eq "Mira@Hosts.example"', 'name_key = $1', ['mira@hosts.example']],
    ['USERNAME EQ "x"', 'name_key = $1', ['x']],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName eq "x"', 'name_key = $1', ['x']],
    ['externalid eq "00uA"', 'external_id = $1', ['00uA']],
    ['(externalId eq "A") and (userName eq "b")', 'external_id = $1 AND name_key = $2', ['A', 'b']],
    ['id eq "not-a-uuid"', 'FALSE', []],
    [
      'id eq "01980000-0000-7000-8000-000000000000" and userName eq "b"',
      'id = $1 AND name_key = $2',
      ['01980000-0000-7000-8000-000000000000', 'b'],
    ],
    ['emails.value eq "A@b.c"', email(sub('value', 1)), ['A@b.c']],
    ['emails eq "a@b.c"', email(sub('value', 1)), ['a@b.c']],
    ['emails[type eq "work"].value eq "a@b.c"', email(sub('type', 1), sub('value', 2)), ['work', 'a@b.c']],
    [
      'Emails[Type EQ "work" and Value eq "a@b.c"]',
      email(sub('type', 1), sub('value', 2)),
      ['work', 'a@b.c'],
    ],
    ['emails[primary eq TRUE].value eq "a"', email(sub('primary', 1), sub('value', 2)), ['true', 'a']],
  ])('%s', (text, sql, params) => {
    expect(compile(text)).toEqual({ sql, params });
  });
});

test('strings are what JSON says, whatever the parser makes of their escapes', () => {
  const value = 'back\\slash "quoted" \u00e9 \t ] [ ( ) and or .value';
  const escaped = JSON.stringify(value).replace('\u00e9', '\\u00e9');
  expect(readFilter(`externalId eq ${escaped}`)).toEqual({ op: 'eq', path: 'externalId', value });
  expect(readFilter('externalId eq "\\\\"')).toEqual({ op: 'eq', path: 'externalId', value: '\\' });
});

test('a comparison behind brackets is about the value that the brackets found', () => {
  expect(
    readFilter('emails[type eq "work"].value eq "x" or emails[type eq "home"] and emails.value pr'),
  ).toEqual({
    op: 'or',
    filters: [
      {
        op: '[]',
        path: 'emails',
        filter: {
          op: 'and',
          filters: [
            { op: 'eq', path: 'type', value: 'work' },
            { op: 'eq', path: 'value', value: 'x' },
          ],
        },
      },
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

test('literals of every kind are read, in any case', () => {
  const values = ['true', 'FALSE', 'Null', '-5', '1.5e3', '0'].map((text) => readFilter(`(a eq ${text} )`));
  expect(values.map((filter) => ('value' in filter ? filter.value : '?'))).toEqual([
    true,
    false,
    null,
    -5,
    1500,
    0,
  ]);
  expect(readFilter('manager.$ref pr')).toEqual({ op: 'pr', path: 'manager.$ref' });
});

describe('what cannot be used is refused with its reason', () => {
  test.each([
    ['displayName eq "x"', /displayName is not supported; userName, externalId, id and emails.value/],
    ['userName co "x"', /"co" is not supported; userName/],
    ['userName eq "x" or userName eq "y"', /"or" is not supported/],
    ['not (userName eq "x")', /"not" is not supported/],
    ['userName pr', /"pr" is not supported/],
    ['userName.x eq "y"', /userName is not supported/],
    ['department eq "y"', /department is not supported/],
    ['phoneNumbers[type eq "work"].value eq "1"', /phoneNumbers\[\] is not supported/],
    ['emails[type co "work"].value eq "1"', /"co" in brackets/],
    ['emails[nope eq "work"].value eq "1"', /emails has no sub-attribute "nope"/],
    ['emails.value eq 5', /must be compared with a string/],
    ['userName eq null', /must be compared with a string/],
    ['userName eq', /not of the form/],
    ['userName "x"', /not of the form/],
    ['eq "x"', /not of the form/],
    ['(userName eq "x"', /not of the form/],
    ['userName eq "x")', /not of the form/],
    ['emails[type eq "work"', /not of the form/],
    ['userName eq "x', /begins at character 13 does not end/],
    ['userName eq "\\q"', /not a JSON string/],
    ['userName eq "a\nb"', /not a JSON string/],
    ['userName eq "a\\u0000"', /NUL or half a surrogate pair/],
    ['userName eq "\\ud800"', /NUL or half a surrogate pair/],
    ['not userName eq "x"', /"not" must be followed/],
    ['userName eq "x" and not', /"not" must be followed/],
    ['1user eq "x"', /it has "1user"/],
    ['user%4eame eq "x"', /it has/],
    ['user..name eq "x"', /is not an attribute/],
    ['__proto__ eq "x"', /it has/],
    ['constructor eq "x"', /is not an attribute/],
    ['emails[type eq "work"].value', /not of the form/],
    ['emails[type eq "work"].value[a eq "b"]', /not of the form|must be compared/],
    ["userName eq 'x'", /it has/],
    ['userName eq "x"; DROP TABLE people', /it has ";"/],
  ])('%s', (text, detail) => {
    expect(thrownBy(() => compile(text))).toEqual(refused(detail));
  });

  test('a filter of 10 kB, or 5,000 nested parentheses, at once', () => {
    expect(thrownBy(() => compile(`userName eq "${'x'.repeat(10_000)}"`))).toEqual(
      refused(/longer than 4096/),
    );
    const nested = (depth: number) => `${'('.repeat(depth)}userName eq "x"${')'.repeat(depth)}`;
    expect(thrownBy(() => compile(nested(5_000)))).toEqual(refused(/longer than/));
    expect(thrownBy(() => compile(nested(1_000)))).toEqual(refused(/nests deeper than 32/));
    expect(compile(nested(32))).toEqual({ sql: 'name_key = $1', params: ['x'] });
  });
});
