import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { BudgetStore } from '../../src/zoom/budget.js';
import { waitFor } from '../harness/wait-for.js';
import { busiestSecond, createBudget } from '../zoom/stores.js';

/** What every store of the call budget promises. `createStore`: each call stands for another process. */
export function testBudgetStore(createStore: () => BudgetStore): void {
  test('slots follow each other, whoever takes them, however many at once', async () => {
    const stores = [createStore(), createStore()];
    const startedAt = performance.now();
    const taken = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const { slotsInMs } = await stores[index % 2]!.take('light', 3, 20, 0);
        return slotsInMs.map((ms) => ms + performance.now() - startedAt);
      }),
    );
    const slots = taken.flat().sort((a, b) => a - b);
    expect(slots).toHaveLength(120);
    expect(slots.at(-1)! - slots[0]!).toBeGreaterThan(119 * 20 * 0.95);
    expect(
      Math.max(...slots.map((slot) => slots.filter((other) => other >= slot && other < slot + 100).length)),
    ).toBeLessThan(15);
  });

  test('a slot is never in the past, nor saved up', async () => {
    const store = createStore();
    await store.take('light', 1, 5, 0);
    const later = performance.now() + 50;
    await waitFor('some slots to go by', () => performance.now() > later);
    const { slotsInMs, pausedMs } = await store.take('light', 3, 5, 0);
    expect(slotsInMs.map(Math.round)).toEqual([0, 5, 10]);
    expect(pausedMs).toBe(0);
  });

  test('labels have nothing to do with each other', async () => {
    const store = createStore();
    await store.take('light', 100, 1_000, 0);
    const { slotsInMs } = await store.take('medium', 1, 1_000, 0);
    expect(slotsInMs).toEqual([0]);
  });

  test('while paused nothing is taken; a shorter pause shortens nothing', async () => {
    const [store, other] = [createStore(), createStore()];
    await store.slowDown('light', 60_000, 60_000);
    await other.slowDown('light', 100, 100);
    const { slotsInMs, pausedMs } = await other.take('light', 5, 20, 0);
    expect(slotsInMs).toEqual([]);
    expect(pausedMs).toBeGreaterThan(50_000);
    expect(pausedMs).toBeLessThanOrEqual(60_000);
  });

  test('after a pause the distance is doubled, and then as before', async () => {
    const store = createStore();
    await store.take('light', 1, 20, 0);
    await store.slowDown('light', 0, 300);
    let reduced = await store.take('light', 3, 20, 0);
    // A pause of nothing may last a millisecond: that is as exactly as it is kept.
    while (reduced.pausedMs > 0) reduced = await store.take('light', 3, 20, 0);
    expect(reduced.slotsInMs[2]! - reduced.slotsInMs[0]!).toBeCloseTo(80, 1);
    await waitFor('the distance to be as before', async () => {
      const { slotsInMs } = await store.take('light', 3, 20, 0);
      return Math.round(slotsInMs[2]! - slotsInMs[0]!) === 40;
    });
  });

  test('a slot comes no sooner than asked for, and nobody gets what lies before it', async () => {
    const store = createStore();
    const { slotsInMs } = await store.take('light', 2, 10, 200);
    expect(slotsInMs.map(Math.round)).toEqual([200, 210]);
    expect((await store.take('light', 1, 10, 0)).slotsInMs[0]).toBeGreaterThan(200);
  });

  test('answers that came late, and then do not any more, let no second hold more than the rate', async () => {
    const quickAt = performance.now() + 1_000;
    const budgets = [1, 2, 3, 4].map(() => createBudget({ store: answeringLate(createStore(), quickAt) }));
    const times: number[] = [];
    const granted = Array.from({ length: 120 }, (_, index) => budgets[index % 4]!.grant('light', 'set'));
    await Promise.all(granted.map((grant) => grant.then(() => times.push(performance.now()))));
    expect(busiestSecond(times.sort((a, b) => a - b))).toBeLessThanOrEqual(40);
  });

  test('three processes together stay within the rate', async () => {
    const budgets = [1, 2, 3].map(() => createBudget({ store: createStore() }));
    const times: number[] = [];
    await Promise.all(
      Array.from({ length: 120 }, (_, index) =>
        budgets[index % 3]!.grant('light', 'set').then(() => times.push(performance.now())),
      ),
    );
    expect(busiestSecond(times.sort((a, b) => a - b))).toBeLessThanOrEqual(40);
  });
}

/** Until then every answer is late on its way back. */
function answeringLate(store: BudgetStore, quickAt: number): BudgetStore {
  const take: BudgetStore['take'] = async (...asked) => {
    const answer = await store.take(...asked);
    if (performance.now() < quickAt) await sleep(200);
    return answer;
  };
  return { take, slowDown: (...asked) => store.slowDown(...asked) };
}
