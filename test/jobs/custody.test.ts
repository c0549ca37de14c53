import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { claim, type WriteClaim } from '../../src/jobs/claim.js';
import { record } from '../../src/jobs/record.js';
import { createSweeper } from '../../src/jobs/sweep.js';
import { createHostKeys } from '../../src/records/host-keys.js';
import { createZoomClient, type ZoomCall } from '../../src/zoom/client.js';
import { attempt, jobOf, onlyJob, unfinished } from '../harness/attempts.js';
import { expectRight } from '../harness/at-rest.js';
import { joined, left, zoomSaid } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';
import { openCast, type Cast } from '../harness/cast.js';
import { waitFor } from '../harness/wait-for.js';
import { closeAll, closeLater, createTokenFor } from '../zoom/clients.js';
import { silent } from '../zoom/stores.js';

/** Room enough for a busy machine on either side of the last moment at which a call may be sent. */
const durations = { leaseMs: 6_000, zoomTimeoutMs: 4_000, resendAfterMs: 60_000 };
const APPLIED = { outcome: 'applied', trackingId: 'WEB_1' } as const;

let service: TestCore;
let cast: Cast;

beforeAll(async () => {
  service = await startCore({ CLOCK_SPEED: '20' }, { workers: false, durations });
  cast = await openCast(service);
});
afterAll(() => service.close());
afterEach(closeAll);

/** The service, its every call of Zoom held up between the budget's grant and the last question before it is sent. */
function heldUp(holdUp: () => unknown) {
  const { zoom, run } = service;
  const client = createZoomClient({
    apiUrl: zoom.apiUrl,
    token: createTokenFor(zoom),
    budget: {
      grant: () => Promise.resolve(holdUp()).then(() => ({ grantedAt: new Date() })),
      pause: () => Promise.resolve(),
    },
    timeoutMs: durations.zoomTimeoutMs,
    log: silent,
  });
  closeLater(client.close);
  return { ...service, run: { ...run, zoom: client } };
}

describe('a call whose turn comes when its lease no longer has the time-out left is not made', () => {
  const uncounted = { state: 'retrying', code: 'LEASE_TOO_SHORT', strikes: 0 };

  test('since it waited for its turn too long', async () => {
    const { user, job } = await cast.joiner();
    const late = heldUp(() => {
      const until = performance.now() + durations.leaseMs - durations.zoomTimeoutMs + 50;
      return waitFor('most of the lease to be over', () => performance.now() > until);
    });
    expect(await attempt(late, job.id)).toMatchObject(uncounted);
    expect(cast.patches(user.id)).toEqual([]);
    expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
    expect(await cast.keys(user.id)).toMatchObject([{ generation: 1, state: 'active' }]);
  });

  test('since the machine slept meanwhile, and its monotonic clock stood still', async () => {
    const { user, job } = await cast.joiner();
    const { now } = Date;
    const slept = heldUp(() => (Date.now = () => now() + 3_600_000));
    const attempted = attempt(slept, job.id).finally(() => (Date.now = now));
    expect(await attempted).toMatchObject(uncounted);
    expect(cast.patches(user.id)).toEqual([]);
  });
});

async function claimed(jobId: string, number: number): Promise<WriteClaim> {
  const claimed = await claim(jobId, number, service.run);
  if (claimed.kind !== 'write') throw new Error(`no claim to write: ${JSON.stringify(claimed)}`);
  return claimed;
}

test('a worker that wakes up while another writes at its Zoom user records nothing, the other does', async () => {
  const { user, job } = await cast.joiner();
  const { pool } = service.core.database;
  const late = await claimed(job.id, 1);
  await pool.query("UPDATE zoom_users SET lease_until = now() - interval '1 second' WHERE id = $1", [
    user.id,
  ]);
  await pool.query("UPDATE jobs SET state = 'queued' WHERE id = $1", [job.id]);
  const present = await claimed(job.id, 2);
  expect(await record(late, APPLIED, service.run)).toBe('fenced');
  expect(await cast.keys(user.id)).toMatchObject([{ generation: 1, state: 'pending' }]);
  expect(await record(present, APPLIED, service.run)).toBe('recorded');
  expect(await cast.keys(user.id)).toMatchObject([{ generation: 1, state: 'active' }]);
  // Neither has sent anything; the next key is.
  await age(job.id, '1 hour');
  await cast.transfer(user.email);
  expect(await cast.work(user.email)).toMatchObject({ state: 'done' });
});

async function sweep() {
  const sweeper = createSweeper({ ...service.core, ...service.run });
  await sweeper.sweep();
  await sweeper.close();
}

/** As if they had begun that much earlier. */
async function age(jobId: string, by: string) {
  await service.core.database.pool.query(
    `UPDATE attempts SET started_at = started_at - $2::interval, lease_until = lease_until - $2::interval
     WHERE job_id = $1`,
    [jobId, by],
  );
}

test('each of several attempts that nothing answered is owed a re-send of its own, in its own time', async () => {
  const { user, job } = await cast.joiner();
  service.zoom.faults.applyThenDrop(1);
  await attempt(service, job.id);
  expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
  await cast.transfer(user.email);
  const rotation = await onlyJob(service, user.email);
  // Another value may be sent by now, and a re-send is not due yet.
  await age(job.id, '30 seconds');
  service.zoom.faults.applyThenDrop(1);
  await attempt(service, rotation.id);
  expect(await attempt(service, rotation.id)).toMatchObject({ state: 'done' });
  await age(job.id, '1 hour');
  await sweep();
  expect(await cast.work(user.email)).toMatchObject({ reason: 'resend', state: 'done' });
  await age(rotation.id, '1 hour');
  await sweep();
  expect(await cast.work(user.email)).toMatchObject({ reason: 'resend', state: 'done' });
  await sweep();
  expect(await unfinished(service, user.email)).toEqual([]);
  await expectRight(service);
});

test('a key that may have been applied goes on, also when Zoom then refuses the call outright', async () => {
  const { job } = await cast.joiner();
  service.zoom.faults.failNext(1, { status: 500, body: '' }, { method: 'PATCH' });
  await attempt(service, job.id);
  service.zoom.faults.failNext(1, { status: 400, body: { code: 1234, message: 'No.' } }, { method: 'PATCH' });
  expect(await attempt(service, job.id)).toMatchObject({ state: 'retrying', code: 'ZOOM_REFUSED' });
  expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
  await expectRight(service);
});

test('news of Zoom’s that comes while Zoom is asked about somebody is not lost', async () => {
  const mail = cast.newMail();
  await cast.say(joined(mail));
  const { id } = await onlyJob(service, mail);
  service.zoom.faults.slow(20_000, 1);
  const attempted = attempt(service, id);
  await waitFor('Zoom to know nobody', () => service.zoom.log.of(mail).length === 1);
  const user = service.zoom.users.add({ email: mail });
  await cast.zoomSays(zoomSaid(user, 'active'));
  expect(await attempted).toMatchObject({ state: 'done', zoomUserId: user.id });
  await expectRight(service);
});

/** The service with a random source that draws these keys first. */
function drawing(...draws: string[]) {
  const tape = [...draws.join('')].map(Number);
  const { seal, log } = service.core;
  const randomDigit = () => tape.shift() ?? Math.floor(Math.random() * 10);
  const keys = createHostKeys({ seal, length: 6, randomDigit, log });
  return { ...service, run: { ...service.run, keys } };
}

describe('whatever is drawn', () => {
  test('a leaver’s key is overwritten by another one', async () => {
    const user = await cast.holder();
    const known = service.zoom.users.hostKeyOf(user.id) as string;
    await cast.say(left(user.email));
    const clear = await onlyJob(service, user.email);
    expect(await attempt(drawing(known, known), clear.id)).toMatchObject({ state: 'done' });
    expect(service.zoom.users.hostKeyOf(user.id)).not.toBe(known);
  });

  test('a rotated key is replaced by another one, also after Zoom refused a first', async () => {
    const user = await cast.holder();
    const known = service.zoom.users.hostKeyOf(user.id) as string;
    await cast.transfer(user.email);
    const { id } = await onlyJob(service, user.email);
    service.zoom.faults.failNext(
      1,
      { status: 400, body: { code: 300, message: 'Validation Failed.' } },
      { method: 'PATCH' },
    );
    expect(await attempt(service, id)).toMatchObject({ code: 'ZOOM_KEY_REFUSED' });
    expect(await attempt(drawing(known), id)).toMatchObject({ state: 'done' });
    expect(service.zoom.users.hostKeyOf(user.id)).not.toBe(known);
    await expectRight(service);
  });
});

test('of a leaver nothing former is kept from the first try of the clear on, answered or not', async () => {
  const user = await cast.holder();
  await cast.transfer(user.email);
  await cast.work(user.email);
  expect(await cast.keys(user.id)).toMatchObject([{ state: 'previous' }, { state: 'active' }]);
  await cast.say(left(user.email));
  service.zoom.faults.failNext(1, { status: 500, body: '' }, { method: 'PATCH' });
  expect(await cast.work(user.email)).toMatchObject({ action: 'clear', state: 'retrying' });
  expect(await cast.keys(user.id)).toMatchObject([
    { state: 'destroyed', sealed: null, hash: null },
    { state: 'clearing' },
  ]);
});

test('Zoom hears of leavers before joiners: each call is asked for under the priority of its job', async () => {
  const { zoom } = service.run;
  const asked: string[] = [];
  const call = (one: ZoomCall) => {
    asked.push(`${one.action} as ${one.priority}`);
    return zoom.call(one);
  };
  const listening = { ...service, run: { ...service.run, zoom: { ...zoom, call } } };
  const { user, job } = await cast.stranger();
  await attempt(listening, job.id);
  await cast.say(left(user.email));
  await attempt(listening, (await onlyJob(service, user.email)).id);
  expect(asked).toEqual(['find-user as set', 'set-host-key as set', 'clear-host-key as clear']);
});

test('fresh tokens that Zoom refuses, which it will for everybody, pause the queue instead of failing jobs', async () => {
  const [one, other] = [await cast.joiner(), await cast.joiner()];
  const refusal = { status: 401, body: { code: 124, message: 'Invalid access token.' } };
  service.zoom.faults.failNext(2, refusal, { method: 'PATCH' });
  expect(await attempt(service, one.job.id)).toMatchObject({ state: 'retrying', strikes: 0 });
  await probeIn('1 hour');
  const held = await attempt(service, other.job.id);
  expect(held).toMatchObject({ state: 'queued', code: 'ZOOM_TOKEN_REFUSED', attempts: 0 });
  await probeIn('0');
  expect(await attempt(service, one.job.id)).toMatchObject({ state: 'done' });
  // What was held up is due as soon as one has gone through, not only when it was to be tried again.
  const { nextAttemptAt } = await jobOf(service, other.job.id);
  expect(held.nextAttemptAt.getTime() - nextAttemptAt.getTime()).toBeGreaterThan(3_000_000);
  expect(await attempt(service, other.job.id)).toMatchObject({ state: 'done' });
  await expectRight(service);
});

async function probeIn(delay: string) {
  const text = 'UPDATE pauses SET next_probe_at = now() + $1::interval, next_retry_at = now() + $1::interval';
  await service.core.database.pool.query(text, [delay]);
}
