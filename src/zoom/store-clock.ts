/** What two clocks may run apart, by a thousandth of a second in two. */
const DRIFT = 0.0005;

export interface StoreClock {
  /** An answer that was asked for and came at these times of ours, and what the store's clock said in between. */
  heard(storeMs: number, askedAt: number, answeredAt: number): void;
  /** When a time of the store is by our clock. */
  ours(storeMs: number): number;
  /** By how much, at most, two times given by `ours` may be wrong together; infinite before the first answer. */
  uncertainMs(): number;
}

/**
 * Where the store's clock stands against ours, learned from its answers: each says between which two times of ours it
 * was made, and all that were heard narrow that down. An answer that comes late then shifts nothing.
 */
export function createStoreClock(): StoreClock {
  /** The store's clock is ahead of ours by something between these. */
  let [low, high] = [-Infinity, Infinity];
  let heardAt = 0;
  return {
    heard(storeMs, askedAt, answeredAt) {
      const drift = (answeredAt - heardAt) * DRIFT;
      const said = [storeMs - answeredAt, storeMs - askedAt] as const;
      [low, high] = [Math.max(low - drift, said[0]), Math.min(high + drift, said[1])];
      // One of the clocks was set: only the newest answer counts.
      if (low > high) [low, high] = said;
      heardAt = answeredAt;
    },
    ours: (storeMs) => storeMs - (low + high) / 2,
    uncertainMs: () => high - low,
  };
}
