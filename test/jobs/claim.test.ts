import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { claim } from '../../src/jobs/claim.js';
import { runJob } from '../../src/jobs/run.js';
import { attempt, jobOf, onlyJob } from '../harness/attempts.js';
import { expectRight } from '../harness/at-rest.js';
import { joined, left, zoomSaid } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';
import { openCast, type Cast } from '../harness/cast.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let cast: Cast;

beforeAll(async () => {
  const durations = { leaseMs: 2_500, zoomTimeoutMs: 1_000 };
  service = await startCore({ CLOCK_SPEED: '10' }, { workers: false, durations });
  cast = await openCast(service);
});
afterAll(() => service.close());

test('however many workers are told of an attempt at once, one makes it', async () => {
  const { user, job } = await cast.joiner();
  await Promise.all(Array.from({ length: 8 }, () => runJob(job.id, 1, service.run)));
  expect(cast.patches(user.id)).toHaveLength(1);
  expect(await jobOf(service, job.id)).toMatchObject({ state: 'done', attempts: 1 });
});

test('what is not due, is another attempt or does not exist is left alone', async () => {
  const { user, job } = await cast.joiner();
  expect(await claim(job.id, 2, service.run)).toMatchObject({ kind: 'skip', why: 'another attempt' });
  expect(await claim(service.core.newId(), 1, service.run)).toMatchObject({ kind: 'skip', why: 'unknown' });
  await service.core.database.pool.query(
    "UPDATE jobs SET next_attempt_at = now() + interval '1 hour' WHERE id = $1",
    [job.id],
  );
  expect(await claim(job.id, 1, service.run)).toMatchObject({ kind: 'skip', why: 'not due' });
  expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
  expect(await claim(job.id, 2, service.run)).toMatchObject({ kind: 'skip', why: 'finished' });
  expect(cast.patches(user.id)).toHaveLength(1);
});

test('a leaver’s clear waits for the set under way, and goes as soon as that is answered', async () => {
  const { user, job } = await cast.joiner();
  service.zoom.faults.slow(400, 1);
  const set = attempt(service, job.id);
  await waitFor('the set to arrive', () => cast.patches(user.id).length === 1);
  await cast.say(left(user.email));
  const clear = await onlyJob(service, user.email);
  await runJob(clear.id, 1, service.run);
  const leasedUntil = (await jobOf(service, clear.id)).nextAttemptAt;
  expect(cast.patches(user.id)).toHaveLength(1);
  expect(await set).toMatchObject({ state: 'superseded' });
  const released = await jobOf(service, clear.id);
  expect(released.nextAttemptAt.getTime()).toBeLessThan(leasedUntil.getTime());
  await runJob(clear.id, 1, service.run);
  expect(await jobOf(service, clear.id)).toMatchObject({ state: 'done' });
  await expectRight(service);
});

test('another value waits until the one that nothing answered can no longer arrive', async () => {
  const { user, job } = await cast.joiner();
  const { leaseMs, zoomTimeoutMs } = service.core.durations;
  // Zoom drops the caller, and applies the key when nobody expects it any more.
  service.zoom.faults.applyLate(1, leaseMs);
  await attempt(service, job.id);
  await cast.say(left(user.email));
  const clear = await onlyJob(service, user.email);
  await waitFor('the clear', async () => (await attempt(service, clear.id)).state === 'done');
  const [late, cleared] = cast.patches(user.id);
  const distance = cleared!.arrivedAt.monotonicMs - late!.arrivedAt.monotonicMs;
  // The attempt began a little before its call arrived.
  expect(distance).toBeGreaterThan(leaseMs + zoomTimeoutMs - 500);
  expect(late!.applied).toBe(true);
  expect(service.zoom.users.hostKeyOf(user.id)).toBe(cleared!.hostKey);
  await expectRight(service);
});

test('a key that is asked to be newer is replaced by one that differs', async () => {
  const { user, job } = await cast.joiner();
  await attempt(service, job.id);
  const former = service.zoom.users.hostKeyOf(user.id);
  await cast.transfer(user.email);
  const rotation = await onlyJob(service, user.email);
  expect(await attempt(service, rotation.id)).toMatchObject({ state: 'done' });
  expect(service.zoom.users.hostKeyOf(user.id)).not.toBe(former);
});

test('two that learn of a Zoom user at the same moment do not undo each other', async () => {
  const mail = cast.newMail();
  await cast.say(joined(mail));
  const job = await onlyJob(service, mail);
  const user = service.zoom.users.add({ email: mail });
  const holdUp = new pg.Client({ connectionString: service.core.databaseUrl });
  await holdUp.connect();
  await holdUp.query('BEGIN; LOCK TABLE zoom_users IN EXCLUSIVE MODE');
  // Both have read that nobody knows this user before either may write.
  const found = attempt(service, job.id);
  await waitFor('the one', async () => (await blocked(holdUp)) === 1);
  const { mail: _unsaid, ...notice } = zoomSaid(user, 'active');
  const heard = cast.zoomSays(notice);
  await waitFor('the other', async () => (await blocked(holdUp)) === 2);
  await holdUp.query('COMMIT');
  await holdUp.end();
  await Promise.all([found, heard]);
  const row = await service.core.database.prisma.zoomUser.findUniqueOrThrow({ where: { id: user.id } });
  expect(row).toMatchObject({ personId: job.personId, generation: 1 });
  expect(await jobOf(service, job.id)).toMatchObject({ state: 'done' });
  await expectRight(service);
});

async function blocked(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(DISTINCT pid)::int AS count FROM pg_locks WHERE NOT granted
     AND (database IS NULL OR database = (SELECT oid FROM pg_database WHERE datname = current_database()))`,
  );
  return rows[0]!.count;
}
