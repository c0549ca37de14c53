import { describe, expect, test } from '@jest/globals';
import { readFailure } from '../../src/zoom/read-failure.js';
import { answer, html, zoom } from './answers.js';

const now = new Date('2026-11-24T22:00:00Z');
const untilMidnightMs = 2 * 3_600_000;

describe('a rate limit', () => {
  const perSecond = 'You have reached the maximum per-second rate limit for this API. Try again later.';
  const perDay =
    'You have reached the maximum daily rate limit for this API. Refer to the response header for details.';
  const perUser =
    'You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular user.';
  const concurrent =
    'Too many concurrent requests. A request to disassociate this user has already been made.';
  test.each([
    ['per second', zoom(429, 429, perSecond), 'account', 1_000],
    ['per second, by another code', zoom(429, 4001, perSecond), 'account', 1_000],
    ['without a body', answer(429, ''), 'account', 1_000],
    ['of HTML', answer(429, html), 'account', 1_000],
    ['per day, until midnight UTC', zoom(429, 429, perDay), 'account', untilMidnightMs],
    [
      'per day, told by a header',
      answer(429, '', { 'x-ratelimit-type': 'Daily-limit' }),
      'account',
      untilMidnightMs,
    ],
    ['of one user', zoom(429, 429, perUser), 'user', untilMidnightMs],
    ['of concurrent calls', zoom(429, 429, concurrent), 'user', 1_000],
    ['with seconds', answer(429, '', { 'retry-after': '7' }), 'account', 7_000],
    [
      'with an HTTP date',
      answer(429, '', { 'retry-after': 'Tue, 24 Nov 2026 22:00:30 GMT' }),
      'account',
      30_000,
    ],
    ['with an ISO time', answer(429, '', { 'retry-after': '2026-11-24T22:05:00Z' }), 'account', 300_000],
    [
      'with a time gone by',
      { ...zoom(429, 429, perDay), headers: { 'retry-after': '2020-05-31T00:00:00Z' } },
      'account',
      untilMidnightMs,
    ],
    ['with nonsense', answer(429, '', { 'retry-after': 'soon' }), 'account', 1_000],
    ['with a year', answer(429, '', { 'retry-after': '31536000' }), 'account', 86_400_000],
    [
      'read by Zoom’s clock, not ours',
      answer(429, '', { date: 'Tue, 24 Nov 2026 23:00:00 GMT', 'retry-after': '2026-11-24T23:00:10Z' }),
      'account',
      10_000,
    ],
  ] as const)('%s', (_, given, scope, delayMs) => {
    const code = scope === 'account' ? 'ZOOM_RATE_LIMITED' : 'ZOOM_USER_RATE_LIMITED';
    expect(readFailure(given, [], now)).toMatchObject({
      code,
      then: 'rate',
      sent: 'answered',
      rate: { scope, delayMs },
    });
  });
});
