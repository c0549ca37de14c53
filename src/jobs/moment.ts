/** The monotonic clock stands still while a machine sleeps, the other may be set: time has passed when either says so. */
export interface Moment {
  monotonicMs: number;
  wallMs: number;
}

export function momentIn(ms: number): Moment {
  return { monotonicMs: performance.now() + ms, wallMs: Date.now() + ms };
}

/** Until then, by whichever clock says less. */
export function leftMs({ monotonicMs, wallMs }: Moment): number {
  return Math.min(monotonicMs - performance.now(), wallMs - Date.now());
}
