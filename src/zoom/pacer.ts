import { NotSent, readCause, ZoomFailure } from './failure.js';
import { createStoreClock } from './store-clock.js';
import { createWaitingLine, type Grant, type Priority } from './waiting-line.js';

/** Slots given out of the one row of slots that all our processes take from. */
export interface TakenSlots {
  /** The store's "now", by its own clock. */
  storeMs: number;
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

/** A slot is void when it comes up later than this. */
const LATE_MS = 20;

/**
 * Slots are further apart than the rate asks by what they may be late, and by what the store's clock is not known
 * exactly; by this much at least, in a second. Thus the grants of any second come from slots of at most that much more,
 * in which there are never more than the rate.
 */
const MIN_SLACK_MS = 30;

/** Slots are taken at most so far ahead: nobody in another process waits longer than this behind a long queue. */
const LOOK_AHEAD_MS = 250;

/** A store that answers so slowly is asked for slots that begin after its answer. */
const SLOW_MS = 20;

/** Whoever would wait longer is sent away to come back: work must not sit on a worker through a pause of hours. */
const MAX_PAUSED_MS = 5_000;

/** Hands out the slots of one label, in this process, to those who wait for them. Times are performance.now(). */
export function createPacer(dependencies: {
  take: (count: number, intervalMs: number, leadMs: number) => Promise<TakenSlots>;
  /** Per second. */
  rate: number;
  /** Divides how long somebody may wait for a pause to end. */
  clockSpeed: number;
}): Pacer {
  const { take, rate, clockSpeed } = dependencies;
  const maxAhead = Math.ceil((rate * LOOK_AHEAD_MS) / 1_000);
  const line = createWaitingLine();
  const storeClock = createStoreClock();
  /** How long the store's last answer took. */
  let tookMs = 0;
  /** Ours and unused, ascending, by the store's clock: what is learned of it holds for them too. */
  let slots: number[] = [];
  /** Newest last, at most `rate`: this process alone stays within the rate even when the store's clock is set. */
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
    const next = nextSlot();
    if (next !== undefined) timer = setTimeout(pump, Math.ceil(Math.max(next, nextFree()) - now));
  }

  function sitOut(pausedMs: number): void {
    const rate = { scope: 'account', delayMs: pausedMs } as const;
    if (pausedMs <= MAX_PAUSED_MS / clockSpeed) timer = setTimeout(pump, Math.ceil(pausedMs));
    else line.turnAllAway(new ZoomFailure('ZOOM_RATE_LIMITED', { sent: 'no', rate }));
  }

  function admitDue(now: number): void {
    slots = slots.filter((slot) => storeClock.ours(slot) >= now - LATE_MS);
    while ((nextSlot() ?? Infinity) <= now && nextFree() <= now) {
      if (!line.admitFirst({ grantedAt: new Date() })) return;
      slots.shift();
      grants.push(now);
      if (grants.length > rate) grants.shift();
    }
  }

  function intervalMs(): number {
    const slackMs = Math.max(MIN_SLACK_MS, LATE_MS + Math.min(storeClock.uncertainMs(), 1_000));
    return (1_000 + slackMs) / rate;
  }

  function leadMs(): number {
    return tookMs > SLOW_MS ? tookMs : 0;
  }

  function nextSlot(): number | undefined {
    return slots[0] === undefined ? undefined : storeClock.ours(slots[0]);
  }

  function nextFree(): number {
    return grants.length < rate ? 0 : grants[0]! + 1_000;
  }

  async function refill(): Promise<void> {
    const count = Math.min(line.length, maxAhead) - slots.length;
    if (isTaking || count < 1 || slots.length > maxAhead / 2) return;
    isTaking = true;
    try {
      const askedAt = performance.now();
      // Before the first slots the store is only asked what time it is.
      const known = storeClock.uncertainMs() < Infinity;
      const { storeMs, slotsInMs, pausedMs } = await take(known ? count : 0, intervalMs(), leadMs());
      const now = performance.now();
      tookMs = now - askedAt;
      storeClock.heard(storeMs, askedAt, now);
      if (pausedMs > 0) pausedUntil = Math.max(pausedUntil, now + pausedMs);
      const taken = slotsInMs.map((ms) => storeMs + ms);
      slots.push(...taken.filter((slot) => storeClock.ours(slot) >= pausedUntil));
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
