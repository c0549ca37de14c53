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
      return mended(new Redis({ ...login, ...address.node, db: address.db }));
    case 'sentinel':
      return mended(new Redis({ ...login, ...sentinelOptions(address) }));
    case 'cluster': {
      const { enableOfflineQueue = true } = options;
      return mendedCluster(new Cluster([...address.nodes], { redisOptions: login, enableOfflineQueue }));
    }
  }
}

/**
 * Before its version 6, ioredis leaves the timer of `socketTimeout` running when a connection closes
 * (github.com/redis/ioredis/issues/2147): a process that is done would stay for it, and a connection that came in the
 * place of that one would be cut. BullMQ waits for work on a duplicate.
 */
function mended(connection: Redis): Redis {
  const held = connection as unknown as { socketTimeoutTimer: NodeJS.Timeout | undefined };
  connection.on('close', () => {
    clearTimeout(held.socketTimeoutTimer);
    held.socketTimeoutTimer = undefined;
  });
  const duplicate = connection.duplicate.bind(connection);
  return Object.assign(connection, {
    duplicate: (...how: Parameters<Redis['duplicate']>) => mended(duplicate(...how)),
  });
}

function mendedCluster(cluster: Cluster): Cluster {
  cluster.on('+node', mended);
  const duplicate = cluster.duplicate.bind(cluster);
  return Object.assign(cluster, {
    duplicate: (...how: Parameters<Cluster['duplicate']>) => mendedCluster(duplicate(...how)),
  });
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
