import { describe, expect, test } from '@jest/globals';
import { decide, type Decision } from '../../src/lifecycle/decide.js';
import type { Person, ZoomUser } from '../../src/lifecycle/person.js';
import {
  policies,
  wanted,
  notWanted,
  decided,
  set,
  clear,
  supersede,
  empty,
  holding,
  pending,
  clearing,
  destroyed,
  elsewhere,
} from './deciding.js';
import { at, job } from './people.js';

describe('a reason to renew', () => {
  test.each<[string, ZoomUser, object[]]>([
    ['younger than the key asks for a new generation', { ...holding, renewAfter: at(1) }, [set('renewed')]],
    ['of the very moment the key was drawn asks too', { ...holding, renewAfter: at(0) }, [set('renewed')]],
    ['is satisfied by a younger key', { ...holding, renewAfter: at(-1) }, []],
    [
      'is satisfied by a younger key that is still pending, once sent again',
      { ...pending, renewAfter: at(-1) },
      [set('pending-again')],
    ],
    ['younger than a pending key replaces it', { ...pending, renewAfter: at(1) }, [set('renewed')]],
    ['does not give a key to whom none was given', { ...empty, renewAfter: at(1) }, [set('joined')]],
  ])('%s', (_, user, moves) => {
    expect(decide(wanted([user]), policies).moves).toEqual(moves);
  });

  test('waits for the set that is under way', () => {
    const jobs = [job('j', 'set', { state: 'running' })];
    expect(decided(wanted([{ ...pending, renewAfter: at(1) }], { jobs }))).toEqual([[], 'in-progress']);
  });

  test('lets a clear that had not begun go and renews the key', () => {
    const jobs = [job('j', 'clear')];
    const { moves } = decide(wanted([{ ...holding, renewAfter: at(1) }], { jobs }), policies);
    expect(moves).toEqual([supersede('j'), set('renewed')]);
  });
});

describe('a contested person', () => {
  const contestedAt = at(5);
  test.each<[string, Person, object[], Decision['reason']]>([
    ['gets no new key', wanted([{ ...holding, renewAfter: at(9) }], { contestedAt }), [], 'contested'],
    ['gets no first key', wanted([empty], { contestedAt }), [], 'contested'],
    ['does not wait for Zoom', wanted([], { contestedAt }), [], 'contested'],
    [
      'loses the sets on their way',
      wanted([pending], { contestedAt, jobs: [job('j', 'set'), job('k', 'set', { zoomUserId: null })] }),
      [supersede('j'), supersede('k')],
      'moves',
    ],
    ['who leaves loses the key', notWanted([holding], { contestedAt }), [clear('left')], 'moves'],
    [
      'who has moved in Zoom loses the key at the old Zoom user',
      wanted([holding, elsewhere], { contestedAt }),
      [clear('not-theirs')],
      'moves',
    ],
    [
      'who returns before the clear began keeps the key',
      wanted([holding], { contestedAt, jobs: [job('j', 'clear')] }),
      [supersede('j')],
      'moves',
    ],
    [
      'whose clear was attempted is cleared to the end',
      wanted([clearing], { contestedAt, jobs: [job('j', 'clear')] }),
      [],
      'in-progress',
    ],
    [
      'whose clear was attempted is cleared to the end, also in place of a set',
      wanted([clearing], { contestedAt, jobs: [job('j', 'set')] }),
      [supersede('j'), clear('not-theirs')],
      'moves',
    ],
    [
      'who is given a Zoom user has the former key there cleared',
      wanted([clearing], { contestedAt }),
      [clear('not-theirs')],
      'moves',
    ],
    [
      'whose clear is to be sent again has it sent',
      wanted([destroyed], { contestedAt, jobs: [job('j', 'clear')] }),
      [],
      'in-progress',
    ],
  ])('%s', (_, one, moves, reason) => {
    expect(decided(one)).toEqual([moves, reason]);
  });
});
