import { expect } from '@jest/globals';
import { after } from '../../src/lifecycle/after.js';
import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import type { Person } from '../../src/lifecycle/person.js';
import { at, durations } from './people.js';

export const RECEIVED = at(1_000);

export function told(before: Person, events: LifecycleEvent[], sourceId = 'okta', renewOnTransfer = true) {
  const options = { sourceId, receivedAt: RECEIVED, renewOnTransfer, durations };
  return events.reduce((one, next) => after(next, one.person, options), {
    person: before,
    outcome: 'no-change',
    type: 'changed',
    reason: null,
    resend: false,
  } as ReturnType<typeof after>);
}

export function onlyRecord(one: Person) {
  expect(one.records).toHaveLength(1);
  return one.records[0]!;
}

/** Every order of a short list. */
export function orders<T>(list: T[]): T[][] {
  if (list.length < 2) return [list];
  return list.flatMap((first, index) => orders(list.toSpliced(index, 1)).map((rest) => [first, ...rest]));
}
