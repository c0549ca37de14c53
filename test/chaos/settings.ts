import type { Durations } from '../../src/lifecycle/durations.js';

/** Retries and hours pass this much faster: seven of them in 42 s. */
export const CLOCK_SPEED = 600;
const HOUR_MS = 3_600_000;
export const OUTAGE_MS = (7 * HOUR_MS) / CLOCK_SPEED;

/**
 * Leases and time-outs cannot be as short as the clock would have them: two processors share ten processes. A day,
 * and how long a body is known, outlast the run, as they outlast a real one of such a length.
 */
export const DURATIONS: Partial<Durations> & {
  leaseMs: number;
  zoomTimeoutMs: number;
  resendAfterMs: number;
} = {
  leaseMs: 2_000,
  zoomTimeoutMs: 1_000,
  resendAfterMs: 7_000,
  settleMs: 500,
  futureMs: 60_000,
  dayMs: 3_600_000,
  repeatMs: 3_600_000,
  sweepMs: 250,
  toldAgainMs: 1_500,
  drainMs: 5_000,
  watchdogMs: 20_000,
  probeMs: 500,
};

/** The latest that Zoom may apply what arrived with the lease nearly used up, and still be covered by promise 7. */
export const COVERED_LATE_MS = DURATIONS.resendAfterMs - DURATIONS.leaseMs - 500;

/** Calls per second, by label. */
export const BUDGET = { light: 30, medium: 20 } as const;

export const PASSWORD = 'chaos-password-Tr0ub4dor';
export const CLIENT_SECRET = 'chaos-client-secret-8f3b';

/** Beside what the harness gives every process: keys this long are nowhere by chance. */
export const ENV: Record<string, string> = {
  CLOCK_SPEED: String(CLOCK_SPEED),
  HOST_KEY_LENGTH: '10',
  ZOOM_RATE_LIGHT: String(BUDGET.light),
  ZOOM_RATE_MEDIUM: String(BUDGET.medium),
  BRAKE_MINIMUM: '1000000',
  PORT: '0',
  LOG_LEVEL: 'debug',
};
