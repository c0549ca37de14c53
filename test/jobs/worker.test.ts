import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { expectAtRest } from '../harness/at-rest.js';
import { openCast, type Cast } from '../harness/cast.js';
import { joined, left, zoomSaid } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let cast: Cast;

beforeEach(async () => {
  service = await startCore({}, { workers: false });
  cast = await openCast(service);
});
afterEach(() => service.close());

test('a drain ends what is under way and begins nothing more: nothing is left half done', async () => {
  service.zoom.faults.slow(300);
  const users = await cast.crowd(40);
  const workers = service.startWorkers();
  await waitFor('writes under way', () => writes().some((request) => request.status === undefined));
  const startedAt = performance.now();
  await workers.drain();
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  const { prisma } = service.core.database;
  expect(await prisma.attempt.count({ where: { endedAt: null } })).toBe(0);
  expect(await prisma.job.count({ where: { state: 'running' } })).toBe(0);
  expect(writes().filter((request) => request.status === undefined)).toEqual([]);
  const written = writes().length;
  expect(written).toBeLessThan(users.length);
  // Whoever still asked for work would be at it by the time the queue has heard of somebody else.
  await cast.crowd(1);
  await service.core.relay.flushed();
  expect(writes()).toHaveLength(written);
  service.zoom.faults.slow(0);
  service.startWorkers();
  await expectAtRest(service);
});

function writes() {
  return service.zoom.log.requests.filter((request) => request.method === 'PATCH');
}

test('a drain does not wait for a Zoom that does not answer longer than its grace', async () => {
  await service.close();
  service = await startCore(
    { CLOCK_SPEED: '50' },
    { workers: false, durations: { zoomTimeoutMs: 3_000, leaseMs: 4_000, drainMs: 1_000 } },
  );
  cast = await openCast(service);
  await cast.crowd(1);
  service.zoom.faults.failNext(1, 'silence', { method: 'PATCH' });
  const workers = service.startWorkers();
  await waitFor('the write to be under way', () => writes().length === 1);
  const startedAt = performance.now();
  await workers.drain();
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  service.startWorkers();
  await waitFor('the next try', () => writes().some((request) => request.applied), 15_000);
  const [silent, applied] = writes();
  expect(applied!.hostKey).toBe(silent!.hostKey);
  await expectAtRest(service);
});

test('somebody whose attempts always fail does not slow the others', async () => {
  service.startWorkers();
  const [unlucky] = await cast.crowd(1);
  service.zoom.faults.failFor(unlucky!.id, { status: 500, body: '' });
  const startedAt = performance.now();
  const others = await cast.crowd(30);
  await waitFor('the others', () =>
    others.every((user) => service.zoom.log.of(user.id).some((request) => request.applied)),
  );
  expect(performance.now() - startedAt).toBeLessThan(8_000);
});

test('what waits for nobody goes before what does: a leaver’s clear before a crowd of joiners', async () => {
  await service.close();
  service = await startCore({ ZOOM_RATE_LIGHT: '10' }, { workers: false });
  cast = await openCast(service);
  const leaver = service.zoom.users.add({ email: 'leaver@example.com' });
  await cast.zoomSays(zoomSaid(leaver, 'active'));
  await cast.say(joined(leaver.email));
  service.startWorkers();
  await expectAtRest(service);
  await cast.crowd(60);
  await waitFor('the crowd to be at work', () => writes().length > 5);
  await cast.say(left(leaver.email));
  const toLeaver = () => service.zoom.log.of(leaver.id).filter((request) => request.applied);
  await waitFor('the clear', () => toLeaver().length === 2);
  expect(writes().length).toBeLessThan(40);
});
