import { NotSent, readCause, ZoomFailure } from './failure.js';
import { createWaitingLine, type Grant, type Priority } from './waiting-line.js';

/** Slots given out of the one row of slots that all our processes take from. */
export interface TakenSlots {
  /** Ascending, from the store's "now". Empty while the label is paused. */
  slotsInMs: number[];
  /** 0 unless the label is paused. */
  pausedMs: number;
}

export interface Pacer {
  grant(priority: Priority, signal?: AbortSignal): Promise<Grant>;
  /** Voids the slots we hold, and takes no new ones for so long. */
  pause(pausedMs: number): void;
}

/**
 * Slots are this much further apart than the rate asks, and one is void when it comes up more than `LATE_MS` late.
 * Together: the grants of any second come from slots of at most 1.03 s, in which there are never more than the rate.
 */
const SPACING = 1.03;
const LATE_MS = 30;

/** Slots are taken at most so far ahead: nobody in another process waits longer than this behind a long queue. */
const LOOK_AHEAD_MS = 250;

/** Whoever would wait longer is sent away to come back: work must not sit on a worker through a pause of hours. */
const MAX_PAUSED_MS = 5_000;

/** Hands out the slots of one label, in this process, to those who wait for them. Times are performance.now(). */
export function createPacer(dependencies: {
  take: (count: number, intervalMs: number) => Promise<TakenSlots>;
  /** Per second. */
  rate: number;
  /** Divides how long somebody may wait for a pause to end. */
  clockSpeed: number;
}): Pacer {
  const { take, rate, clockSpeed } = dependencies;
  const intervalMs = (1_000 / rate) * SPACING;
  const maxAhead = Math.ceil((rate * LOOK_AHEAD_MS) / 1_000);
  const line = createWaitingLine();
  /** Ours and unused, ascending. */
  let slots: number[] = [];
  /** Newest last, at most `rate`: this process alone stays within the rate even when the store's answers come late. */
  const grants: number[] = [];
  let pausedUntil = 0;
  let isTaking = false;
  let isWoken = false;
  let timer: NodeJS.Timeout | undefined;

  /** Everybody who comes within one turn of the event loop is served by one call of the store. */
  function wake(): void {
    if (isWoken) return;
    isWoken = true;
    setImmediate(() => {
      isWoken = false;
      pump();
    });
  }

  function pump(): void {
    clearTimeout(timer);
    if (line.length === 0) return;
    const now = performance.now();
    if (pausedUntil > now) return sitOut(pausedUntil - now);
    admitDue(now);
    void refill();
    const [next] = slots;
    if (next !== undefined) timer = setTimeout(pump, Math.ceil(Math.max(next, nextFree()) - now));
  }

  function sitOut(pausedMs: number): void {
    const rate = { scope: 'account', delayMs: pausedMs } as const;
    if (pausedMs <= MAX_PAUSED_MS / clockSpeed) timer = setTimeout(pump, Math.ceil(pausedMs));
    else line.turnAllAway(new ZoomFailure('ZOOM_RATE_LIMITED', { sent: 'no', rate }));
  }

  function admitDue(now: number): void {
    slots = slots.filter((slot) => slot >= now - LATE_MS);
    while (slots[0] !== undefined && slots[0] <= now && nextFree() <= now) {
      if (!line.admitFirst({ grantedAt: new Date() })) return;
      slots.shift();
      grants.push(now);
      if (grants.length > rate) grants.shift();
    }
  }

  function nextFree(): number {
    return grants.length < rate ? 0 : grants[0]! + 1_000;
  }

  async function refill(): Promise<void> {
    const count = Math.min(line.length, maxAhead) - slots.length;
    if (isTaking || count < 1 || slots.length > maxAhead / 2) return;
    isTaking = true;
    try {
      const { slotsInMs, pausedMs } = await take(count, intervalMs);
      const now = performance.now();
      if (pausedMs > 0) pausedUntil = Math.max(pausedUntil, now + pausedMs);
      slots.push(...slotsInMs.map((ms) => now + ms).filter((slot) => slot >= pausedUntil));
    } catch (error) {
      line.turnAllAway(new NotSent('ZOOM_BUDGET_UNAVAILABLE', readCause(error)));
    } finally {
      isTaking = false;
      pump();
    }
  }

  return {
    grant(priority, signal) {
      wake();
      return line.join(priority, signal);
    },
    pause(pausedMs) {
      pausedUntil = Math.max(pausedUntil, performance.now() + pausedMs);
      slots = [];
      wake();
    },
  };
}
