import { expect, test } from '@jest/globals';
import { createStoreClock } from '../../src/zoom/store-clock.js';

const AHEAD = 5_000;

test('an answer that came late does not spoil what quick ones told', () => {
  const clock = createStoreClock();
  clock.heard(100 + AHEAD, 99, 101);
  clock.heard(200 + AHEAD, 200, 900);
  expect(Math.abs(clock.ours(1_000 + AHEAD) - 1_000)).toBeLessThan(2);
  expect(clock.uncertainMs()).toBeLessThan(3);
});

test('nothing is known before the first answer, and little after a slow one', () => {
  const clock = createStoreClock();
  expect(clock.uncertainMs()).toBe(Infinity);
  clock.heard(100 + AHEAD, 50, 250);
  expect(clock.uncertainMs()).toBe(200);
});

test('a clock that was set is believed at once', () => {
  const clock = createStoreClock();
  clock.heard(100, 99, 101);
  clock.heard(60_200, 199, 201);
  expect(clock.ours(60_300)).toBeCloseTo(300, 0);
});
