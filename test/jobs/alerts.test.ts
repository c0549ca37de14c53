import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { lookUp } from '../../src/jobs/look-up.js';
import { OPERATOR_SOURCE_ID, rotateEvent } from '../../src/jobs/operator.js';
import { HostKey } from '../../src/lifecycle/host-key.js';
import type { AlertCode } from '../../src/log.js';
import { attempt, onlyJob } from '../harness/attempts.js';
import { type Cast, openCast } from '../harness/cast.js';
import { intakeOf, left, zoomSaid, zoomShowed } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';

let service: TestCore;
let cast: Cast;
beforeAll(async () => {
  service = await startCore({}, { workers: false });
  cast = await openCast(service);
});
afterAll(() => service.close());

let before: ReadonlyMap<AlertCode, number>;
beforeEach(() => {
  before = new Map(service.core.log.alerts);
});

/** How often this test alerted; as many lines say so. */
function alerts(code: AlertCode): number {
  const all = service.core.log.alerts.get(code) ?? 0;
  expect(service.logged().split(`"alert":"${code}"`)).toHaveLength(all + 1);
  return all - (before.get(code) ?? 0);
}

const sql = (text: string, ...values: unknown[]) => service.core.database.pool.query(text, values);
const aDayLater = (jobId: string) =>
  sql(`UPDATE jobs SET alerted_at = alerted_at - interval '1 day' WHERE id = $1`, jobId);

async function tryOften(jobId: string): Promise<void> {
  for (let tried = 1; tried <= 5; tried++) await attempt(service, jobId);
}

describe('a write that goes on hourly alerts when it begins to, and then daily', () => {
  test('when it is a clear', async () => {
    const user = await cast.holder();
    service.zoom.users.known(user.id).status = 'inactive';
    await cast.say(left(user.email));
    const { id } = await onlyJob(service, user.email);
    await tryOften(id);
    expect(alerts('WRITE_UNSETTLED')).toBe(1);
    await aDayLater(id);
    await tryOften(id);
    expect(alerts('WRITE_UNSETTLED')).toBe(2);
    service.zoom.users.known(user.id).status = 'active';
    expect(await attempt(service, id)).toMatchObject({ state: 'done' });
  });

  test('when it is a set that may have been applied, and not before its tries are over', async () => {
    const { job } = await cast.joiner();
    service.zoom.faults.failNext(20, { status: 502, body: '' }, { method: 'PATCH' });
    for (let tried = 1; tried <= 7; tried++) await attempt(service, job.id);
    expect(alerts('WRITE_UNSETTLED')).toBe(0);
    expect(await attempt(service, job.id)).toMatchObject({ state: 'retrying', code: 'ZOOM_UNAVAILABLE' });
    await tryOften(job.id);
    expect(alerts('WRITE_UNSETTLED')).toBe(1);
    service.zoom.faults.clear();
    expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
  });
});

test.each(['unknown', 'inactive'] as const)(
  'a set that waits too long for somebody who is %s in Zoom alerts once, and then daily',
  async (status) => {
    const { user, job } = await cast.stranger(status === 'inactive' ? 'active' : 'pending');
    if (status === 'inactive') {
      await cast.zoomSays(zoomSaid(user, 'active'));
      service.zoom.users.known(user.id).status = 'inactive';
    }
    await tryOften(job.id);
    expect(alerts('WAITING_FOR_ZOOM')).toBe(0);
    await sql(`UPDATE jobs SET created_at = created_at - interval '31 days' WHERE id = $1`, job.id);
    await tryOften(job.id);
    expect(alerts('WAITING_FOR_ZOOM')).toBe(1);
    await aDayLater(job.id);
    await tryOften(job.id);
    expect(alerts('WAITING_FOR_ZOOM')).toBe(2);
  },
);

test('a contested key alerts the third time, not with each further one, and again when it is contested again', async () => {
  const user = await cast.holder();
  const setBySomebody = async (digits: string) => {
    service.zoom.users.known(user.id).hostKey = digits;
    const at = new Date(Date.now() + 60_000);
    await cast.zoomSays(zoomShowed(service.core, user, digits, at));
    const [job] = await service.core.database.prisma.job.findMany({
      where: { zoomUserId: user.id, finishedAt: null },
    });
    if (job) await attempt(service, job.id);
  };
  for (const digits of ['271828', '314159']) await setBySomebody(digits);
  expect(alerts('KEY_CONTESTED')).toBe(0);
  for (const digits of ['161803', '141421', '173205']) await setBySomebody(digits);
  expect(alerts('KEY_CONTESTED')).toBe(1);
  const person = await service.core.database.prisma.person.findFirstOrThrow({ where: { mail: user.email } });
  await service.core.acceptor.accept(intakeOf(OPERATOR_SOURCE_ID, rotateEvent(person)));
  await cast.work(user.email);
  for (const digits of ['223606', '244948', '264575']) await setBySomebody(digits);
  expect(alerts('KEY_CONTESTED')).toBe(2);
});

test('a cause that holds up looking and writing alike alerts once, and again only after it was mended', async () => {
  const [known, unknown] = [await cast.joiner(), await cast.stranger()];
  const refuse = () => {
    service.zoom.faults.expireToken();
    service.zoom.faults.failNextToken(100, { status: 401, body: { error: 'invalid_client' } });
  };
  const probe = () => sql('UPDATE pauses SET next_probe_at = now(), next_retry_at = now()');
  refuse();
  await attempt(service, known.job.id);
  await attempt(service, unknown.job.id);
  await probe();
  await attempt(service, known.job.id);
  expect(await service.core.database.prisma.pause.count()).toBe(2);
  expect(alerts('QUEUE_PAUSED')).toBe(1);
  service.zoom.faults.clear();
  await probe();
  expect(await attempt(service, known.job.id)).toMatchObject({ state: 'done' });
  await probe();
  expect(await attempt(service, unknown.job.id)).toMatchObject({ state: 'done' });
  expect(await service.core.database.prisma.pause.count()).toBe(0);
  const next = await cast.joiner();
  refuse();
  await attempt(service, next.job.id);
  expect(alerts('QUEUE_PAUSED')).toBe(2);
  service.zoom.faults.clear();
  await probe();
  await attempt(service, next.job.id);
});

test('a key that cannot be opened alerts once, however often it is asked for', async () => {
  const user = await cast.holder();
  const { pool } = service.core.database;
  const another = service.core.keys.seal(HostKey.parse('271828'), 'somebody else', 1);
  await sql(`UPDATE host_keys SET sealed = $2 WHERE zoom_user_id = $1`, user.id, another);
  for (let asked = 1; asked <= 3; asked++) {
    const found = await lookUp({ zoomUserId: user.id }, { pool, keys: service.core.keys });
    expect(found).toMatchObject({ outcome: 'refused', code: 'KEY_UNREADABLE' });
  }
  expect(alerts('KEY_UNREADABLE')).toBe(1);
});
