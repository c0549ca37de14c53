import { expect, test } from '@jest/globals';
import { Problem } from '../../src/http/problem.js';
import { createRateLimit, type RateLimitOptions } from '../../src/http/rate-limit.js';

function limitAt(options: Partial<RateLimitOptions> = {}) {
  const now = { ms: 5_000 };
  const limit = createRateLimit({ ratePerSecond: 10, burst: 20, clock: () => now.ms, ...options });
  /** The seconds after which to come again; undefined: it passed. */
  const ask = (subject = 'okta'): string | undefined => {
    try {
      return void limit(subject);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      expect([error.status, error.code]).toEqual([429, 'RATE_LIMITED']);
      return error.headers['Retry-After'];
    }
  };
  const passing = (count: number) =>
    Array.from({ length: count }, () => ask()).filter((said) => !said).length;
  return { now, limit, ask, passing };
}

test('a burst passes as a whole, and what is beyond it does not', () => {
  expect(limitAt().passing(50)).toBe(20);
});

test('the rate passes for as long as it lasts, at rest or after a burst', () => {
  const { now, passing } = limitAt();
  passing(20);
  for (let second = 0; second < 100; second++) {
    now.ms += 1_000;
    expect(passing(12)).toBe(10);
  }
});

test('whoever is refused takes nothing from those who come after', () => {
  const { now, ask, passing } = limitAt();
  passing(20);
  for (let tried = 0; tried < 1_000; tried++) ask();
  now.ms += 100;
  expect(ask()).toBeUndefined();
});

test('Retry-After is a whole number of seconds, never 0, and coming then is in time', () => {
  for (const ratePerSecond of [0.1, 0.7, 3, 500]) {
    const { now, ask } = limitAt({ ratePerSecond, burst: 1 });
    expect(ask()).toBeUndefined();
    const seconds = ask();
    expect(seconds).toMatch(/^[1-9]\d*$/);
    now.ms += Number(seconds) * 1_000;
    expect(ask()).toBeUndefined();
  }
});

test('what comes within a request is not refused, and what follows waits for all of it', () => {
  const { now, limit, ask } = limitAt({ burst: 1 });
  expect(ask()).toBeUndefined();
  limit('okta', 999);
  expect(ask()).toBe('100');
  now.ms += 99_000;
  expect(ask()).toBe('1');
  now.ms += 1_000;
  expect(ask()).toBeUndefined();
});

test('each subject has a rate of its own', () => {
  const { ask, passing } = limitAt();
  passing(50);
  expect(ask('entra')).toBeUndefined();
});

test('a rest longer than a burst saves up no more than a burst', () => {
  const { now, passing } = limitAt();
  passing(20);
  now.ms += 3_600_000;
  expect(passing(50)).toBe(20);
});
