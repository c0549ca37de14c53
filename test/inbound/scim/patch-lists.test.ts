import { describe, expect, test } from '@jest/globals';
import { ENTERPRISE_URN } from '../../../src/inbound/scim/schema-enterprise.js';
import { fixture } from './fixture.js';
import { after, home, work, type PatchRow } from './patching.js';

describe('add and replace values of a list', () => {
  const rows: PatchRow[] = [
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
      'adds no value twice that a filter would find by either',
      { roles: [{ value: 'ΛΟΓΟΣ', display: 'Host' }] },
      { op: 'add', path: 'roles', value: [{ value: 'λογοσ' }] },
      { roles: [{ value: 'λογοσ', display: 'Host' }] },
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
      'makes a value that no schema suggests only when it is added',
      {},
      { op: 'Add', path: 'emails[type eq "club"].value', value: 'c@x.y' },
      { emails: [{ type: 'club', value: 'c@x.y' }] },
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
      'takes away a part that is null of the value that matches',
      { emails: [{ ...work, display: 'W' }] },
      { op: 'add', path: 'emails[type eq "work"]', value: { display: null } },
      { emails: [work] },
    ],
    [
      'adds to the value that has the same value and type',
      { emails: [work, home] },
      {
        op: 'add',
        path: 'emails',
        value: [{ value: 'W@x.y', type: 'Work', display: 'W' }, { value: 'w@x.y' }],
      },
      { emails: [{ value: 'W@x.y', type: 'Work', primary: true, display: 'W' }, home, { value: 'w@x.y' }] },
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
      'makes one of two that come to have the same value and type, and what was set holds',
      {
        emails: [
          { ...home, display: 'H' },
          { value: 'o@x.y', type: 'home', primary: true },
        ],
      },
      {
        op: 'replace',
        path: 'emails[value eq "o@x.y"]',
        value: { value: 'H@x.y', type: 'Home', display: 'O' },
      },
      { emails: [{ value: 'H@x.y', type: 'Home', display: 'O' }] },
    ],
    [
      'makes one of all that it gives the same value',
      { emails: [{ ...home, type: 'work', display: 'A' }, home, { ...work, display: 'B' }] },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'n@x.y' },
      { emails: [{ value: 'n@x.y', type: 'work', display: 'B', primary: true }, home] },
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
  ];
  test.each(rows)('%s', (_, before, operation, expected) => {
    expect(after(before, operation)).toEqual(expected);
  });
});

describe('remove values of a list', () => {
  const rows: PatchRow[] = [
    ['what is not there', {}, { op: 'remove', path: 'emails[type eq "work"]' }, {}],
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
      'what told two values apart',
      { emails: [work, { value: 'w@x.y', type: 'other', display: 'O' }, home] },
      { op: 'remove', path: 'emails[value eq "w@x.y"].type' },
      { emails: [{ value: 'w@x.y', primary: true, display: 'O' }, home] },
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
  ];
  test.each(rows)('%s', (_, before, operation, expected) => {
    expect(after(before, operation)).toEqual(expected);
  });
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
