import { describe, expect, test } from '@jest/globals';
import { decide, type Decision } from '../../src/lifecycle/decide.js';
import type { Person } from '../../src/lifecycle/person.js';
import {
  policies,
  wanted,
  notWanted,
  decided,
  set,
  clear,
  supersede,
  adopt,
  drop,
  empty,
  holding,
  pending,
  refused,
  refusedFirst,
  clearing,
  destroyed,
  elsewhere,
} from './deciding.js';
import { at, job, key, person, zoomUser } from './people.js';

describe('a wanted person', () => {
  test.each<[string, Person, object[]]>([
    ['who holds nothing gets a key', wanted([empty]), [set('joined')]],
    ['whom Zoom does not know yet gets a set that waits', wanted([]), [set('joined', null)]],
    [
      'whose Zoom user is not let in gets a set that waits',
      wanted([{ ...empty, standing: 'inactive' }]),
      [set('joined', null)],
    ],
    ['who returned gets a new generation', wanted([destroyed]), [set('returned')]],
    ['whose clear was attempted gets a new generation', wanted([clearing]), [set('returned')]],
    ['whose key is pending without a job gets that set again', wanted([pending]), [set('pending-again')]],
    ['whose key Zoom never took gets that set again', wanted([refusedFirst]), [set('pending-again')]],
    [
      'with a new Zoom user drops the key that the old one never took',
      wanted([refusedFirst, elsewhere]),
      [drop(), set('joined', 'Z2')],
    ],
    [
      'with a new Zoom user gets a key there and loses the old one',
      wanted([holding, elsewhere]),
      [clear('not-theirs'), set('joined', 'Z2')],
    ],
    [
      'whose Zoom user left Zoom loses the key and waits',
      wanted([{ ...holding, standing: 'gone' }]),
      [clear('not-theirs'), set('joined', null)],
    ],
  ])('%s', (_, one, moves) => {
    expect(decided(one)).toEqual([moves, 'moves']);
  });

  test.each<[string, Person, Decision['reason']]>([
    ['who holds a key needs nothing', wanted([holding]), 'held'],
    ['whose set is on its way needs nothing', wanted([empty], { jobs: [job('j', 'set')] }), 'in-progress'],
    [
      'whose pending key is on its way needs nothing',
      wanted([pending], { jobs: [job('j', 'set', { state: 'retrying' })] }),
      'in-progress',
    ],
    [
      'who waits for Zoom goes on waiting',
      wanted([], { jobs: [job('j', 'set', { zoomUserId: null, state: 'waiting' })] }),
      'in-progress',
    ],
    [
      'who keeps a replaced key beside the new one needs nothing',
      wanted([zoomUser('Z1', { keys: [key(1, 'previous'), key(2, 'active')] })]),
      'held',
    ],
  ])('%s', (_, one, reason) => {
    expect(decided(one)).toEqual([[], reason]);
  });

  test.each<[string, Person, object[]]>([
    [
      'whose Zoom user appears gives it to the set that waited',
      wanted([empty], { jobs: [job('j', 'set', { zoomUserId: null, state: 'waiting' })] }),
      [adopt('j')],
    ],
    [
      'who waited while another set was on its way drops the waiting one',
      wanted([empty], { jobs: [job('j', 'set'), job('k', 'set', { zoomUserId: null })] }),
      [supersede('k')],
    ],
    [
      'who waited and turns out to hold a key drops the waiting set',
      wanted([holding], { jobs: [job('k', 'set', { zoomUserId: null })] }),
      [supersede('k')],
    ],
    [
      'who returns before the clear began keeps the key',
      wanted([holding], { jobs: [job('j', 'clear')] }),
      [supersede('j')],
    ],
    [
      'who returns after the clear began gets a new generation',
      wanted([clearing], { jobs: [job('j', 'clear', { state: 'running' })] }),
      [supersede('j'), set('returned')],
    ],
    [
      'who returns while waiting and clearing gives the Zoom user to the set that waited',
      wanted([clearing], { jobs: [job('j', 'clear'), job('k', 'set', { zoomUserId: null })] }),
      [supersede('j'), adopt('k')],
    ],
    [
      'whose set was for a Zoom user that is no longer theirs gets another',
      wanted([empty, elsewhere], { jobs: [job('j', 'set')] }),
      [supersede('j'), set('joined', 'Z2')],
    ],
  ])('%s', (_, one, moves) => {
    expect(decided(one)).toEqual([moves, 'moves']);
  });
});

describe('a person who is not wanted', () => {
  const previous = key(1, 'previous');
  test.each<[string, Person, object[]]>([
    ['and holds a key loses it', notWanted([holding]), [clear('left')]],
    ['and whose key may have been applied loses it', notWanted([pending]), [clear('left')]],
    ['drops the key that Zoom never took, without a call', notWanted([refusedFirst]), [drop()]],
    [
      'drops the key that Zoom never took with its set',
      notWanted([refusedFirst], { jobs: [job('j', 'set', { state: 'waiting' })] }),
      [supersede('j'), drop()],
    ],
    [
      'drops the key that Zoom never took and loses the one before',
      notWanted([refused]),
      [drop(), clear('left')],
    ],
    [
      'needs no clear of a key that turned out never to have been taken',
      notWanted([refusedFirst], { jobs: [job('j', 'clear')] }),
      [supersede('j'), drop()],
    ],
    ['and whose clear was given up gets it again', notWanted([clearing]), [clear('left')]],
    [
      'loses the key at each of their Zoom users',
      notWanted([holding, zoomUser('Z2', { keys: [key(1, 'active')] })]),
      [clear('left'), clear('left', 'Z2')],
    ],
    [
      'loses the key where they are no longer let in',
      notWanted([{ ...holding, standing: 'inactive' }]),
      [clear('left')],
    ],
    [
      'whose set had not begun loses the set',
      notWanted([empty], { jobs: [job('j', 'set')] }),
      [supersede('j')],
    ],
    [
      'whose set waited for Zoom loses the set',
      notWanted([], { jobs: [job('j', 'set', { zoomUserId: null })] }),
      [supersede('j')],
    ],
    [
      'whose set is under way loses the key after it',
      notWanted([pending], { jobs: [job('j', 'set', { state: 'running' })] }),
      [supersede('j'), clear('left')],
    ],
    [
      'whose key was to be renewed loses it',
      notWanted([{ ...holding, renewAfter: at(9) }], { jobs: [job('j', 'set')] }),
      [supersede('j'), clear('left')],
    ],
    [
      'loses the current key where a former one is kept',
      notWanted([zoomUser('Z1', { keys: [previous, key(2, 'active')] })]),
      [clear('left')],
    ],
  ])('%s', (_, one, moves) => {
    expect(decided(one)).toEqual([moves, 'moves']);
  });

  test.each<[string, Person, Decision['reason']]>([
    ['and never held a key needs nothing', notWanted([empty]), 'not-wanted'],
    ['and whose key is destroyed needs nothing', notWanted([destroyed]), 'not-wanted'],
    ['whom no source knows needs nothing', person(), 'not-wanted'],
    [
      'whose clear is on its way needs nothing',
      notWanted([clearing], { jobs: [job('j', 'clear', { state: 'retrying' })] }),
      'in-progress',
    ],
    [
      'to whom a clear is sent again needs nothing',
      notWanted([destroyed], { jobs: [job('j', 'clear')] }),
      'in-progress',
    ],
  ])('%s', (_, one, reason) => {
    expect(decided(one)).toEqual([[], reason]);
  });
});

test("what is done or superseded in the same transaction stands in nobody's way", () => {
  const jobs = [job('j', 'set', { state: 'superseded' }), job('k', 'clear', { state: 'done' })];
  expect(decided(wanted([empty], { jobs }))).toEqual([[set('joined')], 'moves']);
});

test("a look on its way stands in nobody's way", () => {
  expect(decide(wanted([empty], { jobs: [job('j', 'look')] }), policies).moves).toEqual([set('joined')]);
});
