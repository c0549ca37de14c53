import { describe, expect, test } from '@jest/globals';
import { after, effectiveTime, withZoomUserStanding } from '../../src/lifecycle/after.js';
import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import type { Person } from '../../src/lifecycle/person.js';
import {
  active,
  at,
  durations,
  event,
  gone,
  key,
  link,
  person,
  record,
  zoomActive,
  zoomGone,
  zoomUser,
} from './people.js';

const RECEIVED = at(1_000);

function told(before: Person, events: LifecycleEvent[], sourceId = 'okta', renewOnTransfer = true) {
  const options = { sourceId, receivedAt: RECEIVED, renewOnTransfer, durations };
  return events.reduce((one, next) => after(next, one.person, options), {
    person: before,
    outcome: 'no-change',
    type: 'changed',
    reason: null,
    resend: false,
  } as ReturnType<typeof after>);
}

function onlyRecord(one: Person) {
  expect(one.records).toHaveLength(1);
  return one.records[0]!;
}

/** Every order of a short list. */
function orders<T>(list: T[]): T[][] {
  if (list.length < 2) return [list];
  return list.flatMap((first, index) => orders(list.toSpliced(index, 1)).map((rest) => [first, ...rest]));
}

describe('the time of an event', () => {
  test.each([
    ['its own, when it is past', new Date(at(0)), at(0)],
    ['its own, up to 5 min ahead', new Date(RECEIVED + 300_000), RECEIVED + 300_000],
    ['its receipt, when further ahead', new Date(RECEIVED + 300_001), RECEIVED],
    ['its receipt, when it has none', null, RECEIVED],
  ])('is %s', (_, occurredAt, counted) => {
    expect(effectiveTime({ occurredAt }, RECEIVED, durations)).toBe(counted);
  });
});

describe('the standing of a record', () => {
  const join = event('r', 1, active);
  const leave = event('r', 2, gone);
  const back = event('r', 3, active);
  test.each<[string, LifecycleEvent[], string]>([
    ['is the newest one told', [join, leave], 'gone'],
    ['is the newest one told, back again', [join, leave, back], 'active'],
    [
      'at equal times follows the sequence',
      [join, { ...leave, occurredAt: join.occurredAt, sequence: -1 }],
      'active',
    ],
    ['at equal times and sequences is gone', [join, { ...leave, occurredAt: join.occurredAt }], 'gone'],
    ['by a newer time beats any sequence', [{ ...join, sequence: 9 }, leave], 'gone'],
  ])('%s, whatever arrives first', (_, events, standing) => {
    for (const order of orders([...events, ...events.slice(0, 1)]))
      expect(onlyRecord(told(person(), order).person).standing).toBe(standing);
  });

  test('is kept for each record of a source by itself', () => {
    const { person: ann } = told(person(), [join, { ...leave, record: 'another' }]);
    expect(ann.records.map(({ record, standing }) => [record, standing])).toEqual([
      ['r', 'active'],
      ['another', 'gone'],
    ]);
  });

  test('is not changed by an event that tells none', () => {
    const { person: ann } = told(person(), [join, event('r', 5, { name: 'Ann' })]);
    expect(onlyRecord(ann)).toMatchObject({ standing: 'active', standingAt: at(1) });
  });
});

describe('the facts of a record', () => {
  const tellings = [
    event('r', 1, { name: 'Ann Old', attributes: { department: 'Sales' } }),
    event('r', 2, { name: 'Ann New' }),
    event('r', 3, { attributes: { department: 'Law' } }),
  ];
  test('each keep the time of their own newest telling, whatever arrives first', () => {
    for (const order of orders(tellings)) {
      const { facts } = onlyRecord(told(person(), order).person);
      expect(facts).toEqual({
        name: { value: 'Ann New', at: at(2), sequence: 0 },
        department: { value: 'Law', at: at(3), sequence: 0 },
      });
    }
  });

  test('told differently for the same moment end the same, whatever arrives first', () => {
    const same = ['Ann', 'Anna', 'Anne'].map((name) => event('r', 1, { name }));
    const names = orders(same).map((order) => told(person(), order).person.name);
    expect(new Set(names)).toEqual(new Set(['Anne']));
  });

  test('of two sources, the newest name is shown, whatever arrives first', () => {
    const [old, young] = [event('r', 1, { name: 'Old' }), event('s', 2, { name: 'Young' })];
    const later = told(told(person(), [old]).person, [young], 'ad').person;
    const earlier = told(told(person(), [young], 'ad').person, [old]).person;
    expect([later.name, earlier.name]).toEqual(['Young', 'Young']);
  });

  test("a mail that is somebody else's by now is not shown, whatever the record says", () => {
    const links = [link('mail', 'old@example.com'), link('mail', 'ann@example.com')];
    const says = [event('r', 1, { mail: 'ann@example.com' }), event('s', 2, { mail: 'bob@example.com' })];
    expect(told(person({ links }), says).person.mail).toBe('ann@example.com');
  });

  test('for want of a mail, a user name that is one is shown', () => {
    const links = [link('mail', 'ann@example.com', at(1)), link('mail', 'former@example.com', at(0))];
    expect(told(person({ links }), [event('r', 1, active)]).person.mail).toBe('ann@example.com');
  });
});

describe('what became of an event', () => {
  const known = told(person(), [event('r', 5, { ...active, name: 'Ann' })]).person;
  test.each<[string, LifecycleEvent, object]>([
    ['news is applied', event('r', 6, gone), { outcome: 'applied', reason: 'standing' }],
    ['several at once are named', event('r', 6, { ...gone, name: 'An' }), { reason: 'standing, name' }],
    ['older news is late', event('r', 4, gone), { outcome: 'late', reason: null }],
    [
      'a repeat changes nothing',
      event('r', 5, { ...active, name: 'Ann' }),
      { outcome: 'no-change', reason: null },
    ],
    ['the same once more changes nothing', event('r', 6, active), { outcome: 'no-change', reason: null }],
    ['late news alone of all it says is late', event('r', 4, { ...gone, name: 'An' }), { outcome: 'late' }],
    [
      'late news with other news is applied',
      event('r', 4, { ...gone, mail: 'ann@example.com' }),
      { outcome: 'applied', reason: 'mail' },
    ],
  ])('%s', (_, next, expected) => {
    expect(told(known, [next])).toMatchObject(expected);
  });

  test('a repeat leaves the person the same value, so that nothing is written', () => {
    expect(told(known, [event('r', 5, { ...active, name: 'Ann' })]).person).toBe(known);
  });
});

describe('a transfer', () => {
  const holder = person({
    records: [
      record('okta', 'active', {
        record: 'r',
        facts: { department: { value: 'Sales', at: at(0), sequence: 0 } },
      }),
    ],
    zoomUsers: [zoomUser('Z1', { keys: [key(1, 'active')] }), zoomUser('Z2')],
  });
  const moved = (value: string | null, more: Partial<LifecycleEvent> = {}) =>
    event('r', 10, { attributes: { department: value }, ...more });

  test.each<[string, LifecycleEvent]>([
    ['an attribute went from one value to another', moved('Law')],
    ['the source says so itself', event('r', 10, { type: 'transferred' })],
    ['the source says so itself, late', event('r', -10, { type: 'transferred' })],
  ])('asks every Zoom user of theirs for a key drawn after it: %s', (_, next) => {
    const { person: ann, type } = told(holder, [next]);
    expect(type).toBe('transferred');
    expect(ann.zoomUsers.map((user) => user.renewAfter)).toEqual([
      next.occurredAt?.getTime(),
      next.occurredAt?.getTime(),
    ]);
  });

  test.each<[string, LifecycleEvent]>([
    ['a value that goes', moved(null)],
    ['the same value', moved('Sales')],
    ['another value, told late', event('r', -1, { attributes: { department: 'Law' } })],
    ['a value of an attribute that had none', event('r', 10, { attributes: { manager: 'bob' } })],
    ['another name', event('r', 10, { name: 'Ann' })],
    ['another mail', event('r', 10, { mail: 'ann@example.org' })],
  ])('is not: %s', (_, next) => {
    const { person: ann, type } = told(holder, [next]);
    expect(type).toBe('changed');
    expect(ann.zoomUsers.map((user) => user.renewAfter)).toEqual([null, null]);
  });

  test('that is still to come asks for a key drawn after its receipt', () => {
    const ahead = { ...moved('Law'), occurredAt: new Date(RECEIVED + 60_000) };
    expect(told(holder, [ahead]).person.zoomUsers[0]?.renewAfter).toBe(RECEIVED);
  });

  test('asks for nothing where the policy is to keep', () => {
    const { person: ann, type } = told(holder, [moved('Law')], 'okta', false);
    expect(type).toBe('transferred');
    expect(ann.zoomUsers).toBe(holder.zoomUsers);
  });

  test('told twice asks once', () => {
    const once = told(holder, [moved('Law')]).person;
    expect(told(once, [moved('Law')])).toMatchObject({ outcome: 'no-change', person: once });
  });

  test('that the source says twice leaves the person the same value the second time', () => {
    const says = event('r', 10, { type: 'transferred' });
    const once = told(holder, [says]).person;
    expect(told(once, [says]).person).toBe(once);
  });
});

describe('an asked-for rotation', () => {
  test('is never late, and ends a contest', () => {
    const contested = person({ contestedAt: at(1), exposedAt: [at(1)], zoomUsers: [zoomUser('Z1')] });
    const { person: ann, outcome } = told(contested, [event('person-1', null, { rotate: true })], 'operator');
    expect(outcome).toBe('applied');
    expect(ann).toMatchObject({ contestedAt: null, exposedAt: [], zoomUsers: [{ renewAfter: RECEIVED }] });
  });
});

describe("Zoom's word on its user", () => {
  const says = (seconds: number, more: Partial<LifecycleEvent>) => event('Z1', seconds, more);
  const pending = { ...active, zoomStanding: 'pending' } as const;
  const inactive = { ...gone, zoomStanding: 'inactive' } as const;

  test.each<[string, LifecycleEvent[], string]>([
    ['the newest holds', [says(1, zoomActive), says(2, zoomGone), says(3, zoomActive)], 'active'],
    ['at equal times gone holds', [says(1, zoomActive), says(1, zoomGone), says(1, inactive)], 'gone'],
    ['at equal times inactive beats active', [says(1, zoomActive), says(1, inactive)], 'inactive'],
    ['at equal times pending beats active', [says(1, zoomActive), says(1, pending)], 'pending'],
  ])('%s, whatever arrives first', (_, events, standing) => {
    for (const order of orders(events)) {
      const { zoomUsers } = told(person(), order, 'zoom').person;
      expect(zoomUsers).toMatchObject([{ id: 'Z1', standing }]);
    }
  });

  test('its newest mail holds, whichever kind of event tells it and whatever arrives first', () => {
    const events = [
      says(1, { ...zoomActive, mail: 'ann@example.com' }),
      says(2, { mail: 'ann.smith@example.com' }),
      says(3, zoomActive),
    ];
    for (const order of orders(events)) {
      expect(told(person(), order, 'zoom').person.zoomUsers).toMatchObject([
        { mail: 'ann.smith@example.com' },
      ]);
    }
  });

  test('a mail that Zoom told when asked is not undone by older news', () => {
    const asked = withZoomUserStanding(person(), 'Z1', 'active', at(5), 'new@example.com');
    const { person: ann } = told(
      asked,
      [says(3, { ...zoomActive, mail: 'old@example.com' }), says(6, zoomActive)],
      'zoom',
    );
    expect(ann.zoomUsers).toMatchObject([{ mail: 'new@example.com' }]);
    const late = told(person(), [says(3, { ...zoomActive, mail: 'old@example.com' })], 'zoom').person;
    const { person: bob } = told(
      withZoomUserStanding(late, 'Z1', 'active', at(5), 'new@example.com'),
      [says(4, { mail: 'older@example.com' })],
      'zoom',
    );
    expect(bob.zoomUsers).toMatchObject([{ mail: 'new@example.com' }]);
  });

  test('an event that tells no standing makes no Zoom user', () => {
    expect(told(person(), [says(1, { name: 'Ann' })], 'zoom').person.zoomUsers).toEqual([]);
  });
});
