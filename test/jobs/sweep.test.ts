import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { claim } from '../../src/jobs/claim.js';
import { createSweeper } from '../../src/jobs/sweep.js';
import type { Durations } from '../../src/lifecycle/durations.js';
import { attempt, jobOf, onlyJob, unfinished } from '../harness/attempts.js';
import { expectRight } from '../harness/at-rest.js';
import { left, told } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';
import { openCast, type Cast } from '../harness/cast.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let cast: Cast;

beforeAll(async () => {
  service = await startCore({ CLOCK_SPEED: '20' }, { workers: false });
  cast = await openCast(service);
});
afterAll(() => service.close());

/** One look, and what it told the queue: ids of entries. */
async function sweep(durations: Partial<Durations> = {}): Promise<string[]> {
  const { core, run } = service;
  const entries: string[] = [];
  const queue = {
    add: (added: { jobId: string; attempt: number }[]) =>
      Promise.resolve(void entries.push(...added.map((one) => `${one.jobId}-${one.attempt}`))),
    outstanding: () => Promise.resolve(0),
    close: () => Promise.resolve(),
  };
  const options = { ...core, ...run, queue, durations: { ...core.durations, ...durations } };
  const sweeper = createSweeper(options);
  await sweeper.sweep();
  await sweeper.close();
  return entries;
}

test('a due job that the queue never heard of, or has lost, is told again', async () => {
  const { job } = await cast.joiner();
  await service.core.relay.flushed();
  expect(await sweep()).not.toContain(`${job.id}-1`);
  await service.core.database.pool.query('UPDATE jobs SET told_at = NULL WHERE id = $1', [job.id]);
  expect(await sweep()).toContain(`${job.id}-1`);
  expect(await sweep()).not.toContain(`${job.id}-1`);
  await waitFor('it to be told long enough ago', async () => (await sweep()).includes(`${job.id}-1`));
  await attempt(service, job.id);
  expect((await sweep({ toldAgainMs: 0 })).join()).not.toContain(job.id);
});

test('an attempt whose worker never came back is made again, with the same key', async () => {
  const { user, job } = await cast.joiner();
  expect(await claim(job.id, 1, service.run)).toMatchObject({ kind: 'write' });
  await waitFor('the attempt to be given up', async () => {
    await sweep();
    return (await jobOf(service, job.id)).state === 'queued';
  });
  expect(await attempt(service, job.id)).toMatchObject({ state: 'done', attempts: 2 });
  const journal = await service.core.database.prisma.attempt.findMany({
    where: { jobId: job.id },
    orderBy: { number: 'asc' },
  });
  expect(journal).toMatchObject([{ outcome: 'lost', answeredAt: null }, { outcome: 'applied' }]);
  expect(journal[0]!.valueHash).toBe(journal[1]!.valueHash);
  expect(cast.patches(user.id)).toHaveLength(1);
});

test('what nothing answered is sent once more when it can no longer arrive, and not before', async () => {
  const { user, job } = await cast.joiner();
  service.zoom.faults.applyThenDrop(1);
  await attempt(service, job.id);
  expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
  await sweep();
  expect(await unfinished(service, user.email)).toEqual([]);
  await waitFor('a re-send', async () => {
    await sweep();
    return (await unfinished(service, user.email)).length > 0;
  });
  const [first] = cast.patches(user.id);
  const { resendAfterMs } = service.core.durations;
  expect(performance.now() - first!.arrivedAt.monotonicMs).toBeGreaterThan(resendAfterMs - 200);
  const resent = await onlyJob(service, user.email);
  expect(resent).toMatchObject({ action: 'set', reason: 'resend', zoomUserId: user.id });
  expect(await attempt(service, resent.id)).toMatchObject({ state: 'done' });
  expect(new Set(cast.patches(user.id).map((request) => request.hostKey)).size).toBe(1);
  await sweep({ resendAfterMs: 0 });
  expect(await unfinished(service, user.email)).toEqual([]);
  await expectRight(service);
});

test('a re-send that nothing answers is owed again', async () => {
  const { user, job } = await cast.joiner();
  service.zoom.faults.applyThenDrop(1);
  await attempt(service, job.id);
  await attempt(service, job.id);
  await sweep({ resendAfterMs: 0 });
  const resent = await onlyJob(service, user.email);
  service.zoom.faults.applyThenDrop(1);
  expect(await attempt(service, resent.id)).toMatchObject({ state: 'retrying' });
  expect(await attempt(service, resent.id)).toMatchObject({ state: 'done' });
  await sweep({ resendAfterMs: 0 });
  expect(await unfinished(service, user.email)).toHaveLength(1);
});

test('after a clear that nothing answered, a fresh random value is sent', async () => {
  const { user, job } = await cast.joiner();
  await attempt(service, job.id);
  await cast.say(left(user.email));
  const clear = await onlyJob(service, user.email);
  service.zoom.faults.applyThenDrop(1);
  await attempt(service, clear.id);
  await waitFor('the clear', async () => (await attempt(service, clear.id)).state === 'done');
  await waitFor('a re-send', async () => {
    await sweep();
    return (await unfinished(service, user.email)).length > 0;
  });
  const resent = await onlyJob(service, user.email);
  expect(resent).toMatchObject({ action: 'clear', reason: 'resend' });
  expect(await attempt(service, resent.id)).toMatchObject({ state: 'done' });
  expect(new Set(cast.patches(user.id).map((request) => request.hostKey)).size).toBe(
    cast.patches(user.id).length,
  );
  await expectRight(service);
});

test('a replaced key is kept for a day, and then destroyed', async () => {
  const { user, job } = await cast.joiner();
  await attempt(service, job.id);
  await cast.say(told(user.email, { attributes: { department: 'Sales' } }));
  await cast.say(told(user.email, { attributes: { department: 'Legal' } }));
  await attempt(service, (await onlyJob(service, user.email)).id);
  const rows = () =>
    service.core.database.prisma.hostKeyRow.findMany({
      where: { zoomUserId: user.id },
      orderBy: { generation: 'asc' },
    });
  await sweep();
  expect(await rows()).toMatchObject([
    { state: 'previous', sealed: expect.any(String) },
    { state: 'active' },
  ]);
  await waitFor('its end', async () => {
    await sweep({ dayMs: 300 });
    return (await rows())[0]!.state === 'destroyed';
  });
  expect(await rows()).toMatchObject([
    { sealed: null, hash: null, destroyedAt: expect.any(Date) },
    { state: 'active', sealed: expect.any(String) },
  ]);
});

test('one whose rows cannot be written does not keep the others from being mended', async () => {
  const [broken, other] = [await cast.joiner(), await cast.joiner()];
  await claim(broken.job.id, 1, service.run);
  await claim(other.job.id, 1, service.run);
  const { pool } = service.core.database;
  await pool.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'not this one'; END $$`);
  await pool.query(`CREATE TRIGGER refuse BEFORE UPDATE ON jobs FOR EACH ROW
    WHEN (OLD.id = '${broken.job.id}') EXECUTE FUNCTION refuse()`);
  await waitFor('the other to be mended', async () => {
    await sweep();
    return (await jobOf(service, other.job.id)).state === 'queued';
  });
  expect(await jobOf(service, broken.job.id)).toMatchObject({ state: 'running' });
  expect(service.logged()).toContain('"code":"SWEEP_BROKEN"');
  await pool.query('DROP TRIGGER refuse ON jobs');
  await sweep();
  expect(await jobOf(service, broken.job.id)).toMatchObject({ state: 'queued' });
});

test('any number may sweep at once', async () => {
  const { user, job } = await cast.joiner();
  service.zoom.faults.applyThenDrop(1);
  await attempt(service, job.id);
  await attempt(service, job.id);
  await service.core.database.pool.query('UPDATE jobs SET told_at = NULL WHERE id = $1', [job.id]);
  await Promise.all(Array.from({ length: 6 }, () => sweep({ resendAfterMs: 0 })));
  expect(await unfinished(service, user.email)).toHaveLength(1);
});
