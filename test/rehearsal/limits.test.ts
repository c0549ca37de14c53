import { afterEach, describe, expect, test } from '@jest/globals';
import { type RehearsalZoom, startRehearsalZoom } from '../../src/rehearsal/zoom.js';
import { type Answered, createCaller } from './caller.js';

let zoom: RehearsalZoom;
afterEach(() => zoom.close());

describe('the account limits', () => {
  test.each([
    ['free', '4', '2'],
    ['pro', '30', '20'],
    ['business', '80', '60'],
  ] as const)('of the %s plan are %s light and %s medium calls a second', async (plan, light, medium) => {
    zoom = await startRehearsalZoom({ plan });
    const caller = createCaller(zoom);
    zoom.users.add({ email: 'ann@example.com' });
    const limitOf = ({ headers }: Answered) => headers.get('x-ratelimit-limit');
    expect(limitOf(await caller.get('/users/ann@example.com'))).toBe(light);
    expect(limitOf(await caller.patch('ann@example.com', { host_key: '482915' }))).toBe(light);
    expect(limitOf(await caller.get('/users'))).toBe(medium);
  });

  test('say in headers what is left, and refuse with a body that names the second', async () => {
    zoom = await startRehearsalZoom({ limits: { medium: 2 } });
    const caller = createCaller(zoom);
    const first = await caller.get('/users');
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'x-ratelimit-category': 'Medium',
      'x-ratelimit-type': 'QPS',
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '1',
    });
    await caller.get('/users');
    const { status, json, headers } = await caller.get('/users');
    expect(status).toBe(429);
    expect(json.code).toBe(429);
    expect(json.message).toContain('per-second');
    expect(headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Number(headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1_000);
    expect(headers.get('retry-after')).toBeNull();
  });

  test('hold for every second, wherever it begins', async () => {
    zoom = await startRehearsalZoom({ limits: { light: 3 } });
    const caller = createCaller(zoom);
    zoom.users.add({ email: 'ann@example.com' });
    const accepted = () => zoom.log.requests.filter(({ status }) => status === 200);
    while (accepted().length < 7) await caller.get('/users/ann@example.com');
    const at = accepted().map(({ arrivedAt }) => arrivedAt.monotonicMs);
    for (let i = 3; i < at.length; i++) expect(at[i]! - at[i - 3]!).toBeGreaterThan(900);
  });

  test('of a day refuse with an ISO time of the next midnight, until the day ends on the scaled clock', async () => {
    const untilMidnightMs = new Date().setUTCHours(24, 0, 0, 0) - Date.now();
    zoom = await startRehearsalZoom({ limits: { light: Infinity }, clockSpeed: untilMidnightMs / 500 });
    zoom.settings.limits.light.perDay = 2;
    const caller = createCaller(zoom);
    zoom.users.add({ email: 'ann@example.com' });
    const ask = () => caller.get('/users/ann@example.com');
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    const { status, json, headers } = await ask();
    expect(status).toBe(429);
    expect(json.message).toContain('daily');
    expect(headers.get('retry-after')).toMatch(/^\d{4}-\d\d-\d\dT00:00:00Z$/);
    expect(headers.get('x-ratelimit-type')).toBe('Daily-limit');
    while ((await ask()).status === 429);
    expect(zoom.log.requests.at(-1)!.status).toBe(200);
  });

  test('are lifted by Infinity', async () => {
    zoom = await startRehearsalZoom({ plan: 'free', limits: { light: Infinity } });
    const caller = createCaller(zoom);
    zoom.users.add({ email: 'ann@example.com' });
    const patch = () => caller.patch('ann@example.com', { host_key: '482915' });
    const answers = await Promise.all(Array.from({ length: 200 }, patch));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(200);
  });
});
