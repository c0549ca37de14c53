import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rerun } from '../../src/jobs/rerun.js';
import { attempt, jobOf, onlyJob, unfinished } from '../harness/attempts.js';
import { expectRight } from '../harness/at-rest.js';
import { left, told } from '../harness/people.js';
import { openCast, type Cast } from '../harness/cast.js';
import { startCore, type TestCore } from '../harness/service.js';

let service: TestCore;
let cast: Cast;

beforeAll(async () => {
  service = await startCore({}, { workers: false });
  cast = await openCast(service);
});
afterAll(() => service.close());

const REFUSED = {
  status: 400,
  body: { code: 300, message: 'Validation Failed.', errors: [{ field: 'host_key', message: 'x' }] },
};

/** Somebody whose set was refused for good. */
async function failed() {
  const { user, job } = await cast.joiner();
  const { id } = job;
  service.zoom.faults.failNext(2, REFUSED, { method: 'PATCH' });
  await attempt(service, id);
  expect(await attempt(service, id)).toMatchObject({ state: 'failed', code: 'ZOOM_KEY_REFUSED' });
  return { user, id };
}

test('a failed job that is still needed goes on, and succeeds once the cause is gone', async () => {
  const { id } = await failed();
  expect(await rerun([id], service.run)).toEqual([{ id, outcome: 'queued' }]);
  expect(await jobOf(service, id)).toMatchObject({
    state: 'queued',
    code: null,
    strikes: 0,
    finishedAt: null,
  });
  expect(await attempt(service, id)).toMatchObject({ state: 'done', attempts: 3 });
  await expectRight(service);
});

test('a failed job of somebody who has left meanwhile is superseded', async () => {
  const { user, id } = await failed();
  await cast.say(left(user.email));
  expect(await rerun([id], service.run)).toEqual([{ id, outcome: 'superseded' }]);
  expect(await jobOf(service, id)).toMatchObject({ state: 'superseded', code: 'ZOOM_KEY_REFUSED' });
  expect(await unfinished(service, user.email)).toEqual([]);
});

test('a failed job that another has taken over is superseded, and the other goes on', async () => {
  const { user, id } = await failed();
  await cast.say(told(user.email, { name: 'Jill' }));
  const other = await onlyJob(service, user.email);
  expect(other.id).not.toBe(id);
  expect(await rerun([id], service.run)).toEqual([{ id, outcome: 'superseded' }]);
  expect(await attempt(service, other.id)).toMatchObject({ state: 'done' });
});

test('whatever has not failed, or does not exist, is left as it is', async () => {
  const { job } = await cast.stranger();
  const { id } = job;
  const nobody = service.core.newId();
  expect(await rerun([id, nobody], service.run)).toEqual([
    { id, outcome: 'not-failed' },
    { id: nobody, outcome: 'unknown' },
  ]);
  expect(await jobOf(service, id)).toMatchObject({ state: 'queued', attempts: 0 });
});

test('asked for many times at once, a job is put back once', async () => {
  const { id } = await failed();
  const outcomes = await Promise.all(Array.from({ length: 6 }, () => rerun([id], service.run)));
  expect(
    outcomes
      .flat()
      .map((one) => one.outcome)
      .sort(),
  ).toEqual([...Array<string>(5).fill('not-failed'), 'queued']);
});

test('what else the fresh decision finds is done too: a wait that has become needless gives way', async () => {
  const { user, id } = await failed();
  const { pool } = service.core.database;
  const { personId } = await jobOf(service, id);
  // As an unfinished job that nobody decided upon since: a wait for a Zoom user who is long known.
  const waiting = service.core.newId();
  await pool.query(
    `INSERT INTO jobs (id, person_id, action, state, reason, priority, next_attempt_at)
     VALUES ($1, $2, 'set', 'waiting', 'joined', 3, now() + interval '1 hour')`,
    [waiting, personId],
  );
  expect(await rerun([id], service.run)).toEqual([{ id, outcome: 'superseded' }]);
  expect(await jobOf(service, waiting)).toMatchObject({ state: 'queued', zoomUserId: user.id });
  expect(await attempt(service, waiting)).toMatchObject({ state: 'done' });
});
