import type { Cluster, Redis } from 'ioredis';
import { requireZoom } from '../config.js';
import { redisConnection } from '../jobs/redis.js';
import { createPgBudgetStore } from '../records/budget-pg.js';
import { createRedisBudgetStore } from '../records/budget-redis.js';
import { createZoomTokenStore } from '../records/zoom-token.js';
import { budgetFor, createCallBudget } from '../zoom/budget.js';
import { createZoomClient, type ZoomClient } from '../zoom/client.js';
import { createAccessToken, createFixedToken, type AccessToken } from '../zoom/token.js';
import type { Core } from './core.js';

export interface Zoom {
  client: ZoomClient;
  token: AccessToken;
  close(): void;
}

/** Zoom as this process speaks to it; budget and token are shared with all others. Throws ConfigError without ZOOM_*. */
export function openZoom({ config, log, database, seal, durations, address, measures }: Core): Zoom {
  const login = requireZoom(config);
  const { apiUrl, tokenUrl } = config.zoom;
  const { clockSpeed } = config;
  const timeoutMs = durations.zoomTimeoutMs;
  const redis = address.kind === 'redis' ? redisConnection(address.redis, { maxRetriesPerRequest: 1 }) : null;
  redis?.on('error', (error) => log.warn({ err: error }, 'call budget connection failed'));
  const store = redis
    ? createRedisBudgetStore({ redis, prefix: '{hostkeeper}' })
    : createPgBudgetStore({ pool: database.pool });
  const budget = measures.budget(createCallBudget({ store, rates: budgetFor(config.zoom), clockSpeed, log }));
  const token =
    login.kind === 'fixed-token'
      ? createFixedToken(login.accessToken)
      : createAccessToken({
          credentials: { tokenUrl, ...login },
          store: createZoomTokenStore({ pool: database.pool, seal, account: login.accountId }),
          timeoutMs,
          clockSpeed,
          log,
        });
  const client = measures.zoom(createZoomClient({ apiUrl, token, budget, timeoutMs, log }));
  return { client, token, close: () => closeZoom(client, redis) };
}

function closeZoom(client: ZoomClient, redis: Redis | Cluster | null): void {
  client.close();
  redis?.disconnect();
}
