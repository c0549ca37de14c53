import { type Answer, zoomError } from './answer.js';
import type { Clock } from './clock.js';
import type { Label, Settings } from './options.js';

interface Use {
  /** Performance-clock times of the calls let through in the last second, oldest first. */
  lastSecond: number[];
  today: number;
  dayEndsAtMs: number;
}

export interface Limits {
  /** Counts one call, unless it is refused. The headers go out with either answer. */
  take(label: Label): { headers: Record<string, string>; refusal?: Answer };
}

const PER_SECOND = 'You have reached the maximum per-second rate limit for this API. Try again later.';
const PER_DAY =
  'You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request.';

/** The account's limits, shared by all its apps: no second, wherever it begins, lets more than the limit through. */
export function createLimits({ settings, clock }: { settings: Settings; clock: Clock }): Limits {
  const uses: Record<Label, Use> = { light: unused(), medium: unused() };

  return {
    take(label) {
      const use = uses[label];
      const { perSecond, perDay } = settings.limits[label];
      turnThePage(use, clock);
      if (use.today >= perDay)
        return { headers: dailyHeaders(label, perDay), refusal: zoomError(429, 429, PER_DAY) };
      const left = perSecond - use.lastSecond.length;
      if (left < 1)
        return { headers: spentHeaders(label, perSecond), refusal: zoomError(429, 429, PER_SECOND) };
      use.today++;
      if (perSecond !== Infinity) use.lastSecond.push(performance.now());
      return { headers: qpsHeaders(label, perSecond, left - 1) };
    },
  };
}

function unused(): Use {
  return { lastSecond: [], today: 0, dayEndsAtMs: 0 };
}

function turnThePage(use: Use, clock: Clock): void {
  const aSecondAgo = performance.now() - 1_000;
  while (use.lastSecond[0] !== undefined && use.lastSecond[0] <= aSecondAgo) use.lastSecond.shift();
  if (Date.now() < use.dayEndsAtMs) return;
  use.today = 0;
  use.dayEndsAtMs = Date.now() + clock.scaled(nextMidnightUtcMs() - Date.now());
}

function nextMidnightUtcMs(): number {
  return new Date().setUTCHours(24, 0, 0, 0);
}

function qpsHeaders(label: Label, limit: number, remaining: number): Record<string, string> {
  const category = { 'x-ratelimit-category': label === 'light' ? 'Light' : 'Medium' };
  if (limit === Infinity) return category;
  return {
    ...category,
    'x-ratelimit-type': 'QPS',
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
  };
}

function spentHeaders(label: Label, limit: number): Record<string, string> {
  return { ...qpsHeaders(label, limit, 0), 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1_000) + 1) };
}

/** Zoom's Retry-After is an ISO time, which RFC 9110 does not know. */
function dailyHeaders(label: Label, limit: number): Record<string, string> {
  const retryAfter = new Date(nextMidnightUtcMs()).toISOString().replace('.000Z', 'Z');
  return { ...qpsHeaders(label, limit, 0), 'x-ratelimit-type': 'Daily-limit', 'retry-after': retryAfter };
}
