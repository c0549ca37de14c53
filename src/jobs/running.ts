/** Work under way, for whoever closes what it works with. */
export interface Running {
  /** The same work, known to be under way until it ends. */
  add<T>(work: Promise<T>): Promise<T>;
  /** Resolves once all that is under way has ended, well or not. */
  settled(): Promise<void>;
}

export function createRunning(): Running {
  const running = new Set<Promise<unknown>>();
  return {
    add(work) {
      const known = work.finally(() => running.delete(known));
      running.add(known);
      return known;
    },
    settled: async () => void (await Promise.allSettled(running)),
  };
}
