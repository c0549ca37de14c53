import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { attempt, jobOf, onlyJob } from '../harness/attempts.js';
import { expectRight } from '../harness/at-rest.js';
import { openCast, type Cast, type Joiner } from '../harness/cast.js';
import { left } from '../harness/people.js';
import {
  NO_PERMISSION,
  NO_PERMISSION_CODE as CODE,
  openRefusals,
  type Refusals,
} from '../harness/refusals.js';
import { startCore, type TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let cast: Cast;
let refusals: Refusals;

beforeAll(async () => {
  service = await startCore(
    { CLOCK_SPEED: '100' },
    { workers: false, durations: { leaseMs: 6_000, zoomTimeoutMs: 3_000 } },
  );
  cast = await openCast(service);
  refusals = openRefusals(service, cast);
});
afterAll(() => service.close());
afterEach(() => refusals.forget());

function calls(userId: string): number {
  return cast.patches(userId).length;
}

/** Whose calls Zoom answers as if nobody's were allowed; tried once. */
async function owner(): Promise<Joiner> {
  const one = await refusals.refused();
  expect(await jobOf(service, one.job.id)).toMatchObject({ state: 'retrying', code: CODE, strikes: 0 });
  expect(await refusals.pauses()).toEqual([`write ${CODE}`]);
  return one;
}

test('the first such answer lets the next call try at once whether it is so, and only that one', async () => {
  await owner();
  const [probe, other] = [await cast.joiner(), await cast.joiner()];
  service.zoom.faults.slow(300, 1);
  const probing = attempt(service, probe.job.id);
  await waitFor('it to be under way', () => calls(probe.user.id) === 1);
  expect(await attempt(service, other.job.id)).toMatchObject({ state: 'queued', code: CODE });
  expect(calls(other.user.id)).toBe(0);
  expect(await probing).toMatchObject({ state: 'done' });
  expect(await refusals.pauses()).toEqual([]);
  expect(await attempt(service, other.job.id)).toMatchObject({ state: 'done' });
});

test('when that call is answered the same way everybody waits, and nobody is told twice', async () => {
  const before = refusals.alerts();
  await owner();
  const [probe, other] = [await cast.joiner(), await cast.joiner()];
  service.zoom.faults.failFor(probe.user.id, NO_PERMISSION);
  await attempt(service, probe.job.id);
  expect(await attempt(service, other.job.id)).toMatchObject({ state: 'queued', code: CODE });
  expect(calls(other.user.id)).toBe(0);
  expect(refusals.alerts() - before).toBe(1);
});

test('who alone gets such an answer pauses nobody again, and fails in the end', async () => {
  const before = refusals.alerts();
  const { job } = await owner();
  expect(await attempt(service, (await cast.joiner()).job.id)).toMatchObject({ state: 'done' });
  for (let strikes = 1; strikes < 8; strikes++) {
    expect(await attempt(service, job.id)).toMatchObject({ state: 'retrying', code: CODE, strikes });
    expect(await refusals.pauses()).toEqual([]);
  }
  expect(await attempt(service, job.id)).toMatchObject({ state: 'failed', code: CODE });
  expect(refusals.alerts() - before).toBe(1);
});

test('a clear of theirs goes on, and pauses nobody', async () => {
  const user = await cast.holder();
  service.zoom.faults.failFor(user.id, NO_PERMISSION);
  await cast.say(left(user.email));
  const { id } = await onlyJob(service, user.email);
  await attempt(service, id);
  await attempt(service, (await cast.joiner()).job.id);
  for (let tried = 0; tried < 9; tried++) await attempt(service, id);
  expect(await jobOf(service, id)).toMatchObject({ action: 'clear', state: 'retrying', code: CODE });
  expect(await refusals.pauses()).toEqual([]);
  service.zoom.faults.failFor(user.id, null);
  expect(await attempt(service, id)).toMatchObject({ state: 'done' });
  await expectRight(service);
});

test('while others get it too, it is everybody’s, also for who once got it alone', async () => {
  const { job } = await owner();
  await attempt(service, (await cast.joiner()).job.id);
  const other = await cast.joiner();
  service.zoom.faults.failFor(other.user.id, NO_PERMISSION);
  await attempt(service, other.job.id);
  await refusals.passMinute();
  expect(await attempt(service, job.id)).toMatchObject({ state: 'retrying', code: CODE, strikes: 0 });
  expect(await refusals.pauses()).toEqual([`write ${CODE}`]);
});

test('what was mended and comes again pauses again, whoever gets it first', async () => {
  const { user, job } = await owner();
  service.zoom.faults.failFor(user.id, null);
  await attempt(service, (await cast.joiner()).job.id);
  expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
  const before = refusals.alerts();
  await cast.transfer(user.email);
  service.zoom.faults.failFor(user.id, NO_PERMISSION);
  expect(await cast.work(user.email)).toMatchObject({ state: 'retrying', code: CODE, strikes: 0 });
  expect(await refusals.pauses()).toEqual([`write ${CODE}`]);
  expect(refusals.alerts() - before).toBe(1);
});

test('who alone may not be looked for pauses nobody again either', async () => {
  const { user, job } = await cast.stranger();
  service.zoom.faults.failFor(user.email, NO_PERMISSION);
  expect(await attempt(service, job.id)).toMatchObject({ state: 'retrying', strikes: 0 });
  expect(await refusals.pauses()).toEqual([`find ${CODE}`]);
  expect(await attempt(service, (await cast.stranger()).job.id)).toMatchObject({ state: 'done' });
  expect(await attempt(service, job.id)).toMatchObject({ state: 'retrying', code: CODE, strikes: 1 });
  expect(await refusals.pauses()).toEqual([]);
});

test('given to sixteen at once it is told once, and the first call that goes through frees all', async () => {
  const many: Joiner[] = [];
  for (let count = 0; count < 16; count++) many.push(await cast.joiner());
  for (const { user } of many) service.zoom.faults.failFor(user.id, NO_PERMISSION);
  const before = refusals.alerts();
  await Promise.all(many.map(({ job }) => attempt(service, job.id)));
  expect(await refusals.pauses()).toEqual([`write ${CODE}`]);
  expect(refusals.alerts() - before).toBe(1);
  service.zoom.faults.clear();
  await refusals.passMinute();
  const [first, ...rest] = many.map(({ job }) => job.id);
  expect(await attempt(service, first as string)).toMatchObject({ state: 'done', strikes: 0 });
  const done = await Promise.all(rest.map((id) => attempt(service, id)));
  expect(done.map(({ state, strikes }) => `${state} ${strikes}`)).toEqual(rest.map(() => 'done 0'));
  expect(await refusals.pauses()).toEqual([]);
});
