import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { attempt, jobOf } from '../harness/attempts.js';
import { openCast, type Cast } from '../harness/cast.js';
import { NO_PERMISSION_CODE as CODE, openRefusals, type Refusals } from '../harness/refusals.js';
import { startCore, type TestCore } from '../harness/service.js';

let service: TestCore;
let cast: Cast;
let refusals: Refusals;

beforeAll(async () => {
  service = await startCore({}, { workers: false, durations: { leaseMs: 6_000, zoomTimeoutMs: 3_000 } });
  cast = await openCast(service);
  refusals = openRefusals(service, cast);
});
afterAll(() => service.close());
afterEach(() => refusals.forget());

const calls = (userId: string) => cast.patches(userId).length;

test('who was refused and tries again alone does not make the others wait', async () => {
  const { user, job } = await refusals.refused();
  await refusals.passMinute();
  await attempt(service, job.id);
  expect(calls(user.id)).toBe(2);
  expect(await attempt(service, (await cast.joiner()).job.id)).toMatchObject({ state: 'done' });
  expect(await refusals.pauses()).toEqual([]);
});

test('those who were refused never take the call that is to try for the others', async () => {
  const [one, two] = [await refusals.refused(), await refusals.refused()];
  const before = [calls(one.user.id), calls(two.user.id)];
  await refusals.passMinute();
  await attempt(service, one.job.id);
  await attempt(service, two.job.id);
  expect(calls(one.user.id) + calls(two.user.id)).toBe(before[0]! + before[1]! + 1);
  expect(await attempt(service, (await cast.joiner()).job.id)).toMatchObject({ state: 'done' });
});

test('nor does somebody who is known to be refused alone', async () => {
  const alone = await refusals.refused();
  await attempt(service, (await cast.joiner()).job.id);
  await refusals.refused();
  await refusals.passMinute();
  expect(await attempt(service, alone.job.id)).toMatchObject({ state: 'retrying', strikes: 0 });
  expect(await attempt(service, (await cast.joiner()).job.id)).toMatchObject({ state: 'done' });
});

test('where only they have something to do, one of them tries each minute, and is enough to end it', async () => {
  const [one, two, three] = [await refusals.refused(), await refusals.refused(), await refusals.joiner()];
  service.zoom.faults.clear();
  expect(await attempt(service, one.job.id)).toMatchObject({ state: 'retrying', code: CODE });
  expect(calls(one.user.id)).toBe(1);
  await refusals.passMinute();
  expect(await attempt(service, one.job.id)).toMatchObject({ state: 'done' });
  expect(await refusals.pauses()).toEqual([]);
  for (const { job } of [two, three]) expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
});

test('the end of a pause waits for nobody whose job another is busy with, and wakes all others', async () => {
  await refusals.refused();
  const [busy, idle, probe] = [await cast.joiner(), await cast.joiner(), await cast.joiner()];
  await refusals.refused();
  for (const { job } of [busy, idle])
    expect(await attempt(service, job.id)).toMatchObject({ state: 'queued', code: CODE });
  await refusals.passMinute();
  const other = await service.core.database.pool.connect();
  try {
    await other.query('BEGIN');
    await other.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [busy.job.id]);
    expect(await attempt(service, probe.job.id)).toMatchObject({ state: 'done', attempts: 1 });
  } finally {
    await other.query('ROLLBACK');
    other.release();
  }
  const { nextAttemptAt } = await jobOf(service, idle.job.id);
  expect(nextAttemptAt.getTime()).toBeLessThanOrEqual(Date.now());
});

test('the end of a pause does not hurry the tries of whoever is refused alone', async () => {
  const alone = await refusals.refused();
  await attempt(service, (await cast.joiner()).job.id);
  const { nextAttemptAt } = await attempt(service, alone.job.id);
  const later = new Date(nextAttemptAt.getTime() + 3_600_000);
  await service.core.database.prisma.job.update({
    where: { id: alone.job.id },
    data: { nextAttemptAt: later },
  });
  const other = await refusals.refused();
  await attempt(service, (await cast.joiner()).job.id);
  expect(await jobOf(service, alone.job.id)).toMatchObject({ strikes: 1, nextAttemptAt: later });
  expect((await jobOf(service, other.job.id)).nextAttemptAt.getTime()).toBeLessThanOrEqual(Date.now());
});
