import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { brakeLimit, spend, type Spent } from '../../src/lifecycle/brake.js';
import { at, durations, HOUR } from './people.js';

const { hourMs } = durations;

describe('the limit', () => {
  test.each([
    [0, 10],
    [499, 10],
    [500, 10],
    [550, 11],
    [599, 11],
    [300_000, 6_000],
  ])('of %i people is %i by default: the percentage, and never less than the minimum', (people, limit) => {
    expect(brakeLimit({ percent: 2, minimum: 10 }, people)).toBe(limit);
  });

  test('may be nothing at all, and parts of a percent', () => {
    expect(brakeLimit({ percent: 0, minimum: 0 }, 300_000)).toBe(0);
    expect(brakeLimit({ percent: 0.5, minimum: 0 }, 1_000)).toBe(5);
  });
});

describe('within an hour', () => {
  const now = at(0);

  test('as many pass as the limit leaves, and no more', () => {
    const first = spend([], 4, 10, { now, hourMs });
    expect(first).toEqual({ passed: 4, spent: [{ at: now, count: 4 }] });
    const second = spend(first.spent, 300, 10, { now, hourMs });
    expect(second).toEqual({ passed: 6, spent: [{ at: now, count: 10 }] });
    expect(spend(second.spent, 1, 10, { now, hourMs })).toEqual({ passed: 0, spent: second.spent });
  });

  test('what came long ago does not count, what came just within it does', () => {
    const { spent } = spend([], 10, 10, { now, hourMs });
    expect(spend(spent, 1, 10, { now: at(HOUR), hourMs }).passed).toBe(0);
    expect(spend(spent, 1, 10, { now: at(HOUR + 300), hourMs })).toEqual({
      passed: 1,
      spent: [{ at: at(HOUR + 300), count: 1 }],
    });
  });

  test('a limit that has shrunk lets nothing pass, and owes nothing', () => {
    expect(spend([{ at: now, count: 20 }], 5, 10, { now, hourMs }).passed).toBe(0);
  });

  test('whatever comes when, no hour sees more than the limit pass, and little is remembered', () => {
    const asking = fc.record({ afterMs: fc.nat(hourMs / 2), asked: fc.integer({ min: 1, max: 15 }) });
    const property = fc.property(
      fc.array(asking, { maxLength: 60 }),
      fc.integer({ min: 0, max: 20 }),
      (askings, limit) => {
        const passes: { at: number; count: number }[] = [];
        let spent: Spent = [];
        let time = at(0);
        for (const { afterMs, asked } of askings) {
          time += afterMs;
          const next = spend(spent, asked, limit, { now: time, hourMs });
          spent = next.spent;
          passes.push({ at: time, count: next.passed });
          expect(spent.length).toBeLessThanOrEqual(14);
        }
        for (const { at: end } of passes) {
          const hour = passes.filter((one) => one.at > end - hourMs && one.at <= end);
          expect(hour.reduce((sum, one) => sum + one.count, 0)).toBeLessThanOrEqual(limit);
        }
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
});
