import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MAX_OUTSTANDING } from '../../src/jobs/relay.js';
import { addSource, intakeOf, joined } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';

let service: TestCore;

beforeAll(async () => {
  service = await startCore({}, { workers: false });
});
afterAll(() => service.close());

test('what is accepted is told, and telling it again adds nothing', async () => {
  const { core } = service;
  const sourceId = await addSource(core, 'scim');
  const before = await core.queue.outstanding();
  await core.acceptor.accept(intakeOf(sourceId, joined('a@example.com'), joined('b@example.com')));
  await core.acceptor.accept(intakeOf(sourceId, joined('a@example.com'), joined('b@example.com')));
  await core.relay.flushed();
  expect((await core.queue.outstanding()) - before).toBe(2);
});

test('a full queue is told no more: what does not fit stays for the sweep', async () => {
  const { core } = service;
  const { pool } = core.database;
  const ids = Array.from({ length: MAX_OUTSTANDING + 200 }, () => core.newId());
  await pool.query(
    `INSERT INTO jobs (id, person_id, zoom_user_id, action, state, reason, priority, next_attempt_at)
     SELECT id, id, id::text, 'set', 'queued', 'joined', 3, now() FROM unnest($1::uuid[]) AS id`,
    [ids],
  );
  core.relay.jobs(ids.map((jobId) => ({ jobId, attempt: 1, priority: 3 })));
  await core.relay.flushed();
  const outstanding = await core.queue.outstanding();
  expect(outstanding).toBeGreaterThan(MAX_OUTSTANDING - 10);
  expect(outstanding).toBeLessThanOrEqual(MAX_OUTSTANDING);
  const text = 'SELECT count(*)::int AS untold FROM jobs WHERE id = ANY ($1) AND told_at IS NULL';
  const { rows } = await pool.query<{ untold: number }>(text, [ids]);
  expect(rows[0]!.untold).toBeGreaterThanOrEqual(200);
});
