import { describe, expect, test } from '@jest/globals';
import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import type { People } from '../../src/lifecycle/owners.js';
import { event, identifier, zoomActive } from './people.js';
import { ann, bob, okta, tell, zoomUsersOf } from './resolving.js';

type Said = [sourceId: string, event: LifecycleEvent];

const payrollAnn: Said = [
  'payroll',
  event('p', 5, { ...ann, identifiers: [identifier('ad-sid', 'S-1-5-1')] }),
];
const oktaAnn: Said = ['okta', event('r', 0, { ...ann, ...okta('1') })];
const oktaBob: Said = ['okta', event('s', 0, { ...bob, ...okta('2') })];

function orders<T>(list: T[]): T[][] {
  if (list.length < 2) return [list];
  return list.flatMap((one, index) => orders(list.toSpliced(index, 1)).map((others) => [one, ...others]));
}

/** Whose records each person has, in every order of arrival: the same each time. */
function together(...said: Said[]): string[] {
  const ends = orders(said).map((order) => {
    const people: People = new Map();
    tell(people, ...order);
    const records = [...people.values()].map((one) =>
      one.records
        .map((record) => record.record)
        .sort()
        .join(),
    );
    return records
      .filter((one) => one !== '')
      .sort()
      .join(' | ');
  });
  return [...new Set(ends)];
}

describe('in whatever order it is told, who is who ends the same', () => {
  test('when a Zoom user had the mail of one person and then that of another', () => {
    const first: Said = ['zoom', event('Z1', 1, { ...zoomActive, ...bob })];
    const then: Said = ['zoom', event('Z1', 2, ann)];
    expect(together(first, then, payrollAnn, oktaBob)).toEqual(['Z1,p | s']);
  });

  test('when a Zoom user is renamed to a mail that nobody claims', () => {
    const first: Said = ['zoom', event('Z1', 1, { ...zoomActive, ...ann })];
    const then: Said = ['zoom', event('Z1', 2, { mail: 'free@example.com' })];
    expect(together(first, then, oktaAnn)).toEqual(['Z1,r']);
  });

  test('when two people claim one mail in the same millisecond', () => {
    const twin: Said = ['okta', event('s', 0, { ...ann, ...okta('2') })];
    expect(together(oktaAnn, twin, ['zoom', event('Z1', 1, { ...zoomActive, ...ann })])).toEqual([
      'Z1,s | r',
    ]);
  });
});

test("Zoom's word on a mail does not make its user's person somebody whom another source knows", () => {
  const people: People = new Map();
  tell(people, ['zoom', event('Z1', 1, { ...zoomActive, ...ann })], payrollAnn, [
    'zoom',
    event('Z1', 2, bob),
  ]);
  const [is] = tell(people, oktaBob);
  expect(is!.records.map((one) => one.record).sort()).toEqual(['Z1', 's']);
  expect(zoomUsersOf(people)).toEqual({ Z1: is!.id });
});
