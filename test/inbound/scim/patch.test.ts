import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { readOperations } from '../../../src/inbound/scim/operations.js';
import { patchUser, readUser, type UserResource } from '../../../src/inbound/scim/resource.js';
import { ENTERPRISE_URN } from '../../../src/inbound/scim/schema-enterprise.js';
import { USER_SHAPE } from '../../../src/inbound/scim/shape.js';
import { fixture } from './fixture.js';

const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const MISSPELT_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User';

const work = { value: 'w@x.y', type: 'work', primary: true };
const home = { value: 'h@x.y', type: 'home' };

function user(differences: JsonObject = {}): UserResource {
  return readUser(USER_SHAPE, { userName: 'mira', ...differences });
}

function patched(before: UserResource, ...operations: unknown[]): UserResource {
  return patchUser(USER_SHAPE, before, readOperations({ schemas: [PATCH_URN], Operations: operations }));
}

/** The attributes after the operations, without those that every user has. */
function after(before: JsonObject, ...operations: unknown[]): JsonObject {
  const { schemas: _, userName: __, active: ___, ...others } = patched(user(before), ...operations);
  return others;
}

function refusalOf(before: JsonObject, ...operations: unknown[]): unknown {
  try {
    return after(before, ...operations);
  } catch (error) {
    const { status, scimType, detail } = error as { status: number; scimType?: string; detail: string };
    return [status, scimType, detail];
  }
}

describe('activation, in all the shapes it comes in', () => {
  test.each([
    ['Okta, without a path', { op: 'replace', value: { active: false } }],
    ['Entra', { op: 'Replace', path: 'active', value: 'False' }],
    ['Entra, in lower case', { op: 'replace', path: 'active', value: 'false' }],
    ['as an add', { op: 'Add', path: 'active', value: false }],
    [
      'with the URN',
      { op: 'REPLACE', path: 'urn:ietf:params:scim:schemas:core:2.0:User:active', value: 'FALSE' },
    ],
    ['any case', { OP: 'replace', Path: 'ACTIVE', VALUE: false }],
    ['among others', { op: 'replace', value: { displayName: 'x', Active: 'False' } }],
  ])('%s', (_, operation) => {
    expect(patched(user(), operation).active).toBe(false);
    expect(patched(patched(user(), operation), { op: 'replace', value: { active: true } }).active).toBe(true);
  });

  test('active cannot be taken away', () => {
    expect(patched(user({ active: false }), { op: 'remove', path: 'active' }).active).toBe(false);
  });
});

describe('add and replace', () => {
  const rows: [string, JsonObject, unknown, JsonObject][] = [
    ['sets an attribute', {}, { op: 'add', path: 'title', value: 'Boss' }, { title: 'Boss' }],
    ['keeps the letters', {}, { op: 'add', path: 'TITLE', value: 'ßΣ É' }, { title: 'ßΣ É' }],
    [
      'sets a sub-attribute',
      {},
      { op: 'add', path: 'name.givenName', value: 'A' },
      { name: { givenName: 'A' } },
    ],
    [
      'keeps the other sub-attributes',
      { name: { givenName: 'A', familyName: 'B' } },
      { op: 'replace', path: 'name', value: { familyName: 'C' } },
      { name: { givenName: 'A', familyName: 'C' } },
    ],
    ['takes null as no value', { title: 'x' }, { op: 'replace', path: 'title', value: null }, {}],
    ['takes null as no value without a path', { title: 'x' }, { op: 'replace', value: { title: null } }, {}],
    ['takes an empty list as no value', { emails: [work] }, { op: 'replace', path: 'emails', value: [] }, {}],
    [
      'adds a value',
      { emails: [home] },
      { op: 'add', path: 'emails', value: work },
      { emails: [home, work] },
    ],
    [
      'adds values',
      { emails: [home] },
      { op: 'add', path: 'emails', value: [work] },
      { emails: [home, work] },
    ],
    [
      'adds no value twice',
      { emails: [work] },
      { op: 'add', path: 'emails', value: [work] },
      { emails: [work] },
    ],
    [
      'adds without a path',
      { emails: [home] },
      { op: 'add', value: { emails: [work] } },
      { emails: [home, work] },
    ],
    [
      'replaces all values',
      { emails: [home] },
      { op: 'replace', path: 'emails', value: [work] },
      { emails: [work] },
    ],
    [
      'changes the value that matches',
      { emails: [home, work] },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'n@x.y' },
      { emails: [home, { ...work, value: 'n@x.y' }] },
    ],
    [
      'matches without regard to case',
      { emails: [home, work] },
      { op: 'replace', path: 'Emails[TYPE eq "WORK"].Value', value: 'n@x.y' },
      { emails: [home, { ...work, value: 'n@x.y' }] },
    ],
    [
      'makes the value that its filter looks for',
      { emails: [home] },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'w@x.y' },
      { emails: [home, { type: 'work', value: 'w@x.y' }] },
    ],
    [
      'makes it with all that its filter asks',
      {},
      { op: 'add', path: 'roles[primary eq "True" and type eq "t"].value', value: 'r' },
      { roles: [{ primary: true, type: 't', value: 'r' }] },
    ],
    [
      'replaces the value that matches, and it still matches',
      { emails: [home, work] },
      { op: 'replace', path: 'emails[type eq "work"]', value: { value: 'n@x.y' } },
      { emails: [home, { type: 'work', value: 'n@x.y' }] },
    ],
    [
      'adds to the value that matches',
      { emails: [work] },
      { op: 'add', path: 'emails[value sw "w@"]', value: { display: 'W' } },
      { emails: [{ ...work, display: 'W' }] },
    ],
    [
      'leaves one primary value',
      { emails: [work, home] },
      { op: 'add', path: 'emails[type eq "home"].primary', value: 'True' },
      {
        emails: [
          { ...work, primary: false },
          { ...home, primary: true },
        ],
      },
    ],
    [
      'leaves one primary value when one is added',
      { emails: [work] },
      { op: 'add', path: 'emails', value: [{ ...home, primary: true }] },
      {
        emails: [
          { ...work, primary: false },
          { ...home, primary: true },
        ],
      },
    ],
    [
      'reads dotted, filtered and URN keys without a path',
      {},
      {
        op: 'replace',
        value: {
          'name.givenName': 'A',
          'emails[type eq "work"].value': 'w@x.y',
          [`${ENTERPRISE_URN}:department`]: 'D',
          [`${ENTERPRISE_URN}:manager.value`]: 'm1',
        },
      },
      {
        name: { givenName: 'A' },
        emails: [{ type: 'work', value: 'w@x.y' }],
        [ENTERPRISE_URN]: { department: 'D', manager: { value: 'm1' } },
      },
    ],
    [
      'merges an extension given whole',
      { [ENTERPRISE_URN]: { department: 'D' } },
      { op: 'add', value: { [ENTERPRISE_URN.toUpperCase()]: { costCenter: 'C' } } },
      { [ENTERPRISE_URN]: { department: 'D', costCenter: 'C' } },
    ],
    [
      'takes the extension as a path',
      {},
      { op: 'add', path: ENTERPRISE_URN, value: { division: 'V' } },
      { [ENTERPRISE_URN]: { division: 'V' } },
    ],
    [
      'knows a bare name of the extension',
      {},
      { op: 'add', path: 'department', value: 'D' },
      { [ENTERPRISE_URN]: { department: 'D' } },
    ],
    [
      'keeps a misspelt URN apart',
      {},
      { op: 'Add', path: `${MISSPELT_URN}:department`, value: 'D' },
      { [MISSPELT_URN]: { department: 'D' } },
    ],
    [
      'keeps an unknown extension',
      { 'urn:x:1.0:User': { a: 1 } },
      { op: 'replace', value: { 'urn:x:1.0:User': { b: [2] } } },
      { 'urn:x:1.0:User': { a: 1, b: [2] } },
    ],
    [
      'keeps an unknown attribute',
      {},
      { op: 'add', path: 'colour', value: { x: [1] } },
      { colour: { x: [1] } },
    ],
    [
      'keeps an unknown sub-attribute',
      {},
      { op: 'add', path: 'name.nick', value: 'N' },
      { name: { nick: 'N' } },
    ],
    [
      'adds to an unknown list',
      { tags: ['a'] },
      { op: 'add', path: 'Tags', value: ['b'] },
      { tags: ['a', 'b'] },
    ],
    [
      'changes a value of an unknown list',
      { tags: [{ id: 1, v: 'a' }] },
      { op: 'replace', path: 'tags[id eq 1].v', value: 'b' },
      { tags: [{ id: 1, v: 'b' }] },
    ],
    [
      'ignores what is read-only',
      {},
      { op: 'replace', value: { id: 'x', meta: {}, groups: [{ value: 'g' }], schemas: [] } },
      {},
    ],
    ['ignores a read-only path', {}, { op: 'add', path: 'groups', value: [{ value: 'g' }] }, {}],
    ['reads an empty path as none', {}, { op: 'add', path: '', value: { title: 'x' } }, { title: 'x' }],
  ];
  test.each(rows)('%s', (_, before, operation, expected) => {
    expect(after(before, operation)).toEqual(expected);
  });
});

describe('the manager, in all the shapes it comes in', () => {
  const path = `${ENTERPRISE_URN}:manager`;
  const with_ = (manager: unknown) => ({ [ENTERPRISE_URN]: { manager } });
  test.each([
    ['a bare id', { op: 'Add', path, value: 'm1' }, { value: 'm1' }],
    ['an object', { op: 'Replace', path, value: { value: 'm1' } }, { value: 'm1' }],
    ['a list of one', { op: 'Add', path, value: [{ $ref: null, value: 'm1' }] }, { value: 'm1' }],
    [
      'with a reference',
      { op: 'Add', path, value: [{ $ref: 'u/m1', value: 'm1' }] },
      { $ref: 'u/m1', value: 'm1' },
    ],
    ['the bare name', { op: 'Add', path: 'manager', value: 'm1' }, { value: 'm1' }],
    ['without a path', { op: 'replace', value: { [path]: 'm1' } }, { value: 'm1' }],
    ['in the extension', { op: 'replace', value: { [ENTERPRISE_URN]: { manager: 'm1' } } }, { value: 'm1' }],
  ])('%s', (_, operation, expected) => {
    expect(after({}, operation)).toEqual(with_(expected));
    expect(after(with_({ value: 'm0', displayName: 'Old' }), operation)).toEqual(with_(expected));
  });

  test.each([
    ['an empty id', { op: 'Replace', path, value: '' }],
    ['an empty id in an object', { op: 'Replace', path, value: { value: '' } }],
    ['an empty id in a list', { op: 'Replace', path, value: [{ $ref: null, value: '' }] }],
    ['an empty list', { op: 'Replace', path, value: [] }],
    ['null', { op: 'Replace', path, value: null }],
    ['Remove', { op: 'Remove', path }],
    ['Remove with the id', { op: 'Remove', path, value: 'm0' }],
    ['Remove of its value', { op: 'remove', path: 'manager.value' }],
    ['an empty sub-attribute', { op: 'replace', path: `${path}.value`, value: '' }],
  ])('goes by %s', (_, operation) => {
    expect(after(with_({ value: 'm0', displayName: 'Old' }), operation)).toEqual({});
    expect(after({}, operation)).toEqual({});
  });
});

describe('remove', () => {
  const rows: [string, JsonObject, unknown, JsonObject][] = [
    ['an attribute', { title: 'x' }, { op: 'Remove', path: 'title' }, {}],
    ['what is not there', {}, { op: 'remove', path: 'emails[type eq "work"]' }, {}],
    [
      'a sub-attribute',
      { name: { givenName: 'A', familyName: 'B' } },
      { op: 'remove', path: 'name.givenName' },
      { name: { familyName: 'B' } },
    ],
    ['the last sub-attribute', { name: { givenName: 'A' } }, { op: 'remove', path: 'name.givenName' }, {}],
    ['all values', { emails: [work, home] }, { op: 'remove', path: 'emails' }, {}],
    [
      'values that match',
      { emails: [work, home] },
      { op: 'remove', path: 'emails[type eq "work"]' },
      { emails: [home] },
    ],
    [
      'values but some',
      { emails: [work, home] },
      { op: 'remove', path: 'emails[not (type eq "work")]' },
      { emails: [work] },
    ],
    [
      'the value of a value',
      { emails: [work, home] },
      { op: 'Remove', path: 'emails[type eq "work"].value' },
      { emails: [home] },
    ],
    [
      'a sub-attribute of values',
      { emails: [{ ...work, display: 'W' }] },
      { op: 'remove', path: 'emails[type eq "work"].display' },
      { emails: [work] },
    ],
    [
      'values given by value',
      { emails: [work, home] },
      { op: 'Remove', path: 'emails', value: [{ $ref: null, value: 'h@x.y' }] },
      { emails: [work] },
    ],
    [
      'no value, when none is given',
      { emails: [work] },
      { op: 'Remove', path: 'emails', value: [] },
      { emails: [work] },
    ],
    ['an extension', { [ENTERPRISE_URN]: { department: 'D' } }, { op: 'remove', path: ENTERPRISE_URN }, {}],
    ['the last of an extension', { department: 'D' }, { op: 'remove', path: 'department' }, {}],
    ['an unknown extension', { 'urn:x:1.0:User': { a: 1 } }, { op: 'remove', path: 'urn:x:1.0:User' }, {}],
    ['an unknown attribute', { colour: 'red' }, { op: 'remove', path: 'Colour' }, {}],
  ];
  test.each(rows)('%s', (_, before, operation, expected) => {
    expect(after(before, operation)).toEqual(expected);
  });
});

test('operations count one after the other: remove, add and replace of one attribute', () => {
  const path = 'userName';
  const { userName } = patched(
    user(),
    { op: 'remove', path },
    { op: 'add', path, value: 'a' },
    { op: 'replace', path, value: 'b' },
  );
  expect(userName).toBe('b');
});

test('a user that has only a userName takes the 36 adds that Entra’s validator sends', () => {
  const { Operations } = fixture('entra-add-verbose');
  const noor = after({}, ...(Operations as unknown[]));
  expect(noor).toMatchObject({
    emails: [{ type: 'work', value: 'noor@hosts.example', primary: true }],
    phoneNumbers: [
      { type: 'work', value: '+32 9 000 01', primary: true },
      { type: 'mobile', value: '+32 9 000 02' },
      { type: 'fax', value: '+32 9 000 03' },
    ],
    addresses: [expect.objectContaining({ type: 'work', locality: 'Ghent', primary: true })],
    roles: [{ primary: true, display: 'Host', value: 'host', type: 'meeting' }],
    timezone: 'not/a-zone',
    [ENTERPRISE_URN]: {
      employeeNumber: '4711',
      department: 'Water',
      costCenter: 'C9',
      organization: 'Works',
      division: 'North',
    },
  });
});

test('the extension is listed in schemas once it has values', () => {
  expect(patched(user(), { op: 'add', path: 'department', value: 'D' }).schemas).toContain(ENTERPRISE_URN);
});

test('a password is thrown away, however it is spelt', () => {
  const operations = [
    { op: 'replace', value: { password: 's3cret' } },
    { op: 'replace', path: 'PassWord', value: 's3cret' },
    { op: 'add', path: 'urn:ietf:params:scim:schemas:core:2.0:User:password', value: 's3cret' },
    { op: 'add', path: 'urn:x:1.0:User:password', value: 's3cret' },
    { op: 'add', value: { 'urn:x:1.0:User': { password: 's3cret', deep: { Password: 's3cret' } } } },
    { op: 'add', path: 'name', value: { givenName: 'A', password: 's3cret' } },
    { op: 'add', path: 'name.password', value: 's3cret' },
  ];
  const read = readOperations({ Operations: operations });
  expect(JSON.stringify(read)).not.toContain('s3cret');
  expect(JSON.stringify(patched(user(), ...operations))).not.toContain('s3cret');
});

describe('what cannot be done is refused, says which operation, and nothing of it happens', () => {
  const add = (path: string, value: unknown) => ({ op: 'add', path, value });
  const rows: [string, unknown[], string | undefined, RegExp][] = [
    ['another op', [{ op: 'move', path: 'title' }], 'invalidSyntax', /^Operations\[0\]\.op must be/],
    ['no op', [{ path: 'title', value: 'x' }], 'invalidSyntax', /op must be/],
    ['an operation that is none', ['remove'], 'invalidSyntax', /Operations\[0\] must be an object/],
    ['a path that is none', [{ op: 'add', path: 5, value: 'x' }], 'invalidPath', /path must be a string/],
    ['no value', [{ op: 'add', path: 'title' }], 'invalidValue', /needs a value/],
    ['no path and no object', [{ op: 'replace', value: 'x' }], 'invalidValue', /must be an object/],
    ['remove without a path', [{ op: 'remove' }], 'noTarget', /remove needs a path/],
    [
      'remove of the user',
      [{ op: 'remove', path: 'urn:ietf:params:scim:schemas:core:2.0:User' }],
      'noTarget',
      /DELETE/,
    ],
    [
      'the second operation',
      [add('title', 'x'), add('title', 5)],
      'invalidValue',
      /^Operations\[1\]: title must be a string/,
    ],
    ['a wrong type', [add('active', 'maybe')], 'invalidValue', /active must be true or false/],
    [
      'a wrong type of a sub-attribute',
      [add('name.givenName', {})],
      'invalidValue',
      /name.givenName must be a string/,
    ],
    ['a wrong type of a value', [add('emails', 'w@x.y')], 'invalidValue', /emails must be an object/],
    [
      'a wrong type of a filtered value',
      [add('emails[type eq "a"]', 'x')],
      'invalidValue',
      /emails must be an object/,
    ],
    ['no userName', [{ op: 'remove', path: 'userName' }], 'mutability', /userName is required/],
    ['an empty userName', [add('userName', ' ')], 'invalidValue', /userName/],
    ['a path too deep', [add('name.given.name', 'x')], 'invalidPath', /is not an attribute/],
    ['a path that is none', [add('1st', 'x')], 'invalidPath', /is not an attribute/],
    ['a path with a hole', [add('emails[type eq "work"', 'x')], 'invalidPath', /with a filter/],
    ['a sub-attribute of what has none', [add('title.x', 'x')], 'invalidPath', /title has no sub-attributes/],
    ['a filter on one value', [add('title[type eq "x"].y', 'x')], 'invalidPath', /has one value/],
    ['a filter that is none', [add('emails[type]', {})], 'invalidFilter', /not of the form/],
    ['a filter in a filter', [add('emails[a[b eq "c"]].x', 'x')], 'invalidFilter', /brackets/],
    [
      'a value that cannot be made',
      [add('emails[value co "x"].type', 'x')],
      'noTarget',
      /no value of emails/,
    ],
    [
      'two primary values',
      [add('emails', [work, { ...home, primary: true }])],
      'invalidValue',
      /one value of emails/,
    ],
    ['__proto__', [add('__proto__', { polluted: true })], 'invalidPath', /__proto__/],
    ['__proto__.x', [add('__proto__.polluted', true)], 'invalidPath', /__proto__/],
    [
      'constructor.prototype',
      [add('constructor.prototype', { polluted: true })],
      'invalidPath',
      /constructor/,
    ],
    ['a sub-attribute __proto__', [add('name.__proto__', { polluted: true })], 'invalidPath', /__proto__/],
    [
      'a URN with __proto__',
      [add(`${ENTERPRISE_URN}:__proto__`, { polluted: true })],
      'invalidPath',
      /__proto__/,
    ],
    [
      'a key constructor',
      [{ op: 'add', value: { 'constructor.polluted': true } }],
      'invalidPath',
      /constructor/,
    ],
    [
      'more names than we keep',
      [{ op: 'add', value: Object.fromEntries(Array.from({ length: 301 }, (_, n) => [`a${n}`, n])) }],
      'invalidValue',
      /at most 300/,
    ],
    [
      'more values than we keep',
      [
        add(
          'emails',
          Array.from({ length: 301 }, (_, n) => ({ value: `${n}@x.y` })),
        ),
      ],
      'invalidValue',
      /at most 300 values/,
    ],
  ];
  test.each(rows)('%s', (_, operations, scimType, detail) => {
    const before = { title: 'old', emails: [] };
    expect(refusalOf(before, ...operations)).toEqual([400, scimType, expect.stringMatching(detail)]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('a body without operations, or with another schema', () => {
    const read = (body: unknown) => () => readOperations(body);
    expect(read({ schemas: [PATCH_URN], Operations: [] })).toThrow('at least one operation');
    expect(read({ schemas: [PATCH_URN] })).toThrow('at least one operation');
    expect(read([])).toThrow('must be a JSON object');
    expect(read({ schemas: ['urn:x'], Operations: [{}] })).toThrow(PATCH_URN);
  });

  test('1,000 operations are done, 1,001 are too many', () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => add('title', String(n)));
    expect(after({}, ...many(1_000))).toEqual({ title: '999' });
    expect(refusalOf({}, ...many(1_001))).toEqual([413, undefined, expect.stringContaining('1000')]);
  });
});

describe('for any user and any operations', () => {
  const name = fc.constantFrom(
    'title',
    'TITLE',
    'name.givenName',
    'emails',
    'emails[type eq "work"].value',
    'roles[primary eq "True"]',
    'manager',
    `${ENTERPRISE_URN}:department`,
    'urn:x:1:User:a',
    'colour',
    '__proto__',
    'constructor',
  );
  const value = fc.oneof(
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom<unknown>({ value: 'v' }, [{ value: 'v', type: 'work' }], { value: '' }, [], {}, 'True'),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const operation = fc.record({ op: fc.constantFrom('Add', 'replace', 'REMOVE'), path: name, value });

  test('the user that was there is not touched, and the outcome is sound or a refusal', () => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 6 }), (operations) => {
        const before = user({ title: 't', emails: [work, home], [ENTERPRISE_URN]: { department: 'D' } });
        const copy = structuredClone(before);
        try {
          const next = patched(before, ...operations);
          expect(next.userName).toBe('mira');
          expect(JSON.parse(JSON.stringify(next))).toEqual(next);
        } catch (error) {
          expect(error).toMatchObject({ status: 400, detail: expect.stringMatching(/^Operations\[\d\]/) });
        }
        expect(before).toEqual(copy);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
    );
  });

  test('replacing the same twice is the same as once', () => {
    fc.assert(
      fc.property(name, value, (path, given) => {
        const replace = { op: 'replace', path, value: given };
        const once = refusalOf({ emails: [work, home] }, replace);
        expect(refusalOf({ emails: [work, home] }, replace, replace)).toEqual(once);
      }),
    );
  });
});
