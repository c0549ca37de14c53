import { describe, expect, test } from '@jest/globals';
import { changes, type UserState } from '../../../src/inbound/scim/changes.js';
import { ENTERPRISE_URN } from '../../../src/inbound/scim/schema-enterprise.js';

const oktaId = '00u3kd91mQx7TzLbf5d7';
const guid = '5D0C8D4E-7a31-4f57-9a0b-6b6f2f1f9c44';

function user(
  differences: Record<string, unknown> = {},
  enterprise: Record<string, unknown> = {},
): UserState {
  const resource: Record<string, unknown> = {
    userName: 'Mira@Hosts.example',
    active: true,
    displayName: 'Mira Lind',
    emails: [{ value: 'Mira@Hosts.example', type: 'work', primary: true }],
    [ENTERPRISE_URN]: { department: 'Sales', ...enterprise },
    ...differences,
  };
  const externalId = typeof resource['externalId'] === 'string' ? resource['externalId'] : null;
  return { id: 'scim-1', externalId, active: resource['active'] === true, resource };
}

const gone = { active: false };
const types = (before: UserState | undefined, after: UserState | undefined) =>
  changes(before, after).map(({ type, standing }) => `${type} ${standing}`);

test('an event carries all that the record says after the change', () => {
  expect(changes(undefined, user({ externalId: oktaId }))).toEqual([
    {
      type: 'created',
      record: 'scim-1',
      subject: 'mira@hosts.example',
      occurredAt: null,
      sequence: 0,
      standing: 'active',
      mail: 'mira@hosts.example',
      name: 'Mira Lind',
      identifiers: [
        { kind: 'user-name', value: 'mira@hosts.example' },
        { kind: 'external-id', value: oktaId },
        { kind: 'okta-id', value: oktaId },
      ],
      attributes: {
        department: 'Sales',
        division: null,
        organization: null,
        costCenter: null,
        manager: null,
      },
    },
  ]);
});

describe('the difference between before and after says what happened', () => {
  const rows: [string, UserState | undefined, UserState | undefined, string[]][] = [
    ['a new user', undefined, user(), ['created active']],
    ['a new user that is explicitly inactive', undefined, user(gone), ['created gone']],
    ['a leaver', user(), user(gone), ['removed gone']],
    [
      'a leaver whose department goes in the same request',
      user(),
      user(gone, { department: '' }),
      ['removed gone'],
    ],
    ['a returner', user(gone), user(), ['created active']],
    ['a deleted user', user(), undefined, ['removed gone']],
    ['a deleted user that had left before', user(gone), undefined, ['removed gone']],
    ['nothing at all', undefined, undefined, []],
    ['the same again', user(), user(), []],
    ['another title', user(), user({ title: 'Boss' }), []],
    ['another name', user(), user({ displayName: 'Mira L.' }), ['changed active']],
    ['another mail', user(), user({ emails: [{ value: 'm@hosts.example' }] }), ['changed active']],
    ['a mail in other letters', user(), user({ emails: [{ value: 'MIRA@hosts.example' }] }), []],
    ['another userName', user(), user({ userName: 'mira2@hosts.example' }), ['changed active']],
    ['an externalId', user(), user({ externalId: 'e1' }), ['changed active']],
    ['another department', user(), user({}, { department: 'Support' }), ['transferred active']],
    ['a department where there was none', user({}, { department: '' }), user(), ['changed active']],
    ['a department that goes', user(), user({ [ENTERPRISE_URN]: {} }), ['changed active']],
    ['a manager at last', user(), user({}, { manager: { value: 'm1' } }), ['changed active']],
    [
      'another manager',
      user({}, { manager: { value: 'm1' } }),
      user({}, { manager: { value: 'm2' } }),
      ['transferred active'],
    ],
    [
      'another department of one who has left',
      user(gone),
      user(gone, { department: 'X' }),
      ['transferred gone'],
    ],
    ['an attribute of no schema', user(), user({ colour: 'red' }), []],
  ];
  test.each(rows)('%s', (_, before, after, expected) => {
    expect(types(before, after)).toEqual(expected);
  });

  test.each(['division', 'organization', 'costCenter'])('another %s is a transfer', (name) => {
    expect(types(user({}, { [name]: 'a' }), user({}, { [name]: 'b' }))).toEqual(['transferred active']);
  });
});

test('a deleted resource claims neither mail nor identifiers: they may be somebody else’s by now', () => {
  const [event] = changes(user({ externalId: oktaId }), undefined);
  expect(event).toEqual({
    type: 'removed',
    record: 'scim-1',
    subject: 'mira@hosts.example',
    occurredAt: null,
    sequence: 0,
    standing: 'gone',
  });
});

test.each([
  [
    'primary before work',
    [
      { value: 'w@x.y', type: 'work' },
      { value: 'p@x.y', primary: true },
    ],
    'p@x.y',
  ],
  [
    'work before the first',
    [
      { value: 'h@x.y', type: 'home' },
      { value: 'w@x.y', type: 'Work' },
    ],
    'w@x.y',
  ],
  ['the first', [{ value: 'h@x.y', type: 'home' }, { value: 'o@x.y' }], 'h@x.y'],
  ['what is a mail before what is none', [{ value: 'n/a', primary: true }, { value: 'o@x.y' }], 'o@x.y'],
  ['else the userName', [], 'mira@hosts.example'],
  ['else the userName, also for an address without value', [{ type: 'work' }], 'mira@hosts.example'],
])('the mail is the primary, the one for work, the first, the userName: %s', (_, emails, mail) => {
  expect(changes(undefined, user({ emails }))).toEqual([expect.objectContaining({ mail })]);
});

test('a userName that is no mail leaves the person without one', () => {
  const [event] = changes(undefined, user({ userName: 'mlind', emails: undefined }));
  expect(event).toMatchObject({ mail: null, subject: 'mlind' });
});

test('an externalId that can only be Okta’s own id is one', () => {
  const [event] = changes(undefined, user({ externalId: oktaId }));
  expect(event?.identifiers).toContainEqual({ kind: 'okta-id', value: oktaId });
});

test('a mail and ids that stay are not told again: they may be somebody else’s by now', () => {
  const [event] = changes(user({ externalId: oktaId }), user({ externalId: oktaId, active: false }));
  expect(event).not.toHaveProperty('mail');
  expect(event).not.toHaveProperty('identifiers');
});

test.each(['00u-short', guid])('any other externalId is only an external id: %s', (externalId) => {
  const [event] = changes(undefined, user({ externalId }));
  expect(event?.identifiers?.map(({ kind }) => kind)).toEqual(['user-name', 'external-id']);
});

test('the name is displayName, name.formatted, or its parts', () => {
  const name = { givenName: 'A', familyName: 'B' };
  const named = (differences: Record<string, unknown>) => changes(undefined, user(differences))[0]?.name;
  expect(named({ name })).toBe('Mira Lind');
  expect(named({ displayName: ' ', name: { ...name, formatted: 'A. B.' } })).toBe('A. B.');
  expect(named({ displayName: undefined, name })).toBe('A B');
  expect(named({ displayName: undefined })).toBeUndefined();
});
