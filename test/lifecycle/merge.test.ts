import { describe, expect, test } from '@jest/globals';
import { merge } from '../../src/lifecycle/merge.js';
import { isWanted } from '../../src/lifecycle/wanted.js';
import type { People } from '../../src/lifecycle/owners.js';
import { resolve } from '../../src/lifecycle/resolve.js';
import { at, event, gone, identifier, job, key, link, person, record, sources, zoomUser } from './people.js';

const older = person({
  id: 'person-1',
  exposedAt: [at(1), at(3)],
  links: [link('mail', 'ann@example.com')],
  records: [record('okta', 'active')],
  zoomUsers: [zoomUser('Z1', { keys: [key(1, 'active')] })],
  jobs: [job('j', 'set', { state: 'running' })],
});
const younger = person({
  id: 'person-2',
  contestedAt: at(4),
  exposedAt: [at(2), at(4)],
  links: [link('mail', 'ann@example.org')],
  records: [record('entra', 'gone', { facts: { name: { value: 'Ann', at: at(0), sequence: 0 } } })],
  zoomUsers: [zoomUser('Z2')],
  jobs: [job('k', 'set', { zoomUserId: null, state: 'waiting' }), job('l', 'clear', { zoomUserId: 'Z2' })],
});

describe('two people found to be one', () => {
  test.each([
    ['the younger found first', younger, older],
    ['the older found first', older, younger],
  ])('are the older one, with all that both had: %s', (_, a, b) => {
    const { kept } = merge(a, b);
    expect(kept).toMatchObject({
      id: 'person-1',
      name: 'Ann',
      contestedAt: at(4),
      exposedAt: [at(2), at(3), at(4)],
    });
    expect(kept.links.map((one) => one.value)).toEqual(['ann@example.com', 'ann@example.org']);
    expect(kept.records.map((one) => one.record)).toEqual(['okta-1', 'entra-1']);
    expect(kept.zoomUsers.map((user) => user.id)).toEqual(['Z1', 'Z2']);
  });

  test('leave an empty row that points to who they are', () => {
    expect(merge(older, younger).gone).toEqual({ ...person({ id: 'person-2' }), mergedInto: 'person-1' });
  });

  test('have their unfinished jobs superseded, since they are decided anew', () => {
    expect(merge(older, younger).kept.jobs.map((one) => [one.id, one.state])).toEqual([
      ['j', 'superseded'],
      ['k', 'superseded'],
      ['l', 'superseded'],
    ]);
  });

  test('are wanted by what both their sources say', () => {
    expect(isWanted(merge(older, younger).kept, sources('okta', 'entra'))).toBe(false);
  });

  test('keep what an operator said of either, the newer word', () => {
    const policies = sources('okta', 'operator');
    const cleared = record('operator', 'gone', { record: 'person-2', standingAt: at(2) });
    const restored = record('operator', 'active', { record: 'person-1', standingAt: at(1) });
    const { kept } = merge(
      { ...older, records: [...older.records, restored] },
      { ...younger, records: [cleared] },
    );
    expect(kept.records.map((one) => [one.record, one.standing])).toEqual([
      ['okta-1', 'active'],
      ['person-1', 'gone'],
    ]);
    expect(isWanted(kept, policies)).toBe(false);
  });

  test('are found by an event that names both, and by the former id of either', () => {
    const people: People = new Map([older, younger].map((one) => [one.id, one]));
    const both = event('r', 9, {
      mail: 'ann@example.com',
      identifiers: [identifier('user-name', 'ann@example.org')],
    });
    const options = { sourceId: 'hr', sourceKind: 'scim', at: at(9), newId: () => 'nobody' };
    expect(resolve(both, people, options).id).toBe('person-1');
    expect(people.get('person-2')?.mergedInto).toBe('person-1');
    const operator = { ...options, sourceId: 'operator', sourceKind: 'operator' };
    expect(resolve(event('person-2', 10, gone), people, operator).id).toBe('person-1');
  });
});
