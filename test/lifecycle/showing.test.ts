import { describe, expect, test } from '@jest/globals';
import { showingOf } from '../../src/lifecycle/showing.js';
import type { KeyState, Person } from '../../src/lifecycle/person.js';
import { at, job, key, person, record, source, sources, zoomUser } from './people.js';

const policies = sources('okta', 'zoom');

function holder(states: KeyState[], more: Partial<Person> = {}): Person {
  const keys = states.map((state, index) => key(index + 1, state));
  return person({ records: [record('okta', 'active')], zoomUsers: [zoomUser('Z1', { keys })], ...more });
}

function shown(one: Person, open: (number | null)[] = []) {
  return showingOf(one, policies, (zoomUserId) => (zoomUserId === 'Z1' ? open : [99]));
}

describe('a key is shown', () => {
  test.each<[string, Person, (number | null)[], object]>([
    ['that is in force', holder(['active']), [], { generations: [1], previous: null, settling: false }],
    [
      'with the one it replaced',
      holder(['previous', 'active']),
      [],
      { generations: [2], previous: 1, settling: false },
    ],
    [
      'with both values while a change is in flight',
      holder(['active', 'pending']),
      [2],
      { generations: [2, 1], settling: true },
    ],
    ['while the first is in flight', holder(['pending']), [1], { generations: [1], settling: true }],
    [
      'as settling while another value may still arrive',
      holder(['previous', 'active']),
      [1],
      { settling: true },
    ],
    [
      'as settling while a clear may still arrive',
      holder(['destroyed', 'active']),
      [null],
      { settling: true },
    ],
    ['as settled when what may still arrive is the same value', holder(['active']), [1], { settling: false }],
  ])('%s', (_, one, open, expected) => {
    expect(shown(one, open)).toMatchObject({ show: 'keys', zoomUserId: 'Z1', ...expected });
  });

  test("at the person's current Zoom user alone", () => {
    const [old] = holder(['active']).zoomUsers;
    const moved = holder([], { zoomUsers: [old!, zoomUser('Z2', { standingAt: at(5) })] });
    expect(shown(moved)).toEqual({ show: 'nothing', code: 'NOT_HELD' });
  });
});

test('a pending key that Zoom definitely refused is not shown, the one before it is', () => {
  const refused = key(2, 'pending', { mayBeApplied: false });
  const renewing = holder([], { zoomUsers: [zoomUser('Z1', { keys: [key(1, 'active'), refused] })] });
  expect(shown(renewing)).toMatchObject({ generations: [1], settling: false });
  const first = [zoomUser('Z1', { keys: [refused] })];
  const waiting = holder([], { zoomUsers: first, jobs: [job('j1', 'set', { state: 'retrying' })] });
  expect(shown(waiting)).toEqual({ show: 'nothing', code: 'WAITING_FOR_ZOOM' });
});

test('whoever is in no entitled group is told so, whether a key is held still or was never', () => {
  const entitling = sources('okta', source('groups', { entitling: true }));
  for (const one of [holder(['active']), holder([])]) {
    expect(showingOf(one, entitling, () => [])).toEqual({ show: 'nothing', code: 'NOT_ENTITLED' });
  }
  const gone = holder(['active'], { records: [record('okta', 'gone')] });
  expect(showingOf(gone, entitling, () => [])).toEqual({ show: 'nothing', code: 'LEFT' });
});

describe('no key is shown', () => {
  const gone = { records: [record('okta', 'gone')] };
  test.each<[string, Person, string]>([
    ["of a leaver from the commit of the leaver's event on", holder(['active'], gone), 'LEFT'],
    ['of a leaver whose key is cleared', holder(['destroyed'], gone), 'LEFT'],
    ['of a contested leaver', holder(['active'], { ...gone, contestedAt: at(0) }), 'LEFT'],
    ['of somebody whom no source says anything of', person(), 'NOT_HELD'],
    ['while somebody else keeps changing it', holder(['active'], { contestedAt: at(0) }), 'KEY_CONTESTED'],
    ['whose clear was attempted', holder(['clearing']), 'NOT_HELD'],
    ['before one was set', holder([]), 'NOT_HELD'],
    [
      'while Zoom does not know them',
      holder([], { zoomUsers: [], jobs: [job('j', 'set', { zoomUserId: null })] }),
      'WAITING_FOR_ZOOM',
    ],
    [
      'while Zoom does not let them in',
      holder([], { zoomUsers: [zoomUser('Z1', { standing: 'inactive', keys: [key(1, 'active')] })] }),
      'NOT_HELD',
    ],
  ])('%s', (_, one, code) => {
    expect(shown(one)).toEqual({ show: 'nothing', code });
  });
});
