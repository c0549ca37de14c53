import { type BudgetStore, createCallBudget } from '../../src/zoom/budget.js';
import type { StoredToken, TokenStore } from '../../src/zoom/token.js';

export const silent = { debug() {}, info() {}, warn() {} };

/** One place for the tokens of several clients, as PostgreSQL is for processes: one refresh at a time. */
export function createMemoryTokenStore(): TokenStore & { refreshes: number } {
  let kept: StoredToken | null = null;
  let lock: Promise<unknown> = Promise.resolve();
  return {
    refreshes: 0,
    read: () => Promise.resolve(kept),
    refresh(make, isStale) {
      this.refreshes++;
      const refreshed = lock.then(async () => (kept = kept === null || isStale(kept) ? await make() : kept));
      lock = refreshed.catch(() => {});
      return refreshed;
    },
  };
}

/** The contract of BudgetStore in its plainest form; its real forms are tested in test/records. */
export function createMemoryBudgetStore(): BudgetStore & { takes: number[] } {
  const labels = new Map<string, { next: number; pausedUntil: number; reducedUntil: number }>();
  const rowOf = (label: string) => {
    const row = labels.get(label) ?? { next: 0, pausedUntil: 0, reducedUntil: 0 };
    labels.set(label, row);
    return row;
  };
  const takes: number[] = [];
  return {
    takes,
    take(label, count, intervalMs, leadMs) {
      if (count > 0) takes.push(count);
      const row = rowOf(label);
      const now = performance.now();
      if (row.pausedUntil > now)
        return Promise.resolve({ storeMs: now, slotsInMs: [], pausedMs: row.pausedUntil - now });
      const stepMs = row.reducedUntil > now ? intervalMs * 2 : intervalMs;
      const first = Math.max(row.next, now + leadMs);
      row.next = first + count * stepMs;
      const slotsInMs = Array.from({ length: count }, (_, index) => first - now + index * stepMs);
      return Promise.resolve({ storeMs: now, slotsInMs, pausedMs: 0 });
    },
    slowDown(label, pausedMs, reducedMs) {
      const row = rowOf(label);
      row.pausedUntil = Math.max(row.pausedUntil, performance.now() + pausedMs);
      row.reducedUntil = Math.max(row.reducedUntil, performance.now() + pausedMs + reducedMs);
      return Promise.resolve();
    },
  };
}

/** As one process has it; processes share a store. */
export function createBudget(options: { store?: BudgetStore; light?: number; clockSpeed?: number }) {
  const { store = createMemoryBudgetStore(), light = 40, clockSpeed = 1 } = options;
  return createCallBudget({ store, rates: { light, medium: 20 }, clockSpeed, log: silent });
}

/** The most that fall into any second, wherever it begins. `times` in milliseconds, ascending. */
export function busiestSecond(times: readonly number[]): number {
  return Math.max(
    ...times.map((start) => times.filter((time) => time >= start && time < start + 1_000).length),
  );
}
