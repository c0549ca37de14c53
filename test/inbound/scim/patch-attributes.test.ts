import { describe, expect, test } from '@jest/globals';
import { ENTERPRISE_URN } from '../../../src/inbound/scim/schema-enterprise.js';
import { after, patched, user, type PatchRow } from './patching.js';

const MISSPELT_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User';

describe('add and replace an attribute', () => {
  const rows: PatchRow[] = [
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
    [
      'takes away a part that is null, and leaves the others',
      { name: { givenName: 'A', familyName: 'B' } },
      { op: 'replace', path: 'name', value: { GivenName: null, middleName: 'M' } },
      { name: { familyName: 'B', middleName: 'M' } },
    ],
    [
      'takes away all parts that are null',
      { name: { givenName: 'A', familyName: 'B' } },
      { op: 'add', value: { name: { givenName: null } } },
      { name: { familyName: 'B' } },
    ],
    [
      'changes nothing by an object without parts',
      { name: { givenName: 'A' } },
      { op: 'replace', path: 'name', value: {} },
      { name: { givenName: 'A' } },
    ],
    [
      'takes away a part of the manager',
      { [ENTERPRISE_URN]: { manager: { value: 'm', $ref: 'u/m' } } },
      { op: 'replace', path: 'manager', value: { $ref: null } },
      { [ENTERPRISE_URN]: { manager: { value: 'm' } } },
    ],
    ['takes null as no value', { title: 'x' }, { op: 'replace', path: 'title', value: null }, {}],
    ['takes null as no value without a path', { title: 'x' }, { op: 'replace', value: { title: null } }, {}],
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
      'ignores what is read-only',
      {},
      { op: 'replace', value: { id: 'x', meta: {}, groups: [{ value: 'g' }], schemas: [] } },
      {},
    ],
    ['reads an empty path as none', {}, { op: 'add', path: '', value: { title: 'x' } }, { title: 'x' }],
  ];
  test.each(rows)('%s', (_, before, operation, expected) => {
    expect(after(before, operation)).toEqual(expected);
  });
});

describe('remove an attribute', () => {
  const rows: PatchRow[] = [
    ['an attribute', { title: 'x' }, { op: 'Remove', path: 'title' }, {}],
    [
      'a sub-attribute',
      { name: { givenName: 'A', familyName: 'B' } },
      { op: 'remove', path: 'name.givenName' },
      { name: { familyName: 'B' } },
    ],
    ['the last sub-attribute', { name: { givenName: 'A' } }, { op: 'remove', path: 'name.givenName' }, {}],
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

test('the extension is listed in schemas once it has values', () => {
  expect(patched(user(), { op: 'add', path: 'department', value: 'D' }).schemas).toContain(ENTERPRISE_URN);
});

test('schemas list the core and what has values, whatever a client makes of them', () => {
  const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
  const schemasAfter = (op: string, value?: unknown) =>
    patched(user({ department: 'D' }), { op, path: 'schemas', value }).schemas;
  expect(schemasAfter('add', ['urn:x:1.0:User'])).toEqual([core, ENTERPRISE_URN]);
  expect(schemasAfter('replace', ['urn:x:1.0:User'])).toEqual([core, ENTERPRISE_URN]);
  expect(schemasAfter('remove')).toEqual([core, ENTERPRISE_URN]);
  expect(patched(user({ department: 'D' }), { op: 'remove', path: 'department' }).schemas).toEqual([core]);
});
