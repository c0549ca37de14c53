import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type RehearsalZoom, startRehearsalZoom } from '../../src/rehearsal/zoom.js';
import { createCallBudget } from '../../src/zoom/budget.js';
import { createZoomClient } from '../../src/zoom/client.js';
import { missingScopes, probeZoom } from '../../src/zoom/probe.js';
import { createFixedToken } from '../../src/zoom/token.js';
import { createMemoryBudgetStore, silent } from './stores.js';

let zoom: RehearsalZoom;
beforeEach(async () => {
  zoom = await startRehearsalZoom();
});
afterEach(() => zoom.close());

test('granular and classic scopes serve alike, and what is missing is named', () => {
  expect(
    missingScopes(['user:update:user:admin', 'user:read:user:admin', 'user:read:list_users:admin']),
  ).toEqual([]);
  expect(missingScopes(['user:write:admin', 'user:read:admin'])).toEqual([]);
  expect(missingScopes(['user:read:admin'])).toEqual(['user:update:user:admin']);
  expect(missingScopes([])).toHaveLength(3);
});

test('a probe tells the clocks apart, and not the scopes of a fixed token', async () => {
  const token = createFixedToken(zoom.issueToken());
  const rates = { light: 1, medium: 1 };
  const budget = createCallBudget({ store: createMemoryBudgetStore(), rates, clockSpeed: 1, log: silent });
  const client = createZoomClient({ apiUrl: zoom.apiUrl, token, budget, timeoutMs: 2_000, log: silent });
  const clock = () => new Date(Date.now() - 60_000);
  const { missingScopes: missing, clockSkewMs } = await probeZoom(
    { client, token, clock },
    { priority: 'interactive' },
  );
  client.close();
  expect(missing).toBeNull();
  expect(Math.round((clockSkewMs ?? 0) / 10_000)).toBe(6);
});
