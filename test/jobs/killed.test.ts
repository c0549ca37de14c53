import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { expectAtRest } from '../harness/at-rest.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';
import { addSource, intakeOf, joined, left, told } from '../harness/people.js';
import { startProcess, type TestProcess } from '../harness/process.js';
import { describeWithRedis } from '../harness/redis.js';
import { environment, startCore, type TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

/** Short, but with room enough for a busy machine between a lease's beginning and a call's. */
const durations = { leaseMs: 900, zoomTimeoutMs: 450, resendAfterMs: 1_500, sweepMs: 100, toldAgainMs: 400 };

type Action = 'set' | 'rotate' | 'clear';
const ACTIONS: Action[] = ['set', 'rotate', 'clear'];
const AT_ACCEPTING = ['after-notice-commit', 'after-relay-read', 'after-enqueue'];
const AT_WORK = ['after-pending-commit', 'after-acknowledged', 'before-record', 'after-record'];
const AT_ZOOM = ['applied and not answered', 'not applied yet'];

describe('on PostgreSQL, a process killed', () => {
  const cases = [...AT_WORK, ...AT_ZOOM].flatMap((place) => ACTIONS.map((action) => ({ place, action })));
  killed(cases, () => ({}));
});

describeWithRedis('on Redis, a process killed', (redis) => {
  const places = [...AT_WORK, ...AT_ZOOM];
  const cases = places.map((place, index) => ({ place, action: ACTIONS[index % 3] as Action }));
  killed(cases, () => ({ REDIS_URL: redis().url }));
});

function killed(cases: { place: string; action: Action }[], queue: () => Record<string, string>): void {
  let database: TestDatabase;
  let zoom: RehearsalZoom;
  let outside: TestCore;
  let sourceId: string;
  const env = () => ({ CLOCK_SPEED: '60', ...queue() });

  beforeAll(async () => {
    database = await createTestDatabase();
    zoom = await startRehearsalZoom({ plan: 'business', clockSpeed: 60 });
    outside = await open();
    sourceId = await addSource(outside.core, 'scim');
    for (const { place, action } of cases) {
      const { email } = zoom.users.add({ email: mailOf(place, action) });
      if (action !== 'set')
        await outside.core.acceptor.accept(intakeOf(sourceId, joined(email), inSales(email)));
    }
    await finish();
  });
  afterAll(async () => {
    await outside.close();
    await zoom.close();
    await database.drop();
  });

  function open() {
    return startCore(env(), { databaseUrl: database.url, zoom, workers: false, durations });
  }

  /** Another process ends what the killed one left, for everybody there is. */
  async function finish() {
    const workers = outside.startWorkers();
    await expectAtRest(outside);
    await workers.drain();
  }

  function start(failpoint: string): Promise<TestProcess> {
    return startProcess({ env: environment(database.url, zoom, env()), durations, failpoint });
  }

  function patches() {
    return zoom.log.requests.filter((request) => request.method === 'PATCH');
  }

  test.each(AT_ACCEPTING)('%s', async (failpoint) => {
    const child = await start(failpoint);
    const { email, id } = zoom.users.add({ email: `${failpoint}@example.com` });
    child.send('work');
    child.send(intakeOf(sourceId, joined(email)));
    expect(await child.ended()).toBe('SIGKILL');
    await finish();
    expect(zoom.log.of(id).some((request) => request.applied)).toBe(true);
  });

  const atWork = cases.filter(({ place }) => AT_WORK.includes(place));
  test.each(atWork)('$place of a $action', async ({ place, action }) => {
    const child = await start(place);
    await outside.core.acceptor.accept(intakeOf(sourceId, eventOf(action, mailOf(place, action))));
    child.send('work');
    expect(await child.ended()).toBe('SIGKILL');
    await finish();
  });

  const atZoom = cases.filter(({ place }) => AT_ZOOM.includes(place));
  test.each(atZoom)('while a $action was sent, $place', async ({ place, action }) => {
    const child = await start('none');
    const before = patches().length;
    if (place === 'not applied yet') zoom.faults.applyLate(1, durations.leaseMs, 'hold');
    else zoom.faults.slow(durations.leaseMs, 1);
    await outside.core.acceptor.accept(intakeOf(sourceId, eventOf(action, mailOf(place, action))));
    child.send('work');
    await waitFor('Zoom to receive it', () => patches().length > before);
    child.kill();
    expect(await child.ended()).toBe('SIGKILL');
    await finish();
  });
}

function mailOf(place: string, action: Action): string {
  return `${place} ${action}@example.com`.replaceAll(' ', '-');
}

function inSales(mail: string) {
  return told(mail, { attributes: { department: 'Sales' } });
}

function eventOf(action: Action, mail: string) {
  if (action === 'set') return joined(mail);
  return action === 'clear' ? left(mail) : told(mail, { attributes: { department: 'Legal' } });
}
