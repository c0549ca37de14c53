import { describe, expect, test } from '@jest/globals';
import type { Standing } from '../../src/lifecycle/event.js';
import { decide } from '../../src/lifecycle/decide.js';
import { pass } from '../../src/lifecycle/pass.js';
import type { KeyState } from '../../src/lifecycle/person.js';
import { showingOf } from '../../src/lifecycle/showing.js';
import { at, job, key, person, record, sources, zoomUser } from './people.js';

const policies = sources('okta', 'zoom');

/** A Zoom user given by one person to another, who is wanted or not. */
function passed(keys: [KeyState, ...KeyState[]], standing: Standing = 'active') {
  const user = zoomUser('Z1', { renewAfter: at(5), keys: keys.map((state, index) => key(index + 1, state)) });
  const former = person({
    records: [record('okta', 'active'), record('zoom', 'active', { record: 'Z1' })],
    zoomUsers: [user, zoomUser('Z2')],
    jobs: [job('j', 'set', { state: 'running' }), job('k', 'set', { zoomUserId: 'Z2' })],
  });
  const next = person({ id: 'person-2', records: [record('okta', standing, { record: 'okta-2' })] });
  return pass('Z1', former, next);
}

describe('passing on a Zoom user', () => {
  test('leaves the former person what is not of it', () => {
    const { from } = passed(['active']);
    expect(from.zoomUsers.map((user) => user.id)).toEqual(['Z2']);
    expect(from.records.map((one) => one.record)).toEqual(['okta-1']);
    expect(from.jobs.map((one) => one.id)).toEqual(['k']);
  });

  test("supersedes the former person's jobs, also what is under way", () => {
    expect(passed(['pending']).to.jobs).toMatchObject([{ id: 'j', state: 'superseded' }]);
  });

  test.each<[string, [KeyState, ...KeyState[]]]>([
    ['in force', ['active']],
    ['that may be applied', ['pending']],
    ['in force, another pending', ['active', 'pending']],
  ])('gives who is wanted a new generation in place of a key %s', (_, keys) => {
    const { to } = passed(keys);
    expect(decide(to, policies).moves).toEqual([{ move: 'set', zoomUserId: 'Z1', reason: 'returned' }]);
  });

  test('clears the key when who has it now is not wanted', () => {
    const { to } = passed(['active'], 'gone');
    expect(decide(to, policies).moves).toEqual([{ move: 'clear', zoomUserId: 'Z1', reason: 'left' }]);
  });

  test("shows nobody a key that was somebody else's, nor the one before it", () => {
    const { to } = passed(['previous', 'active']);
    const committed = { ...to, jobs: [] };
    expect(showingOf(committed, policies, () => [])).toEqual({ show: 'nothing', code: 'NOT_HELD' });
    expect(to.zoomUsers[0]?.keys).toMatchObject([{ state: 'destroyed', hash: null }, { state: 'clearing' }]);
  });

  test('leaves nothing of a key that Zoom never took', () => {
    const keys = [key(1, 'pending', { mayBeApplied: false })];
    const former = person({ records: [record('okta', 'active')], zoomUsers: [zoomUser('Z1', { keys })] });
    const { to } = pass('Z1', former, person({ id: 'person-2' }));
    expect(to.zoomUsers[0]?.keys).toMatchObject([{ state: 'destroyed', hash: null }]);
  });

  test('asks nothing of a Zoom user that holds no key but what its new person asks', () => {
    expect(decide(passed(['destroyed'], 'gone').to, policies).moves).toEqual([]);
  });
});
