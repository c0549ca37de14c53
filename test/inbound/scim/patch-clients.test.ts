import { describe, expect, test } from '@jest/globals';
import { readOperations } from '../../../src/inbound/scim/operations.js';
import { ENTERPRISE_URN } from '../../../src/inbound/scim/schema-enterprise.js';
import { after, patched, user } from './patching.js';

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
    ['a null id beside a reference', { op: 'Replace', path, value: { value: null, $ref: 'u/m1' } }],
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
