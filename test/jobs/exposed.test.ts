import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lookUp } from '../../src/jobs/look-up.js';
import { OPERATOR_SOURCE_ID, rotateEvent } from '../../src/jobs/operator.js';
import { createSweeper } from '../../src/jobs/sweep.js';
import type { Durations } from '../../src/lifecycle/durations.js';
import { attempt, onlyJob, unfinished } from '../harness/attempts.js';
import { expectAtRest, expectRight } from '../harness/at-rest.js';
import { intakeOf, joined, left, zoomSaid, zoomShowed } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';
import { openCast, type Cast } from '../harness/cast.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let cast: Cast;

// At this speed the 10 s after our last 204, in which a foreign key may be an older one, are half a second.
beforeAll(async () => {
  const durations = { leaseMs: 2_000, zoomTimeoutMs: 500 };
  service = await startCore({ CLOCK_SPEED: '20' }, { workers: false, durations });
  cast = await openCast(service);
});
afterAll(() => service.close());

async function work(mail: string) {
  const { id } = await onlyJob(service, mail);
  await waitFor('it to be done', async () => (await attempt(service, id)).state === 'done');
}

type User = Awaited<ReturnType<Cast['holder']>>;

/** Somebody else sets a key in Zoom, and Zoom tells us. */
async function change(user: User, digits: string) {
  await settled(user);
  service.zoom.users.known(user.id).hostKey = digits;
  return show(user, digits);
}

async function show(user: User, digits: string, at = new Date()) {
  const { events } = await cast.zoomSays(zoomShowed(service.core, user, digits, at));
  return events[0]!.reason;
}

/** Longer after our last 204 than a key that was set before it may take to be told. */
async function settled(user: User) {
  const { settleMs } = service.core.durations;
  await waitFor('the last write to be old enough', async () => {
    const { rows } = await service.core.database.pool.query<{ settled: boolean }>(
      `SELECT max(answered_at) < clock_timestamp() - $2 * interval '1 ms' AS settled FROM attempts
       WHERE zoom_user_id = $1`,
      [user.id, settleMs + 50],
    );
    return rows[0]!.settled;
  });
}

async function sweep(durations: Partial<Durations>) {
  const { core, run } = service;
  const sweeper = createSweeper({ ...core, ...run, durations: { ...core.durations, ...durations } });
  await sweeper.sweep();
  await sweeper.close();
}

async function ask(user: User) {
  const { pool } = service.core.database;
  const found = await lookUp({ zoomUserId: user.id }, { pool, keys: service.core.keys });
  return found.outcome === 'refused' ? found.code : found.hostKey.reveal();
}

test('the echo of our own key, first or redelivered, before or after the next one, changes nothing', async () => {
  const user = await cast.holder();
  const first = service.zoom.users.hostKeyOf(user.id) as string;
  const seenAt = new Date();
  expect(await show(user, first, seenAt)).toBe('key-echo');
  expect(await show(user, first, seenAt)).toBe('key-echo');
  await change(user, '271828');
  await work(user.email);
  expect(await show(user, first, seenAt)).toBe('key-echo');
  expect(await unfinished(service, user.email)).toEqual([]);
  await expectRight(service);
});

test('an echo that overtakes the answer of its own set changes nothing', async () => {
  const user = service.zoom.users.add({ email: cast.newMail() });
  await cast.say(joined(user.email));
  await cast.zoomSays(zoomSaid(user, 'active'));
  service.zoom.faults.slow(150, 1);
  const working = work(user.email);
  await waitFor('the key to be in Zoom', () =>
    service.zoom.log.of(user.id).some((request) => request.applied),
  );
  expect(await show(user, service.zoom.users.hostKeyOf(user.id) as string)).toBe('key-echo');
  await working;
  expect(await unfinished(service, user.email)).toEqual([]);
  await expectRight(service);
});

test('a key that somebody else set is replaced by a new one of ours', async () => {
  const user = await cast.holder();
  const ours = service.zoom.users.hostKeyOf(user.id);
  expect(await change(user, '271828')).toBe('key-exposed');
  expect(await onlyJob(service, user.email)).toMatchObject({ action: 'set', reason: 'renewed' });
  await work(user.email);
  const now = service.zoom.users.hostKeyOf(user.id);
  expect(now).not.toBe('271828');
  expect(now).not.toBe(ours);
  await expectRight(service);
});

test('an older key of ours that turns up in Zoom is answered with the current one', async () => {
  const user = await cast.holder();
  const older = service.zoom.users.hostKeyOf(user.id) as string;
  await change(user, '271828');
  await work(user.email);
  const current = service.zoom.users.hostKeyOf(user.id);
  expect(await change(user, older)).toBe('key-resend');
  expect(await onlyJob(service, user.email)).toMatchObject({ action: 'set', reason: 'resend' });
  await work(user.email);
  expect(service.zoom.users.hostKeyOf(user.id)).toBe(current);
  await expectRight(service);
});

test('the third time within a day the person is contested: an end of sets, until somebody rotates', async () => {
  const user = await cast.holder();
  for (const digits of ['271828', '314159']) {
    expect(await change(user, digits)).toBe('key-exposed');
    await work(user.email);
  }
  expect(await change(user, '161803')).toBe('key-exposed');
  expect(await unfinished(service, user.email)).toEqual([]);
  expect(await ask(user)).toBe('KEY_CONTESTED');
  expect(service.zoom.users.hostKeyOf(user.id)).toBe('161803');

  const person = await service.core.database.prisma.person.findFirstOrThrow({ where: { mail: user.email } });
  await service.core.acceptor.accept(intakeOf(OPERATOR_SOURCE_ID, rotateEvent(person)));
  await work(user.email);
  expect(await ask(user)).toBe(service.zoom.users.hostKeyOf(user.id));
  await expectAtRest(service);
});

test('a contested person is owed no re-send, however often the sweep looks', async () => {
  const user = await cast.holder();
  for (const digits of ['271828', '314159']) {
    await change(user, digits);
    service.zoom.faults.applyThenDrop(1);
    await work(user.email);
  }
  await change(user, '161803');
  await sweep({ resendAfterMs: 0 });
  expect(await unfinished(service, user.email)).toEqual([]);
  expect(await show(user, service.zoom.log.of(user.id)[0]!.hostKey!)).toBe('key-resend');
  expect(await unfinished(service, user.email)).toEqual([]);
});

test('a contested person who leaves is cleared all the same', async () => {
  const user = await cast.holder();
  for (const digits of ['271828', '314159']) {
    await change(user, digits);
    await work(user.email);
  }
  await change(user, '161803');
  await cast.say(left(user.email));
  expect(await onlyJob(service, user.email)).toMatchObject({ action: 'clear' });
  await work(user.email);
  expect(service.zoom.users.hostKeyOf(user.id)).not.toBe('161803');
  await expectRight(service);
});

test('a key set in Zoom for somebody who should have none of ours is none of our business', async () => {
  const user = await cast.holder();
  await cast.say(left(user.email));
  await work(user.email);
  await change(user, '271828');
  expect(await unfinished(service, user.email)).toEqual([]);
});
