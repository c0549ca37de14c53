import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '../../src/records/id.js';
import { type Door, openDoor } from './door.js';
import { join, type Joiner, sourceId } from './people.js';

let door: Door;
let people: Joiner[];

beforeAll(async () => {
  door = await openDoor();
});
beforeEach(async () => {
  await door.sql(
    'TRUNCATE jobs, attempts, host_keys, zoom_users, standings, links, people, events, notices, audit',
  );
  people = [];
  for (let n = 0; n < 3; n++) people.push(await join(door, `p${n}@example.com`));
  await door.sql(`UPDATE jobs SET state = 'braked', told_at = now() - interval '1 day'`);
});
afterAll(() => door.close());

const release = (body: unknown) => door.ask('POST', '/jobs/release', body);
const braked = async () =>
  (await door.sql<{ id: string }>(`SELECT id FROM jobs WHERE state = 'braked' ORDER BY id`)).map(
    ({ id }) => id,
  );
const jobIds = (...some: Joiner[]) => some.map(({ jobId }) => jobId).sort();

describe('a release', () => {
  test('of all sends every braked job on, due at once and at the priority it had, and is audited', async () => {
    const { status, body } = await release({ all: true });
    expect(status).toBe(200);
    expect(body.released).toBe(3);
    expect(body.jobs).toContainEqual({ id: people[0]!.jobId, outcome: 'queued' });
    expect(
      await door.sql('SELECT state, priority, told_at, next_attempt_at <= now() AS due FROM jobs'),
    ).toEqual(Array(3).fill({ state: 'queued', priority: 3, told_at: null, due: true }));
    expect(await door.sql(`SELECT actor, action, detail FROM audit WHERE actor = 'root'`)).toEqual([
      { actor: 'root', action: 'jobs.release', detail: { jobIds: jobIds(...people) } },
    ]);
  });

  test('said twice releases nothing more', async () => {
    await release({ all: true });
    expect((await release({ all: true })).body).toEqual({ released: 0, jobs: [] });
    expect((await release({ ids: [people[0]!.jobId] })).body).toEqual({
      released: 0,
      jobs: [{ id: people[0]!.jobId, outcome: 'not-braked' }],
    });
  });

  test('by person, by id, by action or by source takes those that fit', async () => {
    const [ann, bob, cleo] = people as [Joiner, Joiner, Joiner];
    await release({ person: ann.mail });
    expect(await braked()).toEqual(jobIds(bob, cleo));
    await release({ person: bob.id });
    expect(await braked()).toEqual(jobIds(cleo));
    expect((await release({ action: 'clear' })).body.released).toBe(0);
    await door.sql('UPDATE jobs SET source_id = $1 WHERE id = $2', [
      await sourceId(door, 'zoom'),
      cleo.jobId,
    ]);
    await sourceId(door, 'okta');
    expect((await release({ source: 'okta' })).body.released).toBe(0);
    expect((await release({ source: 'zoom', state: 'braked' })).body.released).toBe(1);
    const unknown = newId();
    expect((await release({ ids: [unknown] })).body.jobs).toEqual([{ id: unknown, outcome: 'unknown' }]);
  });

  test('of more than fit in one step takes every one', async () => {
    const others = Array.from({ length: 230 }, newId);
    await door.sql(
      `WITH p AS (INSERT INTO people (id) SELECT unnest($1::uuid[]) RETURNING id)
       INSERT INTO jobs (id, person_id, action, state, reason, priority, next_attempt_at)
       SELECT id, id, 'set', 'braked', 'renewed', 3, now() FROM p`,
      [others],
    );
    expect((await release({ all: true })).body.released).toBe(233);
    expect(await braked()).toEqual([]);
  });

  test.each([
    {},
    { all: false },
    { all: true, action: 'clear' },
    { ids: [] },
    { ids: [newId()], all: true },
    { state: 'failed' },
  ])('of %j is refused: never all by mistake', async (body) => {
    expect((await release(body)).body).toMatchObject({ status: 400, code: 'INPUT_INVALID' });
    expect(await braked()).toHaveLength(3);
  });

  test('on the command line tells how many, and when there were none', async () => {
    expect((await door.run(['jobs', 'list', '--state', 'braked'])).stdout.match(/braked/g)).toHaveLength(3);
    const one = ['jobs', 'release', '--person', people[0]!.mail];
    expect(await door.run(one)).toMatchObject({ code: 0, stdout: 'released 1 job\n' });
    expect(await door.run(one)).toMatchObject({ code: 0, stdout: 'no braked job fits\n' });
    expect((await door.run(['jobs', 'release'])).code).toBe(2);
    const json = (await door.run(['jobs', 'release', '--all', '--json'])).stdout;
    expect(JSON.parse(json)).toMatchObject({ released: 2 });
  });
});
