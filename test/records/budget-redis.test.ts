import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach } from '@jest/globals';
import { Redis } from 'ioredis';
import { createRedisBudgetStore } from '../../src/records/budget-redis.js';
import { describeWithRedis } from '../harness/redis.js';
import { testBudgetStore } from './budget-store.js';

describeWithRedis('the call budget in Redis', (redis) => {
  let connections: Redis[];
  let prefix: string;

  beforeEach(() => {
    connections = [];
    prefix = `test-${randomUUID()}`;
  });
  afterEach(async () => {
    await Promise.all(connections.map((connection) => connection.quit()));
  });

  testBudgetStore(() => {
    const connection = new Redis(redis().url);
    connections.push(connection);
    return createRedisBudgetStore({ redis: connection, prefix });
  });
});
