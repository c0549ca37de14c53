import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HostKey } from '../../src/lifecycle/host-key.js';
import { attempt, jobOf, onlyJob, unfinished } from '../harness/attempts.js';
import { expectRight } from '../harness/at-rest.js';
import { joined, left, told } from '../harness/people.js';
import type { TestCore } from '../harness/service.js';
import { startByHand, type Cast } from '../harness/cast.js';
import { waitFor } from '../harness/wait-for.js';

const DAY_MS = 86_400_000;

let service: TestCore;
let cast: Cast;

beforeAll(async () => {
  ({ service, cast } = await startByHand());
});
afterAll(() => service.close());

describe('a key that may have been applied is sent again unchanged', () => {
  const troubles: [string, (userId: string) => void][] = [
    ['Zoom failed', () => service.zoom.faults.failNext(1, { status: 500, body: '' }, { method: 'PATCH' })],
    ['Zoom did not answer in time', () => service.zoom.faults.failNext(1, 'silence', { method: 'PATCH' })],
    ['the connection broke after it was applied', () => service.zoom.faults.applyThenDrop(1)],
    [
      'the answer was nothing that Zoom says',
      () => service.zoom.faults.answerWith('<html>', { status: 200, n: 1 }),
    ],
  ];

  test.each(troubles)('%s', async (_name, arrange) => {
    const { user, job } = await cast.joiner();
    for (let tried = 1; tried <= 2; tried++) {
      arrange(user.id);
      expect(await attempt(service, job.id)).toMatchObject({ state: 'retrying', strikes: tried });
    }
    expect(await attempt(service, job.id)).toMatchObject({ state: 'done', code: null });
    expect(cast.patches(user.id)).toHaveLength(3);
    expect(new Set(cast.patches(user.id).map((request) => request.hostKey))).toEqual(
      new Set([service.zoom.users.hostKeyOf(user.id)]),
    );
    expect(await cast.keys(user.id)).toMatchObject([{ generation: 1, state: 'active' }]);
  });

  test('Zoom could not be reached', async () => {
    const { user, job } = await cast.joiner();
    service.zoom.faults.failNext(1, { status: 500, body: '' }, { method: 'PATCH' });
    await attempt(service, job.id);
    service.zoom.faults.outage(true, 'reset');
    expect(await attempt(service, job.id)).toMatchObject({ state: 'retrying' });
    service.zoom.faults.outage(false);
    expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
    expect(new Set(cast.patches(user.id).map((request) => request.hostKey)).size).toBe(1);
  });
});

describe('a key that Zoom refuses', () => {
  const refusal = {
    status: 400,
    body: { code: 300, message: 'Validation Failed.', errors: [{ field: 'host_key', message: 'x' }] },
  };

  test('is drawn anew once', async () => {
    const { user, job } = await cast.joiner();
    service.zoom.faults.failNext(1, refusal, { method: 'PATCH' });
    expect(await attempt(service, job.id)).toMatchObject({ state: 'retrying', code: 'ZOOM_KEY_REFUSED' });
    expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
    const [refused, kept] = cast.patches(user.id).map((request) => request.hostKey);
    expect(kept).not.toBe(refused);
    expect(service.zoom.users.hostKeyOf(user.id)).toBe(kept);
    expect(await cast.keys(user.id)).toMatchObject([
      { generation: 1, state: 'destroyed', sealed: null, hash: null },
      { generation: 2, state: 'active' },
    ]);
  });

  test('and refused again fails the job', async () => {
    const { user, job } = await cast.joiner();
    const before = service.zoom.users.hostKeyOf(user.id);
    service.zoom.faults.failNext(2, refusal, { method: 'PATCH' });
    await attempt(service, job.id);
    expect(await attempt(service, job.id)).toMatchObject({ state: 'failed', code: 'ZOOM_KEY_REFUSED' });
    expect(await unfinished(service, user.email)).toEqual([]);
    expect(service.zoom.users.hostKeyOf(user.id)).toBe(before);
    expect(await cast.keys(user.id)).toMatchObject([{ state: 'destroyed' }, { state: 'destroyed' }]);
  });
});

describe('a clear', () => {
  test('sends a random value nobody keeps, and destroys ours', async () => {
    const user = await cast.holder();
    const ours = service.zoom.users.hostKeyOf(user.id) as string;
    await cast.say(left(user.email));
    expect(await attempt(service, (await onlyJob(service, user.email)).id)).toMatchObject({
      state: 'done',
      action: 'clear',
    });
    const theirs = service.zoom.users.hostKeyOf(user.id) as string;
    expect(theirs).not.toBe(ours);
    expect(await cast.keys(user.id)).toMatchObject([{ state: 'destroyed', sealed: null, hash: null }]);
    await expectRight(service);
  });

  test('sends another random value on every try', async () => {
    const user = await cast.holder();
    await cast.say(left(user.email));
    const { id } = await onlyJob(service, user.email);
    service.zoom.faults.failNext(1, { status: 500, body: '' }, { method: 'PATCH' });
    await attempt(service, id);
    await waitFor(
      'the first value to be unable to arrive',
      async () => (await attempt(service, id)).state === 'done',
    );
    const values = cast.patches(user.id).map((request) => request.hostKey);
    expect(new Set(values).size).toBe(3);
  });

  test('of a user whom Zoom no longer has is done', async () => {
    const user = await cast.holder();
    service.zoom.users.remove(user.id);
    await cast.say(left(user.email));
    expect(await attempt(service, (await onlyJob(service, user.email)).id)).toMatchObject({ state: 'done' });
    expect(await cast.keys(user.id)).toMatchObject([{ state: 'destroyed', sealed: null }]);
  });

  test('goes on hourly while Zoom lets nobody at the user, and says so', async () => {
    const user = await cast.holder();
    service.zoom.users.known(user.id).status = 'inactive';
    await cast.say(left(user.email));
    const { id } = await onlyJob(service, user.email);
    for (let tried = 1; tried <= 10; tried++)
      expect(await attempt(service, id)).toMatchObject({ state: 'waiting', code: 'ZOOM_USER_INACTIVE' });
    expect(service.logged()).toContain('"alert":"WRITE_UNSETTLED"');
    service.zoom.users.known(user.id).status = 'active';
    expect(await attempt(service, id)).toMatchObject({ state: 'done' });
    await expectRight(service);
  });

  test('leaves nothing of the key that a returner had before', async () => {
    const user = await cast.holder();
    await cast.say(left(user.email));
    const clear = await onlyJob(service, user.email);
    service.zoom.faults.failNext(1, { status: 500, body: '' }, { method: 'PATCH' });
    await attempt(service, clear.id);
    await cast.say(joined(user.email));
    const set = await onlyJob(service, user.email);
    expect(set.action).toBe('set');
    await waitFor('the new key to be set', async () => (await attempt(service, set.id)).state === 'done');
    expect(await jobOf(service, clear.id)).toMatchObject({ state: 'superseded' });
    expect(await cast.keys(user.id)).toMatchObject([
      { generation: 1, state: 'destroyed', sealed: null },
      { generation: 2, state: 'active' },
    ]);
  });
});

describe('a limit', () => {
  test('of the account is no failed attempt, and pauses everybody', async () => {
    const { user, job } = await cast.joiner();
    const second = { status: 429, body: { code: 429, message: 'maximum per-second rate limit' } };
    service.zoom.faults.failNext(1, second, { method: 'PATCH' });
    const startedAt = performance.now();
    expect(await attempt(service, job.id)).toMatchObject({
      state: 'retrying',
      code: 'ZOOM_RATE_LIMITED',
      strikes: 0,
    });
    expect(service.logged()).toContain('zoom calls paused');
    await waitFor('the pause to end', async () => (await attempt(service, job.id)).state === 'done');
    const [, after] = cast.patches(user.id);
    expect(after!.arrivedAt.monotonicMs - startedAt).toBeGreaterThan(900);
  });

  test('of one user is no failed attempt, and concerns nobody else', async () => {
    const { user, job } = await cast.joiner();
    service.zoom.faults.perUser429(user.id, 1);
    const limited = await attempt(service, job.id);
    expect(limited).toMatchObject({ state: 'retrying', code: 'ZOOM_USER_RATE_LIMITED', strikes: 0 });
    // Until Zoom's next day, by a clock ten times as fast.
    const untilMidnight = (DAY_MS - (Date.now() % DAY_MS)) / 10;
    const waits = limited.nextAttemptAt.getTime() - Date.now();
    expect(Math.abs(waits - untilMidnight)).toBeLessThan(10_000);
    const other = service.zoom.users.add({ email: cast.newMail() });
    await cast.say(joined(other.email));
    const theirs = await onlyJob(service, other.email);
    expect(await attempt(service, theirs.id)).toMatchObject({ state: 'done' });
    expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
  });
});

test('a transfer rotates: the former key stays as previous, and the new one is another', async () => {
  const user = await cast.holder();
  const former = service.zoom.users.hostKeyOf(user.id);
  await cast.say(told(user.email, { attributes: { department: 'Sales' } }));
  await cast.say(told(user.email, { attributes: { department: 'Legal' } }));
  expect(await attempt(service, (await onlyJob(service, user.email)).id)).toMatchObject({ state: 'done' });
  expect(service.zoom.users.hostKeyOf(user.id)).not.toBe(former);
  const [previous, active] = await cast.keys(user.id);
  expect(active).toMatchObject({ generation: 2, state: 'active' });
  expect(previous).toMatchObject({ generation: 1, state: 'previous' });
  const opened = service.core.keys.open(previous!.sealed as string, user.id, 1);
  expect(opened?.equals(HostKey.parse(former))).toBe(true);
});

test('somebody deleted in Zoom loses the key there, and waits for Zoom to know them again', async () => {
  const user = await cast.holder();
  service.zoom.users.remove(user.id);
  await cast.say(told(user.email, { attributes: { department: 'Sales' } }));
  await cast.say(told(user.email, { attributes: { department: 'Legal' } }));
  const rotation = await onlyJob(service, user.email);
  expect(await attempt(service, rotation.id)).toMatchObject({ state: 'superseded' });
  const giveUps = service
    .logged()
    .split('\n')
    .filter((line) => line.includes('job gave up'));
  expect(giveUps.filter((line) => line.includes(rotation.id))).toEqual([]);
  expect(await cast.keys(user.id)).toMatchObject([{ state: 'destroyed' }, { state: 'destroyed' }]);
  const waiting = await onlyJob(service, user.email);
  expect(waiting).toMatchObject({ action: 'set', zoomUserId: null });
  const again = service.zoom.users.add({ email: user.email });
  expect(await attempt(service, waiting.id)).toMatchObject({ state: 'done', zoomUserId: again.id });
  await expectRight(service);
});
