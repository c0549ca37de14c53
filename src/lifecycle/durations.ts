const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Every duration the rules speak of, in milliseconds. */
export interface Durations {
  leaseMs: number;
  zoomTimeoutMs: number;
  /** From an unanswered attempt's start to the re-send of what Zoom should hold. */
  resendAfterMs: number;
  /** How far ahead of us a source's clock may be before its time counts as receipt. */
  futureMs: number;
  /** How long after our last 204 a foreign key may still be one that was set before it. */
  settleMs: number;
  /** The brake's, and the least between two rotations of one person for being transferred. */
  hourMs: number;
  dayMs: number;
  sweepMs: number;
  /** How long the queue may take over a job before the sweep tells it again. */
  toldAgainMs: number;
  /** How long a body without an id is known by its hash. */
  repeatMs: number;
  drainMs: number;
  watchdogMs: number;
  probeMs: number;
}

/** `speed` divides them all, for tests and rehearsals (CLOCK_SPEED). */
export function durationsAt(speed: number): Durations {
  const lease = 15 * SECOND;
  const timeout = 10 * SECOND;
  const real: Durations = {
    leaseMs: lease,
    zoomTimeoutMs: timeout,
    resendAfterMs: lease + timeout + MINUTE,
    futureMs: 5 * MINUTE,
    settleMs: 10 * SECOND,
    hourMs: HOUR,
    dayMs: 24 * HOUR,
    sweepMs: 5 * SECOND,
    toldAgainMs: 20 * SECOND,
    repeatMs: 2 * HOUR,
    drainMs: 10 * SECOND,
    watchdogMs: MINUTE,
    probeMs: MINUTE,
  };
  const scaled = Object.entries(real).map(([name, ms]) => [name, ms / speed] as const);
  return Object.fromEntries(scaled) as unknown as Durations;
}
