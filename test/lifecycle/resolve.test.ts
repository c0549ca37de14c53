import { describe, expect, test } from '@jest/globals';
import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import type { People } from '../../src/lifecycle/owners.js';
import { event, gone, identifier, zoomActive, zoomGone } from './people.js';
import { ann, bob, okta, tell } from './resolving.js';

describe('one person', () => {
  test.each<[string, [string, LifecycleEvent][]]>([
    [
      'the same record',
      [
        ['okta', event('r', 0)],
        ['okta', event('r', 1)],
      ],
    ],
    [
      'the same mail from two sources',
      [
        ['okta', event('r', 0, ann)],
        ['entra', event('s', 1, { mail: 'ANN@example.com' })],
      ],
    ],
    [
      'a mail and a user name',
      [
        ['okta', event('r', 0, ann)],
        ['entra', event('s', 1, { identifiers: [identifier('user-name', 'ann@example.com')] })],
      ],
    ],
    [
      'the same immutable id under two mails',
      [
        ['okta', event('r', 0, { ...ann, ...okta('1') })],
        ['hook', event('s', 1, { ...bob, ...okta('1') })],
      ],
    ],
    [
      'ids of two directories under one mail',
      [
        ['okta', event('r', 0, { ...ann, ...okta('1') })],
        ['entra', event('s', 1, { ...ann, identifiers: [identifier('graph-id', '1')] })],
      ],
    ],
    [
      'a mail, and a Zoom user of that mail',
      [
        ['okta', event('r', 0, ann)],
        ['zoom', event('Z1', 1, { ...zoomActive, ...ann })],
      ],
    ],
    [
      'a Zoom user, and a mail of it',
      [
        ['zoom', event('Z1', 1, { ...zoomActive, ...ann })],
        ['okta', event('r', 0, ann)],
      ],
    ],
  ])('is known by %s', (_, events) => {
    const people: People = new Map();
    expect(new Set(tell(people, ...events).map((one) => one.id)).size).toBe(1);
    expect(people.size).toBe(1);
  });

  test('is spoken of outright by an operator', () => {
    const people: People = new Map();
    const [one] = tell(people, ['okta', event('r', 0, ann)]);
    const [same] = tell(people, ['operator', event(one!.id, 1, gone)]);
    expect(same!.records.map((record) => record.standing)).toEqual([null, 'gone']);
  });
});

describe('two people', () => {
  test.each<[string, [string, LifecycleEvent][]]>([
    [
      'two records without a link',
      [
        ['okta', event('r', 0)],
        ['okta', event('s', 1)],
      ],
    ],
    [
      'the same record id in two sources',
      [
        ['okta', event('r', 0)],
        ['entra', event('r', 1)],
      ],
    ],
    [
      'one mail with two ids of one directory',
      [
        ['okta', event('r', 0, { ...ann, ...okta('1') })],
        ['okta', event('s', 1, { ...ann, ...okta('2') })],
      ],
    ],
    [
      'two mails',
      [
        ['okta', event('r', 0, ann)],
        ['okta', event('s', 1, bob)],
      ],
    ],
    [
      'no mail at all, twice',
      [
        ['okta', event('r', 0, { mail: '' })],
        ['okta', event('s', 1, { mail: '' })],
      ],
    ],
    [
      'two Zoom users of one mail, while no other source knows it',
      [
        ['zoom', event('Z1', 0, { ...zoomGone, ...ann })],
        ['zoom', event('Z2', 1, { ...zoomActive, ...ann })],
      ],
    ],
  ])('are known by %s', (_, events) => {
    expect(new Set(tell(new Map(), ...events).map((one) => one.id)).size).toBe(2);
  });
});

describe('a mail that Zoom gives to a user made anew', () => {
  test.each([
    ['after', 1],
    ['in the same millisecond as', 0],
    ['by a clock a little before', -1],
  ])('%s the former one was deleted is found with the new one, in either order', (_, seconds) => {
    const deleted = ['zoom', event('Z1', 0, { ...zoomGone, ...ann })] as const;
    const made = ['zoom', event('Z2', seconds, { ...zoomActive, ...ann })] as const;
    for (const events of [
      [deleted, made],
      [made, deleted],
    ]) {
      const people: People = new Map();
      tell(people, ...events.map(([source, one]): [string, typeof one] => [source, one]));
      const owner = [...people.values()].find(({ links }) => links.some(({ value }) => value === ann.mail));
      expect(owner?.zoomUsers.map(({ id }) => id)).toContain('Z2');
    }
  });
});
