import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '../../src/records/id.js';
import { type Door, openDoor } from './door.js';
import { fail, join, type Joiner, joinWithKey } from './people.js';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
beforeEach(async () => {
  await door.sql(
    'TRUNCATE jobs, attempts, host_keys, zoom_users, standings, links, people, events, notices, audit',
  );
});
afterAll(() => door.close());

const list = async (query = '') => (await door.ask('GET', `/jobs${query}`)).body;
const ids = (jobs: { id: string }[]) => jobs.map(({ id }) => id);
const stateOf = async (id: string) =>
  (await door.sql('SELECT state FROM jobs WHERE id = $1', [id]))[0]?.state;

async function joinMany(count: number): Promise<Joiner[]> {
  const people = [];
  for (let n = 0; n < count; n++) people.push(await join(door, `p${n}@example.com`));
  return people;
}

describe('the list', () => {
  test('shows a job as the contract says', async () => {
    const { id, jobId } = await join(door, 'ann@example.com');
    expect(await list()).toEqual({
      jobs: [
        {
          id: jobId,
          personId: id,
          action: 'set',
          state: 'queued',
          code: null,
          source: expect.stringMatching(/okta|zoom/),
          attempts: 0,
          createdAt: expect.any(String),
          finishedAt: null,
        },
      ],
      nextCursor: null,
    });
  });

  test('is the newest first, and page by page loses and doubles none, whatever comes in between', async () => {
    const people = await joinMany(7);
    const newestFirst = ids((await list()).jobs);
    expect([...newestFirst].sort()).toEqual(people.map(({ jobId }) => jobId).sort());
    const walked: string[] = [];
    for (let cursor = ''; ;) {
      const page = await list(`?limit=3${cursor}`);
      walked.push(...ids(page.jobs));
      if (!page.nextCursor) break;
      cursor = `&cursor=${page.nextCursor}`;
      await join(door, `${newId()}@example.com`);
    }
    expect(walked).toEqual(newestFirst);
  });

  test('is narrowed by state, code, action, source and person, and by all of them together', async () => {
    const [ann, bob] = (await joinMany(3)) as [Joiner, Joiner, Joiner];
    await fail(door, ann);
    await fail(door, bob, 'ZOOM_TIMEOUT');
    const [{ source }] = (await list()).jobs;
    expect(ids((await list('?state=failed')).jobs)).toEqual([bob.jobId, ann.jobId]);
    expect(ids((await list('?code=ZOOM_TIMEOUT')).jobs)).toEqual([bob.jobId]);
    expect(ids((await list(`?person=${ann.id}`)).jobs)).toEqual([ann.jobId]);
    expect(ids((await list(`?person=${encodeURIComponent(ann.zoomUserId)}`)).jobs)).toEqual([ann.jobId]);
    expect((await list('?action=clear')).jobs).toEqual([]);
    expect((await list(`?source=${source}`)).jobs).toHaveLength(3);
    const all = `?state=failed&code=ZOOM_REFUSED&action=set&source=${source}&person=${ann.id}`;
    expect(ids((await list(all)).jobs)).toEqual([ann.jobId]);
  });

  test.each([
    ['?state=lost', 'INPUT_INVALID'],
    ['?state=failed&state=done', 'INPUT_INVALID'],
    ['?code=a', 'INPUT_INVALID'],
    ['?limit=0', 'INPUT_INVALID'],
    ['?limit=501', 'INPUT_INVALID'],
    ['?limit=1e2', 'INPUT_INVALID'],
    ['?cursor=1', 'INPUT_INVALID'],
    ['?stat=failed', 'INPUT_INVALID'],
    ['?person=%00', 'INPUT_INVALID'],
    ['?source=nobody', 'SOURCE_UNKNOWN'],
    ['?person=nobody', 'PERSON_UNKNOWN'],
  ])('narrowed by %s is a clear error instead of an empty list', async (query, code) => {
    expect((await list(query)).code).toBe(code);
  });
});

describe('a job', () => {
  test('is shown with its attempts, in order', async () => {
    const { id, jobId, zoomUserId } = await join(door, 'ann@example.com');
    for (const number of [2, 1]) {
      await door.sql(
        `INSERT INTO attempts (job_id, number, zoom_user_id, generation, value_hash, lease_token, started_at, lease_until, outcome, code, status, tracking_id)
         VALUES ($1, $2, $3, 1, 'test:739152', gen_random_uuid(), now(), now(), 'failed', 'ZOOM_UNAVAILABLE', 503, 'WEB_1')`,
        [jobId, number, zoomUserId],
      );
    }
    const { body, text } = await door.ask('GET', `/jobs/${jobId}`);
    expect(body).toMatchObject({ id: jobId, personId: id, zoomUserId, reason: expect.any(String) });
    expect(body.tries).toEqual([
      expect.objectContaining({ number: 1, code: 'ZOOM_UNAVAILABLE', status: 503, trackingId: 'WEB_1' }),
      expect.objectContaining({ number: 2 }),
    ]);
    expect(text).not.toMatch(/739152|lease|hash/i);
  });

  test('that is not there is a 404', async () => {
    expect((await door.ask('GET', `/jobs/${newId()}`)).body).toMatchObject({
      status: 404,
      code: 'JOB_UNKNOWN',
    });
    expect((await door.ask('GET', '/jobs/7')).body).toMatchObject({ status: 400, code: 'INPUT_INVALID' });
  });
});

describe('a re-run', () => {
  const rerun = (body: unknown) => door.ask('POST', '/jobs/rerun', body);

  test('of one failed job queues it again, and is audited', async () => {
    const ann = await join(door, 'ann@example.com');
    await fail(door, ann);
    expect((await door.ask('POST', `/jobs/${ann.jobId}/rerun`)).body).toEqual({
      id: ann.jobId,
      outcome: 'queued',
    });
    expect(await stateOf(ann.jobId)).toBe('queued');
    expect(await door.sql('SELECT actor, action, detail FROM audit')).toEqual([
      { actor: 'root', action: 'jobs.rerun', detail: { jobIds: [ann.jobId] } },
    ]);
  });

  test('decides afresh: what is no longer needed is superseded', async () => {
    const ann = await joinWithKey(door, 'ann@example.com', '739152');
    await fail(door, ann);
    expect((await rerun({ ids: [ann.jobId] })).body).toEqual({
      jobs: [{ id: ann.jobId, outcome: 'superseded' }],
    });
  });

  test('of all that failed takes every one, more than fit in one step, and nothing else', async () => {
    const [ann, bob] = (await joinMany(2)) as [Joiner, Joiner];
    await fail(door, ann);
    const others = Array.from({ length: 230 }, newId);
    await door.sql(
      `WITH p AS (INSERT INTO people (id) SELECT unnest($1::uuid[]) RETURNING id)
       INSERT INTO jobs (id, person_id, action, state, code, reason, priority, next_attempt_at, finished_at)
       SELECT id, id, 'set', 'failed', 'ZOOM_REFUSED', 'wanted', 3, now(), now() FROM p`,
      [others],
    );
    const { jobs } = (await rerun({ allFailed: true })).body;
    expect(ids(jobs).sort()).toEqual([ann.jobId, ...others].sort());
    expect((await list('?state=failed')).jobs).toEqual([]);
    expect(await stateOf(bob.jobId)).toBe('queued');
    const [{ count }] = await door.sql(`SELECT count(*)::int FROM audit WHERE action = 'jobs.rerun'`);
    expect(count).toBe(3);
  });

  test('by filter takes those that fit', async () => {
    const [ann, bob] = (await joinMany(2)) as [Joiner, Joiner];
    await fail(door, ann);
    await fail(door, bob, 'ZOOM_TIMEOUT');
    expect((await rerun({ code: 'ZOOM_TIMEOUT' })).body.jobs).toEqual([{ id: bob.jobId, outcome: 'queued' }]);
    expect(await stateOf(ann.jobId)).toBe('failed');
    expect((await rerun({ state: 'failed', person: ann.id })).body.jobs).toHaveLength(1);
  });

  test('of a job that has not failed, or is not there, says so', async () => {
    const ann = await join(door, 'ann@example.com');
    const unknown = newId();
    const outcomes = (await rerun({ ids: [ann.jobId, unknown] })).body.jobs;
    expect(outcomes).toEqual([
      { id: ann.jobId, outcome: 'not-failed' },
      { id: unknown, outcome: 'unknown' },
    ]);
    expect((await door.ask('POST', `/jobs/${ann.jobId}/rerun`)).body).toMatchObject({
      status: 409,
      code: 'JOB_NOT_FAILED',
    });
    expect((await door.ask('POST', `/jobs/${unknown}/rerun`)).body).toMatchObject({
      status: 404,
      code: 'JOB_UNKNOWN',
    });
  });

  test.each([
    {},
    { allFailed: true, code: 'ZOOM_TIMEOUT' },
    { allFailed: false },
    { ids: [] },
    { ids: ['7'] },
    { ids: [newId()], allFailed: true },
    { state: 'waiting' },
  ])('of %j is refused: never all by mistake', async (body) => {
    expect((await rerun(body)).body).toMatchObject({ status: 400, code: 'INPUT_INVALID' });
  });
});
