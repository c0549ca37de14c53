import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectRight } from '../harness/at-rest.js';
import { attempt, jobOf, onlyJob } from '../harness/attempts.js';
import { startByHand, type Cast } from '../harness/cast.js';
import { joined, left } from '../harness/people.js';
import type { TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let cast: Cast;

beforeAll(async () => {
  ({ service, cast } = await startByHand());
});
afterAll(() => service.close());

/** Whom Zoom refused a key, since it lets nobody at them for now. */
async function refused() {
  const { user, job } = await cast.joiner();
  service.zoom.users.known(user.id).status = 'inactive';
  expect(await attempt(service, job.id)).toMatchObject({ state: 'waiting', code: 'ZOOM_USER_INACTIVE' });
  return { user, job };
}

test('a key that Zoom does not take for now is sent again and again, and no other is drawn', async () => {
  const { user, job } = await refused();
  await attempt(service, job.id);
  service.zoom.users.known(user.id).status = 'active';
  expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
  expect(new Set(cast.patches(user.id).map(({ hostKey }) => hostKey)).size).toBe(1);
  expect(await cast.keys(user.id)).toMatchObject([{ generation: 1, state: 'active' }]);
  await expectRight(service);
});

test('whoever leaves before Zoom took their key loses it at once, and nobody calls Zoom for it', async () => {
  const { user, job } = await refused();
  const calls = cast.patches(user.id).length;
  await cast.say(left(user.email));
  expect(await jobOf(service, job.id)).toMatchObject({ state: 'superseded' });
  expect(await cast.keys(user.id)).toMatchObject([{ state: 'destroyed', sealed: null, hash: null }]);
  await expectRight(service);
  expect(cast.patches(user.id)).toHaveLength(calls);
});

test('and gets a new generation on return', async () => {
  const { user } = await refused();
  await cast.say(left(user.email));
  service.zoom.users.known(user.id).status = 'active';
  await cast.say(joined(user.email));
  expect(await cast.work(user.email)).toMatchObject({ state: 'done' });
  expect(await cast.keys(user.id)).toMatchObject([{ state: 'destroyed' }, { state: 'active' }]);
  await expectRight(service);
});

test('a key that Zoom has not taken is drawn anew when somebody asks for a younger one', async () => {
  const { user, job } = await refused();
  await cast.transfer(user.email);
  service.zoom.users.known(user.id).status = 'active';
  await waitFor('the set to be done', async () => (await attempt(service, job.id)).state === 'done');
  expect(await cast.keys(user.id)).toMatchObject([
    { state: 'destroyed' },
    { generation: 2, state: 'active' },
  ]);
  const [, ...sent] = cast.patches(user.id).map(({ hostKey }) => hostKey);
  expect(new Set(sent).size).toBe(1);
});

test('a key that may have been taken before Zoom refused it is cleared like any other', async () => {
  const { user, job } = await cast.joiner();
  service.zoom.faults.failNext(1, { status: 500, body: '' }, { method: 'PATCH' });
  await attempt(service, job.id);
  service.zoom.users.known(user.id).status = 'inactive';
  expect(await attempt(service, job.id)).toMatchObject({ state: 'waiting', code: 'ZOOM_USER_INACTIVE' });
  await cast.say(left(user.email));
  expect(await onlyJob(service, user.email)).toMatchObject({ action: 'clear', state: 'queued' });
  expect(await cast.keys(user.id)).toMatchObject([{ state: 'pending' }]);
});

test('a leaver whose set is refused while they leave is cleared without a call', async () => {
  const { user, job } = await cast.joiner();
  service.zoom.users.known(user.id).status = 'inactive';
  service.zoom.faults.slow(300, 1);
  const attempted = attempt(service, job.id);
  await waitFor('the key to be on its way', () => cast.patches(user.id).length === 1);
  await cast.say(left(user.email));
  const clear = await onlyJob(service, user.email);
  expect(clear).toMatchObject({ action: 'clear' });
  await attempted;
  expect(await attempt(service, clear.id)).toMatchObject({ state: 'superseded' });
  expect(await cast.keys(user.id)).toMatchObject([{ state: 'destroyed', sealed: null }]);
  expect(cast.patches(user.id)).toHaveLength(1);
});
