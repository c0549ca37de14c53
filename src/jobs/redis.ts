import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress } from '../config.js';

/** A connection that is silent this long although it was asked is taken for dead, and made anew: the network may not tell. */
const SILENCE_MS = 5_000;

/** An ioredis client for any of the forms that REDIS_URL may have. */
export function redisConnection(address: RedisAddress, options: RedisOptions): Redis | Cluster {
  const { username, password, tls } = address;
  const login: RedisOptions = {
    socketTimeout: SILENCE_MS,
    ...options,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
  };
  switch (address.kind) {
    case 'single':
      return new Redis({ ...login, ...address.node, db: address.db });
    case 'sentinel':
      return new Redis({ ...login, ...sentinelOptions(address) });
    case 'cluster': {
      const { enableOfflineQueue = true } = options;
      return new Cluster([...address.nodes], { redisOptions: login, enableOfflineQueue });
    }
  }
}

function sentinelOptions(address: Extract<RedisAddress, { kind: 'sentinel' }>): RedisOptions {
  const { nodes, primary, db, sentinelUsername, sentinelPassword, tls } = address;
  return {
    sentinels: [...nodes],
    name: primary,
    db,
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
  };
}
