import { expect, test } from '@jest/globals';
import { createIds } from '../../src/records/id.js';

const FORM = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

test('ids sort by when they were made, also many of one millisecond, and when the clock goes back', () => {
  const clock = [1_790_000_000_000, 1_790_000_000_001, 1_789_999_999_000];
  let asked = 0;
  const newId = createIds(() => clock[Math.floor(asked++ / 6_000)]!);
  const ids = Array.from({ length: 18_000 }, newId);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => FORM.test(id))).toBe(true);
});

test('an id tells its millisecond', () => {
  const id = createIds(() => 1_790_000_000_000)();
  expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(1_790_000_000_000);
});
