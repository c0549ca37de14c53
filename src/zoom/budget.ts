import type { Logger } from 'pino';
import type { ZoomConfig } from '../config.js';
import { readCause } from './failure.js';
import { createPacer, type TakenSlots } from './pacer.js';
import type { Grant, Priority } from './waiting-line.js';

/** Zoom counts calls per label, not per endpoint. */
export type CallLabel = 'light' | 'medium';

/** Calls per second. */
export type Rates = Record<CallLabel, number>;

export interface BudgetStore {
  /**
   * Takes the next `count` slots, `intervalMs` apart, none sooner than in `leadMs`; in one atomic step, by the
   * store's own clock. While the label is reduced the distance is doubled; while it is paused nothing is taken.
   */
  take(label: CallLabel, count: number, intervalMs: number, leadMs: number): Promise<TakenSlots>;
  /** Pauses the label from now on, then reduces it for `reducedMs`; a longer pause already there stays. */
  slowDown(label: CallLabel, pausedMs: number, reducedMs: number): Promise<void>;
}

export interface CallBudget {
  /**
   * Resolves when one call under that label may be sent, and should be at once.
   *
   * @param signal that whoever waits has no more time for it
   * @throws ZoomFailure, `sent: 'no'`: ZOOM_RATE_LIMITED while paused for long, ZOOM_BUDGET_UNAVAILABLE,
   *   LEASE_TOO_SHORT
   */
  grant(label: CallLabel, priority: Priority, signal?: AbortSignal): Promise<Grant>;
  /**
   * After an account-wide 429: nobody calls under that label for so long, and then at half the rate
   * for a while. Other processes hear of it with their next batch of slots, a quarter of a second later at most.
   */
  pause(label: CallLabel, delayMs: number): Promise<void>;
}

/** developers.zoom.us/docs/api/rate-limits: per account and second, shared by all its apps. */
const PLAN_RATES: Record<ZoomConfig['plan'], Rates> = {
  free: { light: 4, medium: 2 },
  pro: { light: 30, medium: 20 },
  business: { light: 80, medium: 60 },
};

/** However short Zoom says the wait is, its window is a second. */
const MIN_PAUSE_MS = 1_000;
const REDUCED_MS = 60_000;

export function budgetFor(
  config: Pick<ZoomConfig, 'plan' | 'rateShare' | 'rateLight' | 'rateMedium'>,
): Rates {
  const planned = PLAN_RATES[config.plan];
  return {
    light: config.rateLight ?? shareOf(planned.light, config.rateShare),
    medium: config.rateMedium ?? shareOf(planned.medium, config.rateShare),
  };
}

/** Divides our own durations by `clockSpeed`, never the rate: Zoom's second is a second. */
export function createCallBudget(dependencies: {
  store: BudgetStore;
  rates: Rates;
  clockSpeed: number;
  log: Pick<Logger, 'warn' | 'debug'>;
}): CallBudget {
  const { store, rates, clockSpeed, log } = dependencies;
  const pacerOf = (label: CallLabel) =>
    createPacer({ take: (...asked) => store.take(label, ...asked), rate: rates[label], clockSpeed });
  const pacers = { light: pacerOf('light'), medium: pacerOf('medium') };

  return {
    async grant(label, priority, signal) {
      const grant = await pacers[label].grant(priority, signal);
      log.debug({ label, grantedAt: grant.grantedAt.getTime() }, 'zoom call granted');
      return grant;
    },
    async pause(label, delayMs) {
      const pausedMs = Math.max(MIN_PAUSE_MS, delayMs / clockSpeed);
      pacers[label].pause(pausedMs);
      log.warn({ label, durationMs: pausedMs }, 'zoom calls paused');
      try {
        await store.slowDown(label, pausedMs, REDUCED_MS / clockSpeed);
      } catch (error) {
        log.warn({ label, err: readCause(error) }, 'zoom pause was not shared');
      }
    },
  };
}

/** Whole calls, at least one; the smallest amount forgives binary fractions such as 0.29 x 100. */
function shareOf(limit: number, share: number): number {
  return Math.max(1, Math.floor(limit * share + 1e-9));
}
