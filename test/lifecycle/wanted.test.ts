import { describe, expect, test } from '@jest/globals';
import type { SourceRecord } from '../../src/lifecycle/person.js';
import {
  currentZoomUser,
  heldKey,
  isWanted,
  whyUnwanted,
  type Unwanted,
} from '../../src/lifecycle/wanted.js';
import { at, key, person, record, source, sources, zoomUser } from './people.js';

const policies = sources(
  'okta',
  'zoom',
  'operator',
  source('ad', { presenceOnly: true }),
  source('trial', { observed: true }),
  source('former', { removed: true }),
);
const second = { record: 'second' };

describe('wanted', () => {
  test.each<[string, SourceRecord[]]>([
    ['some record is active', [record('okta', 'active')]],
    [
      'one record of a source is gone, another active',
      [record('okta', 'gone'), record('okta', 'active', second)],
    ],
    ['two sources say active', [record('okta', 'active'), record('zoom', 'active')]],
    ['a second source has not spoken', [record('okta', 'active'), record('zoom', null)]],
    ['presence is confirmed', [record('okta', 'active'), record('ad', 'active')]],
    ['an observed source says gone', [record('okta', 'active'), record('trial', 'gone')]],
    ['a source we no longer know says gone', [record('okta', 'active'), record('unknown', 'gone')]],
    ['an operator restored them', [record('okta', 'active'), record('operator', 'active')]],
    [
      'a removed source had one record gone, another active',
      [record('okta', 'active'), record('former', 'gone'), record('former', 'active', second)],
    ],
  ])('while %s', (_, records) => {
    expect(isWanted(person({ records }), policies)).toBe(true);
  });

  test.each<[string, SourceRecord[]]>([
    ['no source knows them', []],
    ['no source has spoken', [record('okta', null)]],
    ['a source says gone, whatever the others say', [record('okta', 'active'), record('zoom', 'gone')]],
    [
      'all that spoke of a source are gone',
      [record('okta', 'gone'), record('okta', 'gone', second), record('zoom', 'active')],
    ],
    ['only presence is told', [record('ad', 'active')]],
    ['presence ends', [record('okta', 'active'), record('ad', 'gone')]],
    ['only an observed source says active', [record('trial', 'active')]],
    ['only a removed source said active', [record('former', 'active')]],
    ['a removed source had said gone', [record('okta', 'active'), record('former', 'gone')]],
    ['an operator cleared them', [record('okta', 'active'), record('operator', 'gone')]],
    ['only an operator restored them', [record('operator', 'active')]],
  ])('not while %s', (_, records) => {
    expect(isWanted(person({ records }), policies)).toBe(false);
    expect(isWanted(person({ records: records.toReversed() }), policies)).toBe(false);
  });
});

describe('where a source has entitled groups', () => {
  const sourcesWith = (...more: Parameters<typeof sources>) =>
    sources('okta', source('groups', { entitling: true }), ...more);
  const isIn = { entitled: true };

  test.each<[string, SourceRecord[]]>([
    ['a member', [record('groups', 'active', isIn)]],
    ['a member whom others know as well', [record('groups', 'active', isIn), record('okta', 'active')]],
    [
      'a member by one of two records',
      [record('groups', 'active'), record('groups', 'active', { ...second, ...isIn })],
    ],
  ])('%s is wanted', (_, records) => {
    expect(whyUnwanted(person({ records }), sourcesWith())).toBeNull();
  });

  test.each<[string, Unwanted, SourceRecord[]]>([
    ['nobody else', 'not-entitled', [record('groups', 'active')]],
    ['nobody whom only others know', 'not-entitled', [record('okta', 'active')]],
    ['no member who is gone elsewhere', 'gone', [record('groups', 'active', isIn), record('okta', 'gone')]],
    ['no member of whom nobody says that they are there', 'not-active', [record('groups', null, isIn)]],
    [
      'nobody whose record in a group is gone',
      'not-entitled',
      [record('groups', 'gone', isIn), record('groups', 'active', second), record('okta', 'active')],
    ],
  ])('%s is', (_, why, records) => {
    expect(whyUnwanted(person({ records }), sourcesWith())).toBe(why);
    expect(isWanted(person({ records }), sourcesWith())).toBe(false);
  });

  test('of one of several such sources is enough', () => {
    const several = sourcesWith(source('more', { entitling: true }));
    const records = [record('groups', 'active'), record('more', 'active', isIn)];
    expect(isWanted(person({ records }), several)).toBe(true);
  });

  test.each(['observed', 'removed'] as const)(
    'that is %s, it keeps nobody from a key, and gives none',
    (state) => {
      const records = [record('okta', 'active')];
      const policies = sources('okta', source('groups', { entitling: true, [state]: true }));
      expect(isWanted(person({ records }), policies)).toBe(true);
      const both = sources(
        'okta',
        source('groups', { entitling: true, [state]: true }),
        source('more', { entitling: true }),
      );
      expect(isWanted(person({ records: [...records, record('groups', 'active', isIn)] }), both)).toBe(false);
    },
  );

  test('presence alone gives none to members either', () => {
    const policies = sources(source('groups', { entitling: true, presenceOnly: true }), 'okta');
    expect(whyUnwanted(person({ records: [record('groups', 'active', isIn)] }), policies)).toBe('not-active');
    const records = [record('groups', 'active', isIn), record('okta', 'active')];
    expect(isWanted(person({ records }), policies)).toBe(true);
  });
});

describe('the current Zoom user', () => {
  const old = zoomUser('Z9', { standingAt: at(1) });
  const young = zoomUser('Z1', { standingAt: at(2) });
  test.each([
    ['is the active one', [{ ...young, standing: 'inactive' as const }, old], 'Z9'],
    ['is the one with the newest standing', [old, young], 'Z1'],
    ['at equal times is the one with the greatest id', [{ ...young, standingAt: at(1) }, old], 'Z9'],
  ])('%s', (_, users, id) => {
    expect(currentZoomUser(person({ zoomUsers: users }))?.id).toBe(id);
    expect(currentZoomUser(person({ zoomUsers: users.toReversed() }))?.id).toBe(id);
  });

  test.each(['unknown', 'pending', 'inactive', 'gone'] as const)('is nobody who is %s', (standing) => {
    expect(currentZoomUser(person({ zoomUsers: [{ ...old, standing }] }))).toBeNull();
  });
});

describe('held', () => {
  test.each<[string, Parameters<typeof key>[1][], number | undefined]>([
    ['is the active key', ['previous', 'active'], 2],
    ['is the pending key rather than the active one, since it may be applied', ['active', 'pending'], 2],
    ['is the newest of two', ['active', 'active'], 2],
    ['is none whose clear was attempted', ['clearing'], undefined],
    ['is none that was replaced or destroyed', ['destroyed', 'previous'], undefined],
  ])('%s', (_, states, generation) => {
    const keys = states.map((state, index) => key(index + 1, state));
    expect(heldKey(zoomUser('Z1', { keys }))?.generation).toBe(generation);
  });
});
