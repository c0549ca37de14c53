import { describe, expect, test } from '@jest/globals';
import { after, withZoomUserStanding } from '../../src/lifecycle/after.js';
import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import type { Person } from '../../src/lifecycle/person.js';
import { linksOf, resolve, type People } from '../../src/lifecycle/resolve.js';
import { active, at, durations, event, gone, identifier, mailsOf, zoomActive, zoomGone } from './people.js';

const okta = (id: string) => ({ identifiers: [identifier('okta-id', id)] });
const ann = { mail: 'ann@example.com' };
const bob = { mail: 'bob@example.com' };

/** Takes events in, in order, and says who each was about. */
function tell(people: People, ...events: [sourceId: string, event: LifecycleEvent][]): Person[] {
  const about = events.map(([sourceId, one]) => {
    const sourceKind = ['zoom', 'operator'].includes(sourceId) ? sourceId : 'scim';
    const newId = () => `person-${people.size + 1}`;
    const found = resolve(one, people, { sourceId, sourceKind, at: one.occurredAt!.getTime(), newId });
    const options = { sourceId, receivedAt: at(1_000), renewOnTransfer: true, durations };
    people.set(found.id, after(one, found, options).person);
    return found.id;
  });
  return about.map((id) => people.get(id) as Person);
}

function zoomUsersOf(people: People): Record<string, string> {
  const all = [...people.values()].flatMap((one) => one.zoomUsers.map((user) => [user.id, one.id]));
  return Object.fromEntries(all);
}

describe('the links of an event', () => {
  test('are its immutable ids, its mail, and a user name that is a mail', () => {
    const kinds = ['okta-id', 'graph-id', 'ad-sid', 'ad-guid', 'external-id'] as const;
    const ids = kinds.map((kind) => identifier(kind, `${kind} 1`));
    const told = event('r', 0, {
      mail: 'Ann@Example.com',
      identifiers: [identifier('user-name', ' asmith@example.com'), ...ids],
    });
    expect(linksOf(told).map(({ kind, value }) => `${kind}: ${value}`)).toEqual([
      'okta-id: okta-id 1',
      'graph-id: graph-id 1',
      'ad-sid: ad-sid 1',
      'ad-guid: ad-guid 1',
      'mail: ann@example.com',
      'mail: asmith@example.com',
    ]);
  });

  test.each<[string, Partial<LifecycleEvent>, string[]]>([
    ['name nobody by what is empty', { mail: '', identifiers: [identifier('okta-id', ' ')] }, []],
    ['name nobody by a mail that is gone', { mail: null }, []],
    ['name nobody by a user name that is no mail', { identifiers: [identifier('user-name', 'asmith')] }, []],
    [
      'name a mail once',
      { ...ann, identifiers: [identifier('user-name', 'ANN@example.com')] },
      ['ann@example.com'],
    ],
  ])('%s', (_, more, values) => {
    expect(linksOf(event('r', 0, more)).map((one) => one.value)).toEqual(values);
  });
});

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

describe('a mail', () => {
  const former = ['okta', event('r', 0, { ...active, ...ann, ...okta('1') })] as const;
  const next = ['okta', event('s', 5, { ...active, ...ann, ...okta('2') })] as const;

  test('re-used by somebody with another okta-id goes to them, and so does its Zoom user', () => {
    const people: People = new Map();
    const zoom = event('Z1', 1, { ...zoomActive, ...ann });
    const [was, user] = tell(people, [...former], ['zoom', zoom]);
    expect(user!.id).toBe(was!.id);
    const [is] = tell(people, [...next]);
    expect(is!.id).not.toBe(was!.id);
    expect(zoomUsersOf(people)).toEqual({ Z1: is!.id });
    expect([mailsOf(people.get(was!.id)!), mailsOf(is!)]).toEqual([{}, { 'ann@example.com': 'claimed' }]);
    expect([people.get(was!.id)!.mail, is!.mail]).toEqual([null, 'ann@example.com']);
    expect(is!.records.map((record) => record.record)).toEqual(['Z1', 's']);
  });

  test('stays with the newest claim when the older one comes late', () => {
    const people: People = new Map();
    const [is, , was] = tell(
      people,
      [...next],
      ['zoom', event('Z1', 1, { ...zoomActive, ...ann })],
      [...former],
    );
    expect(was!.id).not.toBe(is!.id);
    expect(zoomUsersOf(people)).toEqual({ Z1: is!.id });
    expect(mailsOf(is!)).toEqual({ 'ann@example.com': 'claimed' });
    expect(was!.mail).toBeNull();
  });

  test('is not taken back by a record of the former owner that no longer tells its okta-id', () => {
    const people: People = new Map();
    const [was, is] = tell(people, [...former], [...next]);
    tell(people, ['okta', event('r', 3, ann)]);
    expect(people.get(was!.id)?.mergedInto).toBeUndefined();
    expect(mailsOf(people.get(is!.id)!)).toEqual({ 'ann@example.com': 'claimed' });
  });

  test("is not claimed by Zoom's word, however new", () => {
    const people: People = new Map();
    const [was] = tell(people, [...former], ['zoom', event('Z1', 9, { ...zoomActive, ...ann })]);
    const [is] = tell(people, [...next]);
    expect(is!.id).not.toBe(was!.id);
    expect(zoomUsersOf(people)).toEqual({ Z1: is!.id });
  });

  test('that only Zoom tells leads to the Zoom user who had it last', () => {
    const people: People = new Map();
    const [old, young] = tell(
      people,
      ['zoom', event('Z1', 1, { ...zoomGone, ...ann })],
      ['zoom', event('Z2', 2, { ...zoomActive, ...ann })],
    );
    expect([mailsOf(people.get(old!.id)!), mailsOf(young!)]).toEqual([
      {},
      { 'ann@example.com': 'by Zoom alone' },
    ]);
  });

  test('claimed at last brings every Zoom user of that mail together', () => {
    const people: People = new Map();
    tell(
      people,
      ['zoom', event('Z1', 1, { ...zoomGone, ...ann })],
      ['zoom', event('Z2', 2, { ...zoomActive, ...ann })],
    );
    const [is] = tell(people, ['okta', event('r', 0, ann)]);
    expect(zoomUsersOf(people)).toEqual({ Z1: is!.id, Z2: is!.id });
  });
});

describe('a Zoom user', () => {
  function renamed(): [People, Person, Person] {
    const people: People = new Map();
    const [a, b] = tell(people, ['okta', event('r', 0, ann)], ['okta', event('s', 0, bob)]);
    return [people, a!, b!];
  }

  test('goes to the owner of the mail it now has', () => {
    const [people, , b] = renamed();
    tell(people, ['zoom', event('Z1', 1, { ...zoomActive, ...ann })], ['zoom', event('Z1', 2, bob)]);
    expect(zoomUsersOf(people)).toEqual({ Z1: b.id });
    expect(people.get(b.id)!.records.map((record) => record.record)).toEqual(['s', 'Z1']);
  });

  test('is not moved by a mail it had before', () => {
    const [people, , b] = renamed();
    tell(
      people,
      ['zoom', event('Z1', 2, { ...zoomActive, ...bob })],
      ['zoom', event('Z1', 1, { ...zoomActive, ...ann })],
    );
    expect(zoomUsersOf(people)).toEqual({ Z1: b.id });
  });

  test("stays with its person when its mail is nobody's", () => {
    const [people, a] = renamed();
    tell(
      people,
      ['zoom', event('Z1', 1, { ...zoomActive, ...ann })],
      ['zoom', event('Z1', 2, { mail: 'new@example.com' })],
    );
    expect(zoomUsersOf(people)).toEqual({ Z1: a.id });
  });

  test('stays with whom it was renamed with when its former mail is given to somebody new', () => {
    const people: People = new Map();
    const [a] = tell(
      people,
      ['okta', event('r', 0, { ...ann, ...okta('1') })],
      ['zoom', event('Z1', 1, { ...zoomActive, ...ann })],
      ['zoom', event('Z1', 2, bob)],
      ['okta', event('r', 3, { ...bob, ...okta('1') })],
      ['okta', event('s', 4, { ...ann, ...okta('2') })],
    );
    expect(zoomUsersOf(people)).toEqual({ Z1: a!.id });
  });

  test('found for one person and told of before to another comes together, with what Zoom said of it', () => {
    const [people, a, b] = renamed();
    tell(people, ['zoom', event('Z1', 1, bob)]);
    const found = withZoomUserStanding(people.get(a.id)!, 'Z1', 'active', at(2), 'ann@example.com');
    people.set(a.id, found);
    tell(people, ['zoom', event('Z1', 3, { ...zoomActive, ...ann })]);
    expect(zoomUsersOf(people)).toEqual({ Z1: a.id });
    expect(people.get(a.id)!.records.map((record) => record.record)).toEqual(['r', 'Z1']);
    expect(people.get(b.id)!.records.map((record) => record.record)).toEqual(['s']);
  });

  test.each([
    ['goes to the owner of a newer mail', 3, 'b'],
    ['is not moved by a mail it had before', 1, 'a'],
  ])('found when Zoom was asked %s', (_, seconds, whose) => {
    const [people, a, b] = renamed();
    const found = withZoomUserStanding(people.get(a.id)!, 'Z1', 'active', at(2), 'ann@example.com');
    people.set(a.id, found);
    tell(people, ['zoom', event('Z1', seconds, { ...zoomActive, ...bob })]);
    expect(zoomUsersOf(people)).toEqual({ Z1: { a, b }[whose]!.id });
  });

  test('without a mail is somebody, until its mail says who', () => {
    const [people, a] = renamed();
    const [nobody] = tell(people, ['zoom', event('Z1', 1, zoomActive)]);
    expect([a.id, nobody!.id]).not.toContain(undefined);
    tell(people, ['zoom', event('Z1', 2, ann)]);
    expect(zoomUsersOf(people)).toEqual({ Z1: a.id });
  });
});
