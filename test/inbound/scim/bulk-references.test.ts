import { expect, test } from '@jest/globals';
import {
  referencesOf,
  resolveReferences,
  withoutReferences,
} from '../../../src/inbound/scim/bulk-references.js';
import type { JsonObject } from '../../../src/inbound/scim/json.js';

const operation = (data: unknown, path = '/Users/1') => ({ index: 0, method: 'PATCH', path, data });
const idOf = (bulkId: string) => `<${bulkId}>`;

test.each<[string, unknown, unknown, string[]]>([
  [
    'members',
    { members: [{ value: 'bulkId:a' }, { value: 'bulkId:b c' }] },
    { members: [{ value: '<a>' }, { value: '<b c>' }] },
    ['a', 'b c'],
  ],
  ['a manager', { manager: 'bulkId:a' }, { manager: '<a>' }, ['a']],
  [
    'an address',
    { $ref: 'https://x/scim/v2/Users/bulkId:a' },
    { $ref: 'https://x/scim/v2/Users/<a>' },
    ['a'],
  ],
  ['an address that is only a reference', { $ref: 'bulkId:a' }, { $ref: '<a>' }, ['a']],
  [
    'a path with a filter',
    { path: 'members[value eq "bulkId:a" or value eq "bulkId:b"]' },
    { path: 'members[value eq "<a>" or value eq "<b>"]' },
    ['a', 'b'],
  ],
  ['text that only mentions one', { title: 'my bulkId:a' }, { title: 'my bulkId:a' }, []],
  ['the word alone', { title: 'bulkId:' }, { title: 'bulkId:' }, []],
  ['the word in another case', { title: 'BULKID:a' }, { title: 'BULKID:a' }, []],
  ['what is no text', { a: [1, true, null, { b: {} }] }, { a: [1, true, null, { b: {} }] }, []],
])('in data: %s', (_, data, resolved, found) => {
  expect([...referencesOf(operation(data))]).toEqual(found);
  expect(resolveReferences(operation(data), idOf).data).toEqual(resolved);
});

test('in the path of the operation', () => {
  expect([...referencesOf(operation(null, '/Groups/bulkId:a'))]).toEqual(['a']);
  expect(resolveReferences(operation(null, '/Groups/bulkId:a'), idOf).path).toBe('/Groups/<a>');
});

test('an id is put in as it is, whatever it contains', () => {
  expect(resolveReferences(operation({ value: 'bulkId:a' }), () => '$& $1').data).toEqual({ value: '$& $1' });
});

test('attributes that refer to what is not there yet are left out, others stay', () => {
  const data = {
    userName: 'u',
    manager: { value: 'bulkId:a' },
    other: [{ value: 'bulkId:b' }],
  } as JsonObject;
  expect(withoutReferences(operation(data), new Set(['a'])).data).toEqual({
    userName: 'u',
    other: [{ value: 'bulkId:b' }],
  });
});
