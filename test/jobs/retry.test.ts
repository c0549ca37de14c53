import { describe, expect, test } from '@jest/globals';
import { nextStep, type NextStep, type RetryFacts, type Trouble } from '../../src/jobs/retry.js';

const HOUR_MS = 3_600_000;
/** The tries before the eighth, which is the last. */
const last = 7;

function after(then: Trouble['then'], more: Partial<RetryFacts> = {}, delayMs?: number): NextStep {
  const trouble = { then, code: 'SOME_CODE', ...(delayMs !== undefined && { delayMs }) };
  return nextStep(trouble, {
    action: 'set',
    strikes: 0,
    mayBeApplied: false,
    refusedValues: 0,
    clockSpeed: 1,
    random: () => 0.5,
    ...more,
  });
}

/** The waits of a job that only ever meets this trouble, until it fails. */
function waits(random: () => number): number[] {
  const delays: number[] = [];
  for (let strikes = 0; ;) {
    const step = after('retry', { strikes, random });
    if (step.state === 'failed') return delays;
    delays.push(step.delayMs);
    strikes = step.strikes;
  }
}

describe('a set that keeps failing', () => {
  test('is tried eight times, then has failed', () => {
    expect(waits(() => 0.5)).toHaveLength(7);
    expect(after('retry', { strikes: last })).toEqual({ state: 'failed', strikes: 8 });
  });

  test('is tried over about six hours', () => {
    const hours = waits(() => 0.5).reduce((a, b) => a + b, 0) / HOUR_MS;
    expect(hours).toBeGreaterThan(5);
    expect(hours).toBeLessThan(7);
  });

  test('waits a random part of a ceiling that grows', () => {
    const ceilings = waits(() => 1 - Number.EPSILON);
    expect(ceilings).toEqual(ceilings.toSorted((a, b) => a - b));
    expect(waits(() => 0)).toEqual(ceilings.map(() => 0));
  });

  test('waits the shorter, the faster the clock', () => {
    expect(after('retry', { clockSpeed: 60 })).toMatchObject({ delayMs: 500 });
    expect(after('rate', { clockSpeed: 60 }, 120_000)).toMatchObject({ delayMs: 2_000 });
  });
});

describe('what comes of trouble', () => {
  const hourly = { state: 'retrying', delayMs: HOUR_MS, alert: true };
  test.each<[string, NextStep, object]>([
    [
      'a limit is no attempt',
      after('rate', { strikes: last }, 1_500),
      { state: 'retrying', delayMs: 1_500, strikes: last, alert: false },
    ],
    ['a limit that names no time is asked again soon', after('rate'), { state: 'retrying', delayMs: 1_000 }],
    [
      'what would fail for everybody is no attempt',
      after('pause', { strikes: last }),
      { state: 'retrying', delayMs: 60_000, strikes: last, alert: false },
    ],
    ['waiting for Zoom goes on hourly', after('wait'), { state: 'waiting', delayMs: HOUR_MS, alert: false }],
    [
      'waiting for Zoom is no failure, however long',
      after('wait', { strikes: last }),
      { state: 'waiting', strikes: last },
    ],
    [
      'a clear that waits for Zoom alerts',
      after('wait', { action: 'clear' }),
      { state: 'waiting', delayMs: HOUR_MS, alert: true },
    ],
    [
      'a set that may be applied and waits for Zoom alerts',
      after('wait', { mayBeApplied: true }),
      { state: 'waiting', alert: true },
    ],
    [
      'a refused value is drawn anew at once',
      after('refused-value', { refusedValues: 1 }),
      { state: 'retrying', delayMs: 0, strikes: 1, alert: false },
    ],
    [
      'a second refused value has failed',
      after('refused-value', { refusedValues: 2 }),
      { state: 'failed', strikes: 1 },
    ],
    [
      'a second refused value of a clear goes on hourly',
      after('refused-value', { refusedValues: 2, action: 'clear' }),
      hourly,
    ],
    ['what will never be accepted has failed', after('stop'), { state: 'failed', strikes: 1 }],
    ['a clear that will never be accepted goes on hourly', after('stop', { action: 'clear' }), hourly],
    ['a set that may be applied never fails', after('stop', { mayBeApplied: true }), hourly],
    ['a set of somebody who is gone from Zoom has failed', after('gone'), { state: 'failed' }],
    [
      'a look that fails for the eighth time has failed',
      after('retry', { action: 'look', strikes: last }),
      { state: 'failed' },
    ],
    [
      'a clear that fails for the eighth time goes on hourly',
      after('retry', { action: 'clear', strikes: last }),
      hourly,
    ],
    [
      'a clear that failed for days goes on hourly',
      after('retry', { action: 'clear', strikes: 100 }),
      hourly,
    ],
    [
      'a set that may be applied goes on hourly',
      after('retry', { mayBeApplied: true, strikes: last }),
      hourly,
    ],
    [
      'a clear is first tried like a set',
      after('retry', { action: 'clear' }),
      { state: 'retrying', delayMs: 30_000, alert: false },
    ],
  ])('%s', (_, step, expected) => {
    expect(step).toMatchObject(expected);
  });
});
