import { describe, expect, test } from '@jest/globals';
import { withZoomUserStanding } from '../../src/lifecycle/after.js';
import type { Person } from '../../src/lifecycle/person.js';
import type { People } from '../../src/lifecycle/owners.js';
import { at, event, zoomActive } from './people.js';
import { ann, bob, okta, tell, zoomUsersOf } from './resolving.js';

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
