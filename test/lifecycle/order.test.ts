import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Standing } from '../../src/lifecycle/event.js';
import type { Person } from '../../src/lifecycle/person.js';
import { currentZoomUser, heldKey, isWanted } from '../../src/lifecycle/wanted.js';
import { groupedBy } from '../harness/grouped-by.js';
import { endingOf, recordKey, timeOf, type Ending } from './naive.js';
import { source, sources } from './people.js';
import { play } from './play.js';
import { story, type Telling } from './story.js';
import type { World } from './world.js';

const RUNS = 2_000;
const policies = sources('okta', 'zoom', source('ad', { presenceOnly: true }));

const minute = fc.integer({ min: -3, max: 4 });
const sequence = fc.nat(2);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

/** Checks that everybody ended as the naive model says; `groups` are the tellings about each. */
function expectEndings(world: World, groups: Telling[][]): void {
  const heard = groups.flatMap((tellings) => {
    const first = tellings.find((one) => one.says);
    return first ? [{ first, tellings }] : [];
  });
  const expected = heard.map(({ tellings }) => endingOf(tellings, ['ad']));
  expect(heard.map(({ first }) => endingIn(world, first))).toEqual(expected);
  for (const person of world.people.values())
    for (const user of person.zoomUsers) {
      const key = heldKey(user);
      expect([user.id, world.zoom.get(user.id) ?? 'nobody']).toEqual([user.id, key?.generation ?? 'nobody']);
      expect([user.id, key?.state ?? 'active']).toEqual([user.id, 'active']);
    }
}

function endingIn({ people }: World, { source: sourceId, record }: Telling): Ending | undefined {
  const person = [...people.values()].find((one) =>
    one.records.some((known) => known.sourceId === sourceId && known.record === record),
  );
  return person && endingOfPerson(person);
}

function endingOfPerson(person: Person): Ending {
  const told = person.records.filter((one) => one.standing !== null);
  return {
    standings: Object.fromEntries(
      told.map((one) => [`${one.sourceId} ${one.record}`, one.standing as Standing]),
    ),
    wanted: isWanted(person, policies),
    currentZoomUser: currentZoomUser(person)?.id ?? null,
    held: person.zoomUsers.filter((user) => heldKey(user)).map((user) => user.id),
  };
}

describe('whatever arrives first, how often, and whenever the worker works, everybody ends the same', () => {
  test('when several records of three sources speak of one mail', () => {
    const mail = maybe(fc.constant('ann@example.com'));
    const department = maybe(fc.constantFrom('Sales', 'Law'));
    const says = maybe(fc.constantFrom('active' as const, 'gone' as const));
    const zoomSays = maybe(
      fc.constantFrom('active' as const, 'gone' as const, 'pending' as const, 'inactive' as const),
    );
    const telling = fc.oneof(
      fc.record({
        source: fc.constantFrom('okta', 'okta', 'ad'),
        record: fc.constantFrom('r', 's'),
        minute,
        sequence,
        says,
        mail,
        department,
      }),
      fc.record({
        source: fc.constant('zoom'),
        record: fc.constantFrom('Z1', 'Z2'),
        minute,
        says: zoomSays,
        mail,
      }),
    );
    const property = fc.property(story(telling), (told) =>
      expectEndings(play(told, policies), byMail(told.tellings)),
    );
    fc.assert(property, { numRuns: RUNS });
  });

  test('when mails pass from one person to another, and Zoom users with them', () => {
    const mail = fc.constantFrom('x@example.com', 'y@example.com');
    const okta = (record: string, ms: number) =>
      fc.record({
        source: fc.constant('okta'),
        record: fc.constant(record),
        oktaId: fc.constant(record),
        ms: fc.constant(ms),
        minute,
        says: fc.constantFrom('active' as const, 'gone' as const),
        mail: maybe(fc.oneof(mail, fc.constant('z@example.com'))),
      });
    const zoom = fc.record({
      source: fc.constant('zoom'),
      record: fc.constantFrom('Z1', 'Z2'),
      minute,
      says: maybe(fc.constantFrom('active' as const, 'gone' as const)),
      mail: maybe(mail),
    });
    const always: Telling[] = [
      { source: 'okta', record: 'r', oktaId: 'r', minute: -4, mail: 'x@example.com', says: 'active' },
      { source: 'okta', record: 's', oktaId: 's', minute: -4, ms: 1, mail: 'y@example.com', says: 'active' },
    ];
    const telling = fc.oneof(okta('r', 0), okta('s', 1), zoom);
    const property = fc.property(story(telling, always), (told) =>
      expectEndings(play(told, policies), byOwner(told.tellings)),
    );
    fc.assert(property, { numRuns: RUNS });
  });
});

/** All records that ever told the mail are one person; a Zoom user only if another source told it too. */
function byMail(tellings: Telling[]): Telling[][] {
  const records = groupedBy(tellings, recordKey);
  const claimed = tellings.some((one) => one.mail && one.source !== 'zoom');
  const groups = groupedBy(records, ([key, told]) => (claimed && told.some((one) => one.mail) ? 'ann' : key));
  return [...groups.values()].map((group) => group.flatMap(([, told]) => told));
}

/** A person for each okta-id; a Zoom user goes to whoever told its newest mail last. */
function byOwner(tellings: Telling[]): Telling[][] {
  const records = groupedBy(tellings, recordKey);
  const newestMail = (told: Telling[]) =>
    told
      .filter((one) => one.mail)
      .toSorted((a, b) => timeOf(b) - timeOf(a) || (b.mail as string).localeCompare(a.mail as string))[0];
  const ownerOf = (mail: string) =>
    newestMail(tellings.filter((one) => one.oktaId && one.mail === mail))?.record;
  const groups = groupedBy(records, ([key, told]) => {
    const mail = newestMail(told)?.mail;
    return told[0]?.oktaId ?? (mail && ownerOf(mail)) ?? key;
  });
  return [...groups.values()].map((group) => group.flatMap(([, told]) => told));
}
