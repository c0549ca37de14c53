import { HostKey } from '../../src/lifecycle/host-key.js';
import type { RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { zoomActions } from '../../src/zoom/actions/index.js';
import { createCallBudget } from '../../src/zoom/budget.js';
import { type CallTerms, createZoomClient, type ZoomClient } from '../../src/zoom/client.js';
import { type AccessToken, createAccessToken, type TokenStore } from '../../src/zoom/token.js';
import { createMemoryBudgetStore, createMemoryTokenStore, silent } from './stores.js';

export const digits = '730915';
const hostKey = HostKey.parse(digits);

const toClose: (() => unknown)[] = [];

/** Last in, first out, at the end of the test. */
export function closeLater(close: () => unknown): void {
  toClose.push(close);
}

export async function closeAll(): Promise<void> {
  for (const close of toClose.splice(0).reverse()) await close();
}

/** A client on a budget of its own; `takes` is how many slots it took, call of the store by call. */
export function createClient(options: { apiUrl: string; token: AccessToken; timeoutMs?: number }) {
  const store = createMemoryBudgetStore();
  const rates = { light: 80, medium: 60 };
  const budget = createCallBudget({ store, rates, clockSpeed: 1, log: silent });
  const client = createZoomClient({ timeoutMs: 2_000, ...options, budget, log: silent });
  closeLater(client.close);
  return { client, takes: store.takes };
}

export function createTokenFor(
  zoom: RehearsalZoom,
  store: TokenStore = createMemoryTokenStore(),
): AccessToken {
  const { accountId, clientId, clientSecret } = zoom.settings;
  const credentials = { tokenUrl: zoom.tokenUrl, accountId, clientId, clientSecret };
  return createAccessToken({ credentials, store, timeoutMs: 2_000, clockSpeed: 1, log: silent });
}

export function setKey(client: ZoomClient, zoomUser: string, terms: Partial<CallTerms> = {}) {
  return zoomActions['set-host-key'].run(client, { zoomUser, hostKey }, { priority: 'set', ...terms });
}

export function clearKey(client: ZoomClient, zoomUser: string) {
  return zoomActions['clear-host-key'].run(client, { zoomUser, hostKey }, { priority: 'clear' });
}

export function findUser(client: ZoomClient, zoomUser: string) {
  return zoomActions['find-user'].run(client, { zoomUser }, { priority: 'set' });
}
