import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { attempt, jobOf, onlyJob, unfinished } from '../harness/attempts.js';
import { expectRight } from '../harness/at-rest.js';
import { openCast, type Cast } from '../harness/cast.js';
import { joined, told, zoomSaid } from '../harness/people.js';
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

test('of two people found to be one, what was done for either is told of who they are', async () => {
  const { prisma } = service.core.database;
  const identifiers = [{ kind: 'okta-id' as const, value: '00u-of-both' }];
  await cast.say(joined(cast.newMail(), { identifiers }));
  const user = await cast.holder();
  const done = await prisma.job.findFirstOrThrow({ where: { zoomUserId: user.id, state: 'done' } });
  await cast.say(told(user.email, { identifiers }));
  const { mergedInto } = await prisma.person.findUniqueOrThrow({ where: { id: done.personId } });
  expect(mergedInto).not.toBeNull();
  expect(await jobOf(service, done.id)).toMatchObject({ state: 'done', personId: mergedInto });
  await expectRight(service);
});

test('a set whose Zoom user is found by its mail and deactivated is superseded, and waits no more', async () => {
  const { user } = await cast.joiner();
  service.zoom.users.known(user.id).status = 'inactive';
  await cast.zoomSays(zoomSaid(user, 'inactive'));
  const other = cast.newMail();
  await cast.say(joined(other));
  const { id } = await onlyJob(service, other);
  service.zoom.users.rename(service.zoom.users.known(user.id), other);
  expect(await attempt(service, id)).toMatchObject({ state: 'superseded' });
  expect(await unfinished(service, other)).toEqual([]);
  await expectRight(service);
});
