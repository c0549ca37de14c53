import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { readConfig } from '../../src/config.js';
import { redisConnection } from '../../src/jobs/redis.js';
import { describeWithRedis } from '../harness/redis.js';
import { waitFor } from '../harness/wait-for.js';

/** Longer than any test. */
const SILENCE_MS = 600_000;
/** More than the few timers that others may start or stop meanwhile. */
const MANY = 20;
const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

describeWithRedis('connections that end while they wait for an answer', (redis) => {
  const connect = () =>
    redisConnection(readConfig({ REDIS_URL: redis().url }).redis!, { socketTimeout: SILENCE_MS }) as Redis;
  const duplicate = () => {
    const connection = connect();
    connection.disconnect();
    return connection.duplicate();
  };

  test.each([
    ['made by us', connect],
    ['that BullMQ makes of ours, to wait for work', duplicate],
  ])('leave no timers behind that would keep the process: %s', async (_, open) => {
    const before = timers();
    const connections = Array.from({ length: MANY }, open);
    await Promise.all(connections.map((one) => once(one, 'ready')));
    const waiting = connections.map((one) => one.blpop('nothing', 0).catch((error: unknown) => error));
    await waitFor('the timers', () => timers() >= before + MANY / 2);
    for (const one of connections) one.disconnect();
    for (const answer of await Promise.all(waiting)) expect(answer).toBeInstanceOf(Error);
    await waitFor('them to be gone', () => timers() < before + MANY / 2);
  });
});
