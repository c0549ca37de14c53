import type { Settings } from './options.js';

export interface Clock {
  /** A duration of Zoom's as it passes here: divided by the clock's speed. */
  scaled(durationMs: number): number;
  /** Runs `work` after real milliseconds, unless the clock is stopped first; never keeps the process alive. */
  after(delayMs: number, work: () => void): void;
  /** Resolves after real milliseconds; never, once the clock is stopped. */
  wait(delayMs: number): Promise<void>;
  stop(): void;
}

export function createClock({ settings }: { settings: Settings }): Clock {
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;

  function after(delayMs: number, work: () => void): void {
    if (stopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, delayMs);
    timer.unref();
    timers.add(timer);
  }

  return {
    scaled: (durationMs) => durationMs / settings.clockSpeed,
    after,
    wait: (delayMs) => new Promise((resolve) => after(delayMs, resolve)),
    stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
