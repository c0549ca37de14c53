import { describe, expect, test } from '@jest/globals';
import { readOperations } from '../../../src/inbound/scim/operations.js';
import { ENTERPRISE_URN } from '../../../src/inbound/scim/schema-enterprise.js';
import { after, home, PATCH_URN, refusalOf, work } from './patching.js';

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
      'a wrong type of the second value',
      [{ op: 'add', value: { emails: [work, { value: 'h@x.y', primary: 'no' }] } }],
      'invalidValue',
      /^Operations\[0\]: emails\[1\]\.primary must be true or false$/,
    ],
    [
      'a wrong type of a filtered value',
      [add('emails[type eq "a"]', 'x')],
      'invalidValue',
      /one value of emails must be given as an object/,
    ],
    ['a path to what is read-only', [add('groups', [{ value: 'g' }])], 'mutability', /groups is read-only/],
    ['a path to our id', [{ op: 'replace', path: 'id', value: 'x' }], 'mutability', /id is read-only/],
    ['removal of what is read-only', [{ op: 'remove', path: 'meta' }], 'mutability', /meta is read-only/],
    [
      'a path to a part that is read-only',
      [add(`${ENTERPRISE_URN}:manager.displayName`, 'x')],
      'mutability',
      /manager.displayName is read-only \(path ".*manager.displayName"\)$/,
    ],
    ['no userName', [{ op: 'remove', path: 'userName' }], 'mutability', /userName is required/],
    ['an empty userName', [add('userName', ' ')], 'invalidValue', /userName/],
    ['a path too deep', [add('name.given.name', 'x')], 'invalidPath', /is not an attribute/],
    ['a path that is none', [add('1st', 'x')], 'invalidPath', /is not an attribute/],
    ['a path with a hole', [add('emails[type eq "work"', 'x')], 'invalidPath', /with a filter/],
    ['a sub-attribute of what has none', [add('title.x', 'x')], 'invalidPath', /title has no sub-attributes/],
    ['a filter on one value', [add('title[type eq "x"].y', 'x')], 'invalidPath', /has one value/],
    ['a filter that is none', [add('emails[type]', {})], 'invalidFilter', /at character 12: an operator/],
    ['a filter in a filter', [add('emails[a[b eq "c"]].x', 'x')], 'invalidFilter', /brackets/],
    [
      'a replacement of a value that is not there',
      [{ op: 'replace', path: 'emails[type eq "nonexistent"].value', value: 'n@x.y' }],
      'noTarget',
      /no value of emails matches the filter/,
    ],
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
