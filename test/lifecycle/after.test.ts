import { describe, expect, test } from '@jest/globals';
import { effectiveTime } from '../../src/lifecycle/after.js';
import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import { active, at, durations, event, gone, person } from './people.js';
import { RECEIVED, told } from './telling.js';

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
