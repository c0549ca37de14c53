import { describe, expect, test } from '@jest/globals';
import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import { at, event, key, person, record, zoomUser } from './people.js';
import { RECEIVED, told } from './telling.js';

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
