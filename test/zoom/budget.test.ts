import { setMaxListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { budgetFor } from '../../src/zoom/budget.js';
import type { Priority } from '../../src/zoom/waiting-line.js';
import { busiestSecond, createBudget, createMemoryBudgetStore } from './stores.js';

describe('the budget of a plan', () => {
  const unset = { rateLight: undefined, rateMedium: undefined };
  test.each([
    ['free', 1, { light: 4, medium: 2 }],
    ['pro', 1, { light: 30, medium: 20 }],
    ['business', 1, { light: 80, medium: 60 }],
    ['pro', 0.5, { light: 15, medium: 10 }],
    ['pro', 0.1, { light: 3, medium: 2 }],
    ['free', 0.01, { light: 1, medium: 1 }],
    ['business', 0.29, { light: 23, medium: 17 }],
  ] as const)('%s, of which our share is %d', (plan, rateShare, expected) => {
    expect(budgetFor({ plan, rateShare, ...unset })).toEqual(expected);
  });

  test('gives way to what is configured', () => {
    expect(budgetFor({ plan: 'free', rateShare: 0.5, rateLight: 40, rateMedium: undefined })).toEqual({
      light: 40,
      medium: 1,
    });
  });
});

describe('no second holds more grants than the budget', () => {
  async function grantTimes(budgets: ReturnType<typeof createBudget>[], each: number): Promise<number[]> {
    const times: number[] = [];
    const one = (budget: ReturnType<typeof createBudget>) =>
      budget.grant('light', 'set').then(() => times.push(performance.now()));
    await Promise.all(budgets.flatMap((budget) => Array.from({ length: each }, () => one(budget))));
    return times.sort((a, b) => a - b);
  }

  test('over several processes together', async () => {
    const store = createMemoryBudgetStore();
    const times = await grantTimes(
      [createBudget({ store }), createBudget({ store }), createBudget({ store })],
      40,
    );
    expect(busiestSecond(times)).toBeLessThanOrEqual(40);
  });

  test('in one process even when the store answers late and in bursts', async () => {
    const store = createMemoryBudgetStore();
    const take = store.take.bind(store);
    let calls = 0;
    store.take = async (...asked) => {
      const taken = await take(...asked);
      if (++calls === 1) await new Promise((resolve) => setTimeout(resolve, 300));
      return taken;
    };
    expect(busiestSecond(await grantTimes([createBudget({ store, light: 20 })], 45))).toBeLessThanOrEqual(20);
  });

  test('a label does not use up the other', async () => {
    const budget = createBudget({ light: 1 });
    await budget.grant('light', 'set');
    const startedAt = performance.now();
    await budget.grant('medium', 'set');
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe('who waits', () => {
  test('goes in order of priority, then of arrival', async () => {
    const budget = createBudget({});
    const order: string[] = [];
    const join = (priority: Priority, name: string) =>
      budget.grant('light', priority).then(() => order.push(name));
    await Promise.all([
      join('backfill', 'backfill'),
      join('set', 'set 1'),
      join('set', 'set 2'),
      join('clear', 'clear'),
      join('interactive', 'interactive'),
    ]);
    expect(order).toEqual(['interactive', 'clear', 'set 1', 'set 2', 'backfill']);
  });

  test('is served together with all who came in the same turn, by one call of the store', async () => {
    const store = createMemoryBudgetStore();
    const budget = createBudget({ store });
    await Promise.all([
      budget.grant('light', 'set'),
      budget.grant('light', 'set'),
      budget.grant('light', 'set'),
    ]);
    expect(store.takes).toEqual([3]);
  });

  test('alone, has one slot taken', async () => {
    const store = createMemoryBudgetStore();
    await createBudget({ store }).grant('light', 'set');
    expect(store.takes).toEqual([1]);
  });

  test('in another process, does not wait behind a long queue', async () => {
    const store = createMemoryBudgetStore();
    const giveUp = new AbortController();
    setMaxListeners(0, giveUp.signal);
    const busy = createBudget({ store });
    const queue = Array.from({ length: 500 }, () => busy.grant('light', 'backfill', giveUp.signal));
    await queue[0];
    const startedAt = performance.now();
    await createBudget({ store }).grant('light', 'interactive');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    giveUp.abort();
    await Promise.allSettled(queue);
  });

  test('may give up, and takes nobody’s turn', async () => {
    const store = createMemoryBudgetStore();
    const budget = createBudget({ store, light: 2 });
    await budget.grant('light', 'set');
    const giveUp = new AbortController();
    const given = budget.grant('light', 'interactive', giveUp.signal);
    const next = budget.grant('light', 'set');
    giveUp.abort();
    await expect(given).rejects.toMatchObject({ code: 'LEASE_TOO_SHORT', sent: 'no' });
    await next;
    await expect(budget.grant('light', 'set', giveUp.signal)).rejects.toMatchObject({
      code: 'LEASE_TOO_SHORT',
    });
  });

  test('learns that the store is down, by a failure that sent nothing, and may come again', async () => {
    const store = createMemoryBudgetStore();
    const take = store.take.bind(store);
    store.take = () => Promise.reject(new Error('connection terminated'));
    const budget = createBudget({ store });
    await expect(budget.grant('light', 'set')).rejects.toMatchObject({
      code: 'ZOOM_BUDGET_UNAVAILABLE',
      sent: 'no',
      then: 'rate',
    });
    store.take = take;
    await budget.grant('light', 'set');
  });
});
