import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Job } from '../../src/records/generated/client.js';
import { attempt } from '../harness/attempts.js';
import { expectRight } from '../harness/at-rest.js';
import { openCast, type Cast } from '../harness/cast.js';
import { joined, zoomSaid } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let cast: Cast;

beforeAll(async () => {
  service = await startCore(
    { CLOCK_SPEED: '10' },
    { workers: false, durations: { leaseMs: 6_000, zoomTimeoutMs: 4_000 } },
  );
  cast = await openCast(service);
});
afterAll(() => service.close());

/** An attempt of which Zoom has been asked, and is slow to answer. */
async function asking(jobId: string, mail: string): Promise<{ job: Promise<Job> }> {
  const { zoom } = service;
  zoom.settings.delayMs = 300;
  const job = attempt(service, jobId);
  const isAsked = () => zoom.log.requests.some(({ path }) => decodeURIComponent(path).includes(mail));
  await waitFor('Zoom to be asked', isAsked);
  zoom.settings.delayMs = 0;
  return { job };
}

test('a Zoom user that is activated while Zoom is being asked is active', async () => {
  const { user, job } = await cast.stranger('inactive');
  const asked = await asking(job.id, user.email);
  service.zoom.users.known(user.id).status = 'active';
  await cast.zoomSays({ ...zoomSaid(user, 'active'), occurredAt: new Date() });
  expect(await asked.job).toMatchObject({ state: 'done' });
  await expectRight(service);
});

test('a Zoom user that is given to somebody else while Zoom is being asked is theirs', async () => {
  const { user, job } = await cast.stranger();
  const other = cast.newMail();
  await cast.say(joined(other));
  const asked = await asking(job.id, user.email);
  service.zoom.users.rename(service.zoom.users.known(user.id), other);
  await cast.zoomSays({ ...zoomSaid({ ...user, email: other }, 'active'), occurredAt: new Date() });
  expect(await asked.job).toMatchObject({ state: 'waiting', zoomUserId: null });
  expect(await cast.work(other)).toMatchObject({ state: 'done', zoomUserId: user.id });
  await expectRight(service);
});
