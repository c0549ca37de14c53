import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { OPERATOR_SOURCE_ID, rotateEvent } from '../../src/jobs/operator.js';
import { createSweeper } from '../../src/jobs/sweep.js';
import { onlyJob, unfinished } from '../harness/attempts.js';
import { expectRight } from '../harness/at-rest.js';
import { openCast, type Cast } from '../harness/cast.js';
import { intakeOf, left, told } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';

let service: TestCore;
let cast: Cast;

beforeAll(async () => {
  service = await startCore({}, { workers: false });
  cast = await openCast(service);
});
afterAll(() => service.close());

const HOUR_MS = 3_600_000;
const jobsOf = async (mail: string) => (await unfinished(service, mail)).map((job) => job.reason);

/** What a process that has only just started finds to do. */
async function sweep(): Promise<void> {
  const sweeper = createSweeper({ ...service.core, ...service.run });
  await sweeper.sweep();
  await sweeper.close();
}

/** As if so long had passed since the last transfer that gave somebody another key. */
const wait = (mail: string, ms: number) =>
  service.core.database.pool.query(
    `UPDATE people SET transferred_at = transferred_at - make_interval(secs => $2::float8 / 1000) WHERE mail = $1`,
    [mail, ms],
  );

/** Somebody who was just given another key for being transferred, and is transferred again. */
async function transferredTwice() {
  const user = await cast.holder();
  await cast.transfer(user.email);
  await cast.work(user.email);
  const first = service.zoom.users.hostKeyOf(user.id);
  await cast.say(told(user.email, { attributes: { department: 'Law' } }));
  return { ...user, first };
}

test('who is transferred twice within an hour gets the second key at the hour’s end, also from a process that was not there', async () => {
  const { id, email, first } = await transferredTwice();
  expect(await jobsOf(email)).toEqual([]);
  await wait(email, HOUR_MS - 60_000);
  await sweep();
  expect(await jobsOf(email)).toEqual([]);
  await wait(email, 61_000);
  await sweep();
  await sweep();
  expect(await jobsOf(email)).toEqual(['renewed']);
  await cast.work(email);
  expect(service.zoom.users.hostKeyOf(id)).not.toBe(first);
  await sweep();
  expect(await jobsOf(email)).toEqual([]);
  await expectRight(service);
});

test('a burst of transfers within an hour costs one further key', async () => {
  const { id, email } = await transferredTwice();
  for (let times = 0; times < 3; times++) await cast.transfer(email);
  await wait(email, HOUR_MS);
  await sweep();
  await cast.work(email);
  await wait(email, HOUR_MS);
  await sweep();
  expect(await jobsOf(email)).toEqual([]);
  expect(cast.patches(id)).toHaveLength(3);
});

test('the wait delays neither what an operator asks for, nor an exposed key; what it waited for is then given', async () => {
  const { email } = await transferredTwice();
  const { prisma } = service.core.database;
  const { id } = await prisma.person.findFirstOrThrow({ where: { mail: email } });
  await service.core.acceptor.accept(intakeOf(OPERATOR_SOURCE_ID, rotateEvent({ id, mail: email })));
  expect(await onlyJob(service, email)).toMatchObject({ reason: 'renewed' });
  await cast.work(email);
  await cast.say(told(email, { type: 'exposed' }));
  expect(await onlyJob(service, email)).toMatchObject({ reason: 'renewed' });
  await cast.work(email);
  await wait(email, HOUR_MS);
  await sweep();
  expect(await jobsOf(email)).toEqual([]);
});

test('who has left at the hour’s end gets no key', async () => {
  const { email } = await transferredTwice();
  await cast.say(left(email));
  await cast.work(email);
  await wait(email, HOUR_MS);
  await sweep();
  expect(await jobsOf(email)).toEqual([]);
});
