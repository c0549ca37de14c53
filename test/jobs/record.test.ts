import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { claim, type WriteClaim } from '../../src/jobs/claim.js';
import { record } from '../../src/jobs/record.js';
import { ZoomFailure } from '../../src/zoom/failure.js';
import { attempt, jobOf, onlyJob } from '../harness/attempts.js';
import { expectRight } from '../harness/at-rest.js';
import { left } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';
import { openCast, type Cast } from '../harness/cast.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let cast: Cast;

beforeAll(async () => {
  service = await startCore({ CLOCK_SPEED: '10' }, { workers: false });
  cast = await openCast(service);
});
afterAll(() => service.close());

async function claimed(jobId: string, number: number): Promise<WriteClaim> {
  const claimed = await claim(jobId, number, service.run);
  if (claimed.kind !== 'write') throw new Error(`no claim to write: ${JSON.stringify(claimed)}`);
  return claimed;
}

const APPLIED = { outcome: 'applied', trackingId: 'WEB_1' } as const;

async function leaseRunsOut(jobId: string, number: number) {
  await waitFor('the lease to run out', async () => {
    const { rowCount } = await service.core.database.pool.query(
      'SELECT FROM attempts WHERE job_id = $1 AND number = $2 AND lease_until <= clock_timestamp()',
      [jobId, number],
    );
    return rowCount === 1;
  });
}

test('a worker whose lease ran out records nothing', async () => {
  const { user, job } = await cast.joiner();
  const late = await claimed(job.id, 1);
  await leaseRunsOut(job.id, 1);
  expect(await record(late, APPLIED, service.run)).toBe('fenced');
  expect(await cast.keys(user.id)).toMatchObject([{ generation: 1, state: 'pending' }]);
  expect(await jobOf(service, job.id)).toMatchObject({ state: 'running' });
  const journal = await service.core.database.prisma.attempt.findMany({ where: { jobId: job.id } });
  expect(journal).toMatchObject([{ answeredAt: null, settledAt: null, endedAt: null }]);
});

test('nor one whose Zoom user has since been given to another attempt', async () => {
  const { user, job } = await cast.joiner();
  const late = await claimed(job.id, 1);
  await leaseRunsOut(job.id, 1);
  await service.core.database.pool.query("UPDATE jobs SET state = 'queued' WHERE id = $1", [job.id]);
  expect(await attempt(service, job.id)).toMatchObject({ state: 'done', attempts: 2 });
  expect(await record(late, APPLIED, service.run)).toBe('fenced');
  expect(await cast.keys(user.id)).toMatchObject([{ generation: 1, state: 'active' }]);
  await expectRight(service);
});

test('the answer to a set that was overtaken by a leaver is kept, and the clear follows', async () => {
  const { user, job } = await cast.joiner();
  const set = await claimed(job.id, 1);
  await cast.say(left(user.email));
  expect(await record(set, APPLIED, service.run)).toBe('recorded');
  expect(await cast.keys(user.id)).toMatchObject([{ generation: 1, state: 'active' }]);
  expect(await jobOf(service, job.id)).toMatchObject({ state: 'superseded' });
  const clear = await onlyJob(service, user.email);
  expect(await attempt(service, clear.id)).toMatchObject({ action: 'clear', state: 'done' });
  expect(await cast.keys(user.id)).toMatchObject([{ state: 'destroyed', sealed: null }]);
});

test('the journal says of each attempt when it began, what came of it and how Zoom calls it', async () => {
  const { user, job } = await cast.joiner();
  service.zoom.faults.failNext(1, { status: 500, body: '' }, { method: 'PATCH' });
  await attempt(service, job.id);
  await attempt(service, job.id);
  const [failed, applied] = await service.core.database.prisma.attempt.findMany({
    where: { jobId: job.id },
    orderBy: { number: 'asc' },
  });
  const [first, second] = service.zoom.log.of(user.id);
  const unanswered = { outcome: 'unanswered', code: 'ZOOM_UNAVAILABLE', status: 500, answeredAt: null };
  expect(failed).toMatchObject({ number: 1, ...unanswered, trackingId: first!.trackingId, generation: 1 });
  expect(applied).toMatchObject({
    number: 2,
    outcome: 'applied',
    code: null,
    trackingId: second!.trackingId,
  });
  expect(applied!.valueHash).toBe(failed!.valueHash);
  expect(applied!.answeredAt).toEqual(applied!.endedAt);
});

test('a job that is overtaken while it waits is not touched by a late answer', async () => {
  const { user, job } = await cast.joiner();
  const set = await claimed(job.id, 1);
  await cast.say(left(user.email));
  const failure = new ZoomFailure('ZOOM_REFUSED', { sent: 'answered', status: 400 });
  expect(await record(set, { outcome: 'failure', failure }, service.run)).toBe('recorded');
  expect(await jobOf(service, job.id)).toMatchObject({ state: 'superseded' });
});
