import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { orderSteps } from '../../../src/inbound/scim/bulk-order.js';

test.each([
  ['what needs nothing keeps its order', [[], [], []], [[0], [1], [2]]],
  ['what needs something earlier keeps its place', [[], [0], [], [1]], [[0], [1], [2], [3]]],
  ['what needs something later comes right after it', [[2], [], [], []], [[1], [2], [0], [3]]],
  ['so does what needs that', [[1], [3], [], [], []], [[2], [3], [1], [0], [4]]],
  ['a circle is one step, where its last one stands', [[2], [], [0], []], [[1], [0, 2], [3]]],
  ['what needs itself is a step of one', [[0], []], [[0], [1]]],
  [
    'two circles are two steps',
    [[1], [0], [3], [2, 0]],
    [
      [0, 1],
      [2, 3],
    ],
  ],
  ['what needs a circle comes after it', [[1], [2], [1]], [[1, 2], [0]]],
])('%s', (_, needs: number[][], steps) => {
  expect(orderSteps(needs)).toEqual(steps);
});

test('a chain as long as a request may be is no trouble', () => {
  const needs = Array.from({ length: 1_000 }, (_, one) => (one < 999 ? [one + 1] : []));
  expect(orderSteps(needs).flat()).toEqual(needs.map((_, one) => 999 - one));
});

test('whatever needs whatever: each comes once, after all that it needs, unless they need it too', () => {
  const graph = fc
    .integer({ min: 1, max: 12 })
    .chain((size) =>
      fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 4 }), { minLength: size, maxLength: size }),
    );
  const check = (needs: number[][]) => {
    const steps = orderSteps(needs);
    expect(steps.flat().sort((a, b) => a - b)).toEqual(needs.map((_, one) => one));
    const stepOf = new Map(steps.flatMap((step, at) => step.map((one) => [one, at] as const)));
    const reaches = (from: number, to: number, seen = new Set<number>()): boolean =>
      (needs[from] ?? []).some(
        (next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))),
      );
    needs.forEach((_, one) => {
      needs.forEach((__, other) => {
        if (one === other || !reaches(one, other)) return;
        const [mine = 0, theirs = 0] = [stepOf.get(one), stepOf.get(other)];
        if (reaches(other, one)) expect(mine).toBe(theirs);
        else expect(mine).toBeGreaterThan(theirs);
      });
    });
  };
  fc.assert(fc.property(graph, check), { numRuns: 300 });
});
