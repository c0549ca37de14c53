import { describe, expect, test } from '@jest/globals';
import { cancelled } from '../../src/lifecycle/cancel.js';
import { decide } from '../../src/lifecycle/decide.js';
import type { Person } from '../../src/lifecycle/person.js';
import { renewed, transferred } from '../../src/lifecycle/renew.js';
import {
  clear,
  clearing,
  decided,
  elsewhere,
  empty,
  holding,
  pending,
  policies,
  set,
  wanted,
} from './deciding.js';
import { at, durations, event, job, record, source, sources } from './people.js';
import { told } from './telling.js';

const NOW = at(100);
const jobs = [job('j', 'set')];
const called = (one: Person) => cancelled(one, 'j', NOW);

describe('a set that was cancelled', () => {
  test.each<[string, Person]>([
    ['of a joiner', wanted([empty], { jobs })],
    ['of somebody whom Zoom does not know', wanted([], { jobs: [job('j', 'set', { zoomUserId: null })] })],
    ['whose key was drawn and never sent', wanted([pending], { jobs })],
  ])('is not made again: %s', (_, one) => {
    expect(decided(called(one))).toEqual([[], 'cancelled']);
  });

  test('leaves whoever holds a key with that one', () => {
    const renewing = wanted([{ ...holding, renewAfter: at(50) }], { jobs });
    expect(decided(called(renewing))).toEqual([[], 'held']);
  });

  test('has what it would have overwritten cleared to the end', () => {
    expect(decided(called(wanted([clearing], { jobs })))).toEqual([[clear('not-theirs')], 'moves']);
  });

  test('draws nothing back: a repeat or a late word of what asked for it asks for nothing', () => {
    const one = called(wanted([holding], { jobs }));
    expect(renewed(one, at(50))).toBe(one);
    expect(transferred(one, at(60), NOW + 1, durations.hourMs)).toBe(one);
    expect(decided(called(wanted([empty], { jobs, transferAsked: at(50) })))[0]).toEqual([]);
  });

  test.each<[string, (one: Person) => Person]>([
    ['says active anew', (one) => ({ ...one, records: [record('okta', 'active', { standingAt: NOW + 1 })] })],
    ['asks for another key', (one) => renewed(one, NOW + 1)],
    ['transfers them', (one) => transferred(one, NOW + 1, NOW + 1, durations.hourMs)],
    [
      'rotates as an operator',
      (one) => told(one, [event(one.id, null, { rotate: true })], 'operator').person,
    ],
  ])('is made again once somebody %s', (_, then) => {
    expect(decided(then(called(wanted([empty], { jobs }))))[0]).toEqual([set('joined')]);
  });

  test('is not made again for the word of a source that is only observed', () => {
    const observed = sources('okta', source('entra', { observed: true }));
    const one = called(wanted([empty], { jobs }));
    const records = [...one.records, record('entra', 'active', { standingAt: NOW + 1 })];
    expect(decide({ ...one, records }, observed).moves).toEqual([]);
    expect(decide({ ...one, records }, policies).moves).toEqual([]);
  });

  test('leaves the clear at another Zoom user of theirs alone', () => {
    const moved = wanted([holding, elsewhere], { jobs: [job('j', 'set', { zoomUserId: 'Z2' })] });
    expect(decided(called(moved))).toEqual([[clear('not-theirs')], 'moves']);
  });
});
