import { describe, expect, test } from '@jest/globals';
import { waitFor } from '../harness/wait-for.js';
import { createBudget, createMemoryBudgetStore } from './stores.js';

describe('a pause', () => {
  test('holds for the process that met the limit and for the others, then the rate is half', async () => {
    const store = createMemoryBudgetStore();
    const [mine, other] = [createBudget({ store }), createBudget({ store })];
    const startedAt = performance.now();
    await mine.pause('light', 1_000);
    const times = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? mine : other).grant('light', 'set').then(() => performance.now()),
      ),
    );
    expect(Math.min(...times) - startedAt).toBeGreaterThanOrEqual(999);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan((19 / 20) * 0.9 * 1_000);
  });

  test('voids slots that were already taken', async () => {
    const budget = createBudget({ light: 8 });
    const waiting = Array.from({ length: 3 }, () =>
      budget.grant('light', 'set').then(() => performance.now()),
    );
    const firstAt = await waiting[0]!;
    await budget.pause('light', 1_000);
    expect((await waiting[1]!) - firstAt).toBeGreaterThanOrEqual(999);
    await Promise.all(waiting);
  });

  test('of hours sends the waiting away at once, to come back when it ends', async () => {
    const store = createMemoryBudgetStore();
    const budget = createBudget({ store });
    await budget.pause('light', 7_200_000);
    const refusal = { code: 'ZOOM_RATE_LIMITED', sent: 'no', then: 'rate', rate: { scope: 'account' } };
    await expect(budget.grant('light', 'set')).rejects.toMatchObject(refusal);
    await expect(createBudget({ store }).grant('light', 'set')).rejects.toMatchObject(refusal);
    expect(
      await budget
        .grant('light', 'set')
        .catch((failure: { rate: { delayMs: number } }) => failure.rate.delayMs),
    ).toBeGreaterThan(7_000_000);
    await budget.grant('medium', 'set');
  });

  test('is divided by the clock’s speed', async () => {
    const budget = createBudget({ clockSpeed: 1_800 });
    const startedAt = performance.now();
    await budget.pause('light', 3_600_000);
    await expect(budget.grant('light', 'set')).rejects.toMatchObject({ code: 'ZOOM_RATE_LIMITED' });
    await waitFor('the pause to end', () =>
      budget.grant('light', 'set').then(
        () => true,
        () => false,
      ),
    );
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_999);
  });

  test('is never shorter than Zoom’s second, whatever the clock’s speed', async () => {
    const budget = createBudget({ clockSpeed: 4 });
    const startedAt = performance.now();
    await budget.pause('light', 1_000);
    await budget.grant('light', 'set');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(999);
  });

  test('holds in this process although the store cannot be told', async () => {
    const store = createMemoryBudgetStore();
    store.slowDown = () => Promise.reject(new Error('connection terminated'));
    const budget = createBudget({ store });
    const startedAt = performance.now();
    await budget.pause('light', 1_000);
    await budget.grant('light', 'set');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(999);
  });
});
