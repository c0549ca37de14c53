import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { attempt, onlyJob } from '../harness/attempts.js';
import { expectRight } from '../harness/at-rest.js';
import { joined, left, zoomSaid } from '../harness/people.js';
import type { TestCore } from '../harness/service.js';
import { startByHand, type Cast } from '../harness/cast.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let cast: Cast;

beforeAll(async () => {
  ({ service, cast } = await startByHand());
});
afterAll(() => service.close());

describe('somebody whom Zoom does not know yet', () => {
  test('waits, and is woken by Zoom', async () => {
    const email = cast.newMail();
    await cast.say(joined(email));
    const { id } = await onlyJob(service, email);
    expect(await attempt(service, id)).toMatchObject({ state: 'waiting', code: 'ZOOM_USER_NOT_FOUND' });
    const user = service.zoom.users.add({ email });
    await cast.zoomSays(zoomSaid(user, 'active'));
    const woken = await onlyJob(service, user.email);
    expect(woken).toMatchObject({ id, state: 'queued', zoomUserId: user.id });
    expect(woken.nextAttemptAt.getTime()).toBeLessThanOrEqual(Date.now() + 100);
    expect(await attempt(service, id)).toMatchObject({ state: 'done' });
    await expectRight(service);
  });

  test.each([
    ['pending', 'ZOOM_USER_PENDING'],
    ['inactive', 'ZOOM_USER_INACTIVE'],
  ] as const)('but as %s waits, and is woken by Zoom', async (status, code) => {
    const { user, job } = await cast.stranger(status);
    expect(await attempt(service, job.id)).toMatchObject({ state: 'waiting', code });
    expect(await attempt(service, job.id)).toMatchObject({ state: 'waiting', code, strikes: 0 });
    service.zoom.users.known(user.id).status = 'active';
    await cast.zoomSays(zoomSaid(user, 'active'));
    expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
  });

  test('and is refused as inactive by the write itself waits, and is woken by Zoom', async () => {
    const { user, job } = await cast.joiner();
    service.zoom.users.known(user.id).status = 'inactive';
    expect(await attempt(service, job.id)).toMatchObject({ state: 'waiting', code: 'ZOOM_USER_INACTIVE' });
    expect(await cast.keys(user.id)).toMatchObject([{ state: 'pending' }]);
    service.zoom.users.known(user.id).status = 'active';
    await cast.zoomSays(zoomSaid(user, 'active'));
    expect(await onlyJob(service, user.email)).toMatchObject({ id: job.id, state: 'queued' });
    expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
    await expectRight(service);
  });

  test.each([
    ['whom Zoom does not know', 'pending' as const],
    ['whom Zoom lets nobody write at', 'inactive' as const],
  ])('and %s for longer than we are told to wait is an alert', async (_who, status) => {
    const { user, job } = await cast.stranger();
    if (status === 'inactive') await cast.zoomSays(zoomSaid(user, 'active'));
    service.zoom.users.known(user.id).status = status;
    const alert = `"jobId":"${job.id}"`;
    const alerts = () =>
      service
        .logged()
        .split('\n')
        .filter((line) => line.includes(alert) && line.includes('"alert":"WAITING_FOR_ZOOM"'));
    await attempt(service, job.id);
    expect(alerts()).toEqual([]);
    const longAgo = "UPDATE jobs SET created_at = now() - interval '30 days 1 minute' WHERE id = $1";
    await service.core.database.pool.query(longAgo, [job.id]);
    expect(await attempt(service, job.id)).toMatchObject({ state: 'waiting' });
    expect(alerts()).toHaveLength(1);
  });

  test('does not miss the news that comes while the refusal is on its way', async () => {
    const { user, job } = await cast.joiner();
    service.zoom.users.known(user.id).status = 'inactive';
    service.zoom.faults.slow(150, 1);
    const attempted = attempt(service, job.id);
    await waitFor('Zoom to refuse', () => cast.patches(user.id).length === 1);
    service.zoom.users.known(user.id).status = 'active';
    await cast.zoomSays(zoomSaid(user, 'active'));
    expect(await attempted).toMatchObject({ state: 'retrying' });
    expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
  });

  test('is found by a mail of their own only', async () => {
    const email = cast.newMail();
    await cast.say(
      joined(email, { record: 'older', identifiers: [{ kind: 'okta-id', value: `o ${email}` }] }),
    );
    const waiting = await onlyJob(service, email);
    await cast.say(
      joined(email, { record: 'newer', identifiers: [{ kind: 'okta-id', value: `n ${email}` }] }),
    );
    const theirs = await onlyJob(service, email);
    expect(theirs.personId).not.toBe(waiting.personId);
    const user = service.zoom.users.add({ email });
    await attempt(service, waiting.id);
    expect(cast.patches(user.id)).toEqual([]);
    expect(await attempt(service, theirs.id)).toMatchObject({ state: 'done', zoomUserId: user.id });
    await cast.say(left(email, { record: 'older' }));
    await expectRight(service);
  });
});
