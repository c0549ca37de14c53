import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { hasRedisServer, startRedisServer, type TestRedis } from './redis-server.js';

export type { TestRedis };

/** A suite that needs Redis: `suite` gets its own server, to be asked for inside tests and hooks only. */
export function describeWithRedis(name: string, suite: (redis: () => TestRedis) => void): void {
  const givenUrl = process.env['TEST_REDIS_URL'];
  if (givenUrl !== undefined) return void describe(name, () => suite(() => ({ url: givenUrl })));
  if (hasRedisServer()) return void describe(name, () => suite(useRedisServer()));
  const reason = 'no redis-server on the PATH and no TEST_REDIS_URL';
  if (process.env['REQUIRE_ALL'] !== '1')
    return void describe.skip(`${name} (skipped: ${reason})`, () => suite(noRedis));
  describe(name, () => {
    test('has the Redis it needs', () => {
      throw new Error(`${reason}, and REQUIRE_ALL=1`);
    });
  });
}

function noRedis(): never {
  throw new Error('this suite is skipped');
}

function useRedisServer(): () => TestRedis {
  let started: { redis: TestRedis; drop(): Promise<void> } | undefined;
  beforeAll(async () => {
    started = await startRedisServer();
  });
  afterAll(() => started?.drop());
  return () => started?.redis ?? noRedis();
}
