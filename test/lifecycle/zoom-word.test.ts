import { describe, expect, test } from '@jest/globals';
import { withZoomUserStanding } from '../../src/lifecycle/after.js';
import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import { active, at, event, gone, person, zoomActive, zoomGone } from './people.js';
import { orders, told } from './telling.js';

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
