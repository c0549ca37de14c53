import type { Cluster, Redis } from 'ioredis';

/** Whole microseconds, which a Lua number holds exactly. Answers now, first slot and step, from now, and the pause left. */
const TAKE = `
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local row = redis.call('HMGET', KEYS[1], 'next', 'paused', 'reduced')
  local next, paused, reduced = tonumber(row[1]) or 0, tonumber(row[2]) or 0, tonumber(row[3]) or 0
  if paused > now then return {now, 0, 0, paused - now} end
  local step = tonumber(ARGV[2])
  if reduced > now then step = step * 2 end
  local first = math.max(next, now + ARGV[3])
  redis.call('HSET', KEYS[1], 'next', string.format('%.0f', first + ARGV[1] * step))
  return {now, first - now, step, 0}`;

const SLOW_DOWN = `
  local time = redis.call('TIME')
  local paused = time[1] * 1000000 + time[2] + ARGV[1]
  for field, untilTime in pairs({ paused = paused, reduced = paused + ARGV[2] }) do
    if untilTime > (tonumber(redis.call('HGET', KEYS[1], field)) or 0) then
      redis.call('HSET', KEYS[1], field, string.format('%.0f', untilTime))
    end
  end`;

/**
 * The call budget of all our processes, as a BudgetStore of zoom/: one hash for each label, one script for each
 * batch of slots, Redis' clock. A wiped Redis forgets it: the next call goes at once, and the distance holds again.
 */
export function createRedisBudgetStore({
  redis,
  prefix,
}: {
  redis: Pick<Redis | Cluster, 'eval'>;
  prefix: string;
}) {
  const keyOf = (label: string) => `${prefix}:call-budget:${label}`;

  return {
    async take(label: string, count: number, intervalMs: number, leadMs: number) {
      const answer = await redis.eval(TAKE, 1, keyOf(label), count, micros(intervalMs), micros(leadMs));
      const [now, first, step, paused] = answer as [number, number, number, number];
      const taken = paused > 0 ? 0 : count;
      return {
        storeMs: now / 1_000,
        slotsInMs: Array.from({ length: taken }, (_, index) => (first + index * step) / 1_000),
        pausedMs: paused / 1_000,
      };
    },
    async slowDown(label: string, pausedMs: number, reducedMs: number) {
      await redis.eval(SLOW_DOWN, 1, keyOf(label), micros(pausedMs), micros(reducedMs));
    },
  };
}

function micros(ms: number): number {
  return Math.ceil(ms * 1_000);
}
