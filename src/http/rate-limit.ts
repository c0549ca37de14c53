import { Problem } from './problem.js';

export interface RateLimitOptions {
  /** Requests a second, for as long as you like. */
  ratePerSecond: number;
  /** How many may come at once after a rest. */
  burst: number;
  /** In milliseconds, from any start. */
  clock?: () => number;
}

/**
 * Counts a request, or that so many more came in one that has passed: these are never refused, what follows waits.
 *
 * @throws Problem 429 RATE_LIMITED, with whole seconds in Retry-After: Okta reads nothing else
 */
export type LimitRate = (subject: string, more?: number) => void;

/**
 * Each subject has a rate of its own, kept in this process: a number a subject, no round trip. It is the moment at
 * which all that came would have been served at exactly that rate (GCRA, as in ATM's traffic contract).
 */
export function createRateLimit(options: RateLimitOptions): LimitRate {
  const { ratePerSecond, burst, clock = () => performance.now() } = options;
  const eachMs = 1_000 / ratePerSecond;
  const patienceMs = (burst - 1) * eachMs;
  const servedAt = new Map<string, number>();
  return (subject, more) => {
    const now = clock();
    const dueAt = Math.max(servedAt.get(subject) ?? now, now);
    const waitMs = dueAt - now - patienceMs;
    if (more === undefined && waitMs > 0) throw limited(ratePerSecond, waitMs);
    servedAt.set(subject, dueAt + (more ?? 1) * eachMs);
  };
}

function limited(ratePerSecond: number, waitMs: number): Problem {
  return new Problem({
    status: 429,
    code: 'RATE_LIMITED',
    detail: `more than ${ratePerSecond} requests a second from this source; send it again later`,
    headers: { 'Retry-After': String(Math.ceil(waitMs / 1_000)) },
  });
}
