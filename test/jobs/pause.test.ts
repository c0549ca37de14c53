import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { attempt, jobOf, onlyJob } from '../harness/attempts.js';
import { expectAtRest } from '../harness/at-rest.js';
import { openCast, type Cast } from '../harness/cast.js';
import { joined, left, zoomSaid } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let cast: Cast;
let granted: string[];

beforeAll(async () => {
  // A minute between probes is 0.6 s; leases and time-outs are left long enough for a busy machine.
  service = await startCore({ CLOCK_SPEED: '100' }, { durations: { leaseMs: 6_000, zoomTimeoutMs: 3_000 } });
  cast = await openCast(service);
  granted = service.zoom.settings.scopes;
});
afterAll(() => service.close());
afterEach(() => {
  service.zoom.settings.scopes = granted;
});

/** People whose Zoom users we know. */
async function joiners(count: number) {
  const users = Array.from({ length: count }, () => service.zoom.users.add({ email: cast.newMail() }));
  for (const user of users) {
    await cast.zoomSays({ ...zoomSaid(user, 'active'), type: 'changed' });
    await cast.say(joined(user.email));
  }
  return users;
}

function alerts(): number {
  return service.logged().split('"alert":"QUEUE_PAUSED"').length - 1;
}

function refused(): number {
  return service.zoom.log.requests.filter((request) => request.status === 400).length;
}

test('a missing scope pauses the queue with one alert, fails no job, and when it is granted all go on', async () => {
  await joiners(1);
  await expectAtRest(service);
  const [alertsBefore, refusedBefore] = [alerts(), refused()];
  service.zoom.settings.scopes = granted.filter((scope) => !scope.includes('update'));
  service.zoom.faults.expireToken();
  await joiners(12);
  const { prisma } = service.core.database;
  const held = { finishedAt: null, code: 'ZOOM_SCOPE_MISSING' };
  await waitFor('every job to be held up', async () => (await prisma.job.count({ where: held })) === 12);
  expect(alerts() - alertsBefore).toBe(1);
  expect(await prisma.job.findMany({ where: { ...held, strikes: { gt: 0 } } })).toEqual([]);
  // Those under way when the first was refused, and then one probe now and then.
  expect(refused() - refusedBefore).toBeLessThanOrEqual(16);
  service.zoom.settings.scopes = granted;
  await expectAtRest(service);
  expect(service.logged()).toContain('queue resumed');
  expect(alerts() - alertsBefore).toBe(1);
});

test('a scope that only writing needs does not keep us from looking, and looking does not end the pause', async () => {
  service.zoom.settings.scopes = granted.filter((scope) => !scope.includes('update'));
  service.zoom.faults.expireToken();
  await joiners(2);
  await waitFor('a pause', async () => (await pauses()).includes('write ZOOM_SCOPE_MISSING'));
  const unknown = cast.newMail();
  await cast.say(joined(unknown));
  await waitFor('a look', async () => (await onlyJob(service, unknown)).state === 'waiting');
  expect(await onlyJob(service, unknown)).toMatchObject({ code: 'ZOOM_USER_NOT_FOUND' });
  expect(await pauses()).toEqual(['write ZOOM_SCOPE_MISSING']);
  service.zoom.settings.scopes = granted;
  await cast.say(left(unknown));
  await expectAtRest(service);
});

test('a scope that only looking needs does not keep us from writing, nor alerts with every look', async () => {
  const before = alerts();
  service.zoom.settings.scopes = granted.filter((scope) => !scope.includes('read:user'));
  service.zoom.faults.expireToken();
  await cast.crowd(3);
  await waitFor('a pause', async () => (await pauses()).includes('find ZOOM_SCOPE_MISSING'));
  const known = await joiners(2);
  await waitFor('writes', () =>
    known.every((user) => service.zoom.log.of(user.id).some((request) => request.applied)),
  );
  expect(await pauses()).toEqual(['find ZOOM_SCOPE_MISSING']);
  expect(alerts() - before).toBe(1);
  service.zoom.settings.scopes = granted;
  await expectAtRest(service);
});

test('credentials that are refused pause everything; nothing is lost, and no try is counted', async () => {
  service.zoom.faults.expireToken();
  service.zoom.faults.failNextToken(1_000, {
    status: 401,
    body: { reason: 'Invalid client_id or client_secret', error: 'invalid_client' },
  });
  const users = await joiners(3);
  await waitFor('a pause', async () => (await pauses()).length > 0);
  service.zoom.faults.clear();
  await expectAtRest(service);
  for (const user of users) {
    const jobs = await service.core.database.prisma.job.findMany({ where: { zoomUserId: user.id } });
    expect(jobs).toMatchObject([{ state: 'done', strikes: 0 }]);
  }
});

async function pauses(): Promise<string[]> {
  const rows = await service.core.database.prisma.pause.findMany({ where: { liftedAt: null } });
  return [...new Set(rows.map(({ call, code }) => `${call} ${code}`))];
}

test('how a paused job stands can be read from it', async () => {
  service.zoom.settings.scopes = granted.filter((scope) => !scope.includes('update'));
  service.zoom.faults.expireToken();
  const [user] = await joiners(1);
  const job = await onlyJob(service, user!.email);
  await waitFor('a reason', async () => (await jobOf(service, job.id)).code === 'ZOOM_SCOPE_MISSING');
  service.zoom.settings.scopes = granted;
  await attempt(service, job.id);
  await expectAtRest(service);
  expect(await jobOf(service, job.id)).toMatchObject({ state: 'done', code: null });
});
