import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jobOf } from '../harness/attempts.js';
import { expectRight } from '../harness/at-rest.js';
import { openCast, type Cast } from '../harness/cast.js';
import { joined, told } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';

let service: TestCore;
let cast: Cast;

beforeAll(async () => {
  service = await startCore({}, { workers: false });
  cast = await openCast(service);
});
afterAll(() => service.close());

test('a Zoom user with a set to be done that is renamed to somebody who waits for one is set for them', async () => {
  const { user, job } = await cast.joiner();
  const other = cast.newMail();
  await cast.say(joined(other));
  service.zoom.users.rename(service.zoom.users.known(user.id), other);
  await cast.zoomSays({ ...told(other), record: user.id });
  expect(await jobOf(service, job.id)).toMatchObject({ state: 'superseded' });
  expect(await cast.work(other)).toMatchObject({ state: 'done', zoomUserId: user.id });
  await expectRight(service);
});
