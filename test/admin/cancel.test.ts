import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { redecide } from '../../src/jobs/redecide.js';
import { newId } from '../../src/records/id.js';
import { type Door, openDoor } from './door.js';
import { join, type Joiner, joinWithKey } from './people.js';

let door: Door;
let ann: Joiner;

beforeAll(async () => {
  door = await openDoor();
});
beforeEach(async () => {
  await door.sql(
    'TRUNCATE jobs, attempts, host_keys, zoom_users, standings, links, people, events, notices, audit',
  );
  ann = await join(door, 'ann@example.com');
});
afterAll(() => door.close());

const cancel = (id: string) => door.ask('POST', `/jobs/${id}/cancel`);
const states = async () =>
  (await door.sql<{ line: string }>(`SELECT action || ' ' || state AS line FROM jobs ORDER BY id`)).map(
    ({ line }) => line,
  );
const say = (what: string) => door.ask('POST', `/people/${what}`, { who: ann.mail });

/** Ann holds a key, and is to have another. */
async function renewing(): Promise<string> {
  ann = await joinWithKey(door, 'bea@example.com', '739152');
  await door.sql('DELETE FROM jobs');
  await say('rotate');
  const [job] = await door.sql<{ id: string }>('SELECT id FROM jobs');
  return job!.id;
}

describe('cancelling a set', () => {
  test.each(['queued', 'retrying', 'waiting', 'braked'])(
    'that is %s ends it, and is audited',
    async (state) => {
      await door.sql('UPDATE jobs SET state = $1', [state]);
      expect((await cancel(ann.jobId)).body).toEqual({ id: ann.jobId, outcome: 'cancelled' });
      expect(await states()).toEqual(['set cancelled']);
      expect(await door.sql('SELECT finished_at IS NOT NULL AS over FROM jobs')).toEqual([{ over: true }]);
      expect(await door.sql(`SELECT actor, action, detail FROM audit WHERE actor = 'root'`)).toEqual([
        { actor: 'root', action: 'jobs.cancel', detail: { jobId: ann.jobId } },
      ]);
    },
  );

  test('ends it for good: another decision does not make it again, `people rotate` does', async () => {
    await cancel(ann.jobId);
    await redecide([ann.id], door.parts);
    expect(await states()).toEqual(['set cancelled']);
    await say('rotate');
    expect(await states()).toEqual(['set cancelled', 'set queued']);
  });

  test('of a renewal leaves the key that is held, which is still shown', async () => {
    await cancel(await renewing());
    await redecide([ann.id], door.parts);
    expect(await states()).toEqual(['set cancelled']);
    const { body } = await door.ask('POST', '/host-keys/lookup', { email: ann.mail });
    expect(JSON.stringify(body)).toContain('739152');
  });

  test('lets whoever leaves afterwards be cleared', async () => {
    await cancel(await renewing());
    await say('clear');
    expect(await states()).toEqual(['set cancelled', 'clear queued']);
  });

  test('is told of the person, until something newer asks for a key', async () => {
    const shown = async () => (await say('show')).body.cancelledAt;
    const line = async () => (await door.run(['people', 'show', ann.mail])).stdout;
    expect(await shown()).toBeNull();
    expect(await line()).toMatch(/cancelled since +-\n/);
    await cancel(ann.jobId);
    const [{ at }] = await door.sql('SELECT cancelled_at AS at FROM people WHERE id = $1', [ann.id]);
    expect(await shown()).toBe(at.toISOString());
    expect(await line()).toContain(`cancelled since    ${at.toISOString().slice(0, 10)}`);

    const { jobId } = await join(door, ann.mail);
    expect(await shown()).toBeNull();
    await cancel(jobId);
    expect(await shown()).not.toBeNull();
    await say('rotate');
    expect(await shown()).toBeNull();
  });

  test('twice is refused the second time', async () => {
    await cancel(ann.jobId);
    expect((await cancel(ann.jobId)).body).toMatchObject({ status: 409, code: 'JOB_NOT_CANCELLABLE' });
  });

  test('works on the command line', async () => {
    expect(await door.run(['jobs', 'cancel', ann.jobId])).toMatchObject({
      code: 0,
      stdout: `cancelled ${ann.jobId}\n`,
    });
    const again = await door.run(['jobs', 'cancel', ann.jobId]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('it has ended') });
  });
});

describe('what cannot be cancelled', () => {
  test.each([
    ['a clear', `action = 'clear'`, /a clear cannot/],
    ['a set that is running', `state = 'running'`, /running/],
    ['a re-send of a key in force', `reason = 'resend'`, /in Zoom already/],
    ['what failed', `state = 'failed', finished_at = now()`, /has ended/],
  ])('is refused with its reason, and goes on: %s', async (_, set, reason) => {
    await door.sql(`UPDATE jobs SET ${set}`);
    const before = await states();
    const { body } = await cancel(ann.jobId);
    expect(body).toMatchObject({ status: 409, code: 'JOB_NOT_CANCELLABLE' });
    expect(body.detail).toMatch(reason);
    expect(await states()).toEqual(before);
  });

  test('is a set of which nobody knows whether Zoom has applied it', async () => {
    await door.sql(
      `INSERT INTO attempts (job_id, number, zoom_user_id, generation, value_hash, lease_token, started_at, lease_until, ended_at)
       VALUES ($1, 1, $2, 1, 'test:00', gen_random_uuid(), now(), now(), now())`,
      [ann.jobId, ann.zoomUserId],
    );
    await door.sql(`UPDATE jobs SET state = 'retrying', zoom_user_id = $1`, [ann.zoomUserId]);
    expect((await cancel(ann.jobId)).body).toMatchObject({ status: 409, code: 'JOB_NOT_CANCELLABLE' });
    expect(await states()).toEqual(['set retrying']);
  });

  test('is what is not there', async () => {
    expect((await cancel(newId())).body).toMatchObject({ status: 404, code: 'JOB_UNKNOWN' });
  });
});
