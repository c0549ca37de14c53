import type { RedisAddress } from '../config.js';

/** Where the queue lives: on our own PostgreSQL, or on a Redis of its own. */
export type QueueAddress = { kind: 'postgres'; url: string } | { kind: 'redis'; redis: RedisAddress };
