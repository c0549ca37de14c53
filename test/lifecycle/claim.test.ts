import { describe, expect, test } from '@jest/globals';
import type { People } from '../../src/lifecycle/owners.js';
import { active, event, mailsOf, zoomActive, zoomGone } from './people.js';
import { ann, okta, tell, zoomUsersOf } from './resolving.js';

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
