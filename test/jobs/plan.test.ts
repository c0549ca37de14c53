import { describe, expect, test } from '@jest/globals';
import { plan, PRIORITY, unbrake, wake } from '../../src/jobs/plan.js';
import type { Move } from '../../src/lifecycle/decide.js';
import { job, person } from '../lifecycle/people.js';

let ids = 0;
const options = { newId: () => `new-${++ids}`, sourceId: 'okta', eventId: 'event-1' };
const set: Move = { move: 'set', zoomUserId: 'Z1', reason: 'joined' };
const clear: Move = { move: 'clear', zoomUserId: 'Z1', reason: 'left' };

function planned(jobs: ReturnType<typeof job>[], moves: Move[], more = {}) {
  return plan(person({ jobs }), moves, { ...options, ...more }).jobs;
}

describe('a plan', () => {
  test('makes a queued job of a set, which tells why and whose event it follows from', () => {
    expect(planned([], [set])).toEqual([
      {
        id: expect.stringMatching(/^new-/),
        action: 'set',
        state: 'queued',
        zoomUserId: 'Z1',
        attempts: 0,
        priority: PRIORITY.set,
        fresh: { reason: 'joined', sourceId: 'okta', eventId: 'event-1' },
      },
    ]);
  });

  test('makes a clear go before a set', () => {
    const [first, second] = planned([], [set, clear]);
    expect(second!.priority).toBeLessThan(first!.priority);
  });

  test('lets what somebody waits for go first', () => {
    expect(planned([], [set, clear], { priority: PRIORITY.interactive }).map((one) => one.priority)).toEqual([
      1, 1,
    ]);
  });

  test('supersedes the job that is named, and no other', () => {
    const jobs = [job('j', 'set', { state: 'running' }), job('k', 'look')];
    expect(
      planned(jobs, [{ move: 'supersede', jobId: 'j' }, clear]).map((one) => [one.action, one.state]),
    ).toEqual([
      ['set', 'superseded'],
      ['look', 'queued'],
      ['clear', 'queued'],
    ]);
  });

  test.each([
    ['waiting', 'queued'],
    ['retrying', 'queued'],
    ['running', 'running'],
    ['braked', 'braked'],
  ] as const)('gives a set that is %s its Zoom user, and has it %s', (state, then) => {
    const waiting = job('j', 'set', { zoomUserId: null, state, attempts: 3 });
    expect(planned([waiting], [{ move: 'adopt', jobId: 'j', zoomUserId: 'Z1' }])).toEqual([
      { ...waiting, zoomUserId: 'Z1', state: then },
    ]);
  });

  test('without moves leaves the person the same value, so that nothing is written', () => {
    const ann = person({ jobs: [job('j', 'set')] });
    expect(plan(ann, [], options)).toBe(ann);
  });
});

describe('waking a person', () => {
  test('makes what waits for Zoom due at once, and leaves the rest', () => {
    const jobs = [job('j', 'set', { state: 'waiting' }), job('k', 'clear', { state: 'retrying' })];
    expect(wake(person({ jobs })).jobs.map((one) => one.state)).toEqual(['queued', 'retrying']);
  });

  test('who waits for nothing changes nothing', () => {
    const ann = person({ jobs: [job('k', 'clear', { state: 'retrying' })] });
    expect(wake(ann)).toBe(ann);
  });
});

describe('sending braked jobs on', () => {
  const jobs = [job('j', 'clear', { state: 'braked' }), job('k', 'set', { state: 'waiting' })];

  test('queues those that are named, at the priority they have', () => {
    const [first, second] = unbrake(person({ jobs }), () => true).jobs;
    expect(first).toEqual({ ...jobs[0], state: 'queued' });
    expect(second).toBe(jobs[1]);
  });

  test('of which none is named changes nothing', () => {
    const ann = person({ jobs });
    expect(unbrake(ann, ({ action }) => action === 'set')).toBe(ann);
  });

  test('is not what waking does', () => {
    expect(wake(person({ jobs })).jobs.map((one) => one.state)).toEqual(['braked', 'queued']);
  });
});
