/** The monotonic clock stands still while a machine sleeps, the other may be set: time has passed when either says so. */
export interface Moment {
  monotonicMs: number;
  wallMs: number;
}

export function momentIn(ms: number): Moment {
  return { monotonicMs: performance.now() + ms, wallMs: Date.now() + ms };
}

/** Whether at least so long is left until then. */
export function isAwayBy(ms: number, { monotonicMs, wallMs }: Moment): boolean {
  const soon = momentIn(ms);
  return soon.monotonicMs <= monotonicMs && soon.wallMs <= wallMs;
}
