import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAcceptor } from '../../src/jobs/accept.js';
import { createBrake } from '../../src/jobs/brake.js';
import { lookUp } from '../../src/jobs/look-up.js';
import { clearEvent, OPERATOR_SOURCE_ID, rotateEvent } from '../../src/jobs/operator.js';
import { redecide } from '../../src/jobs/redecide.js';
import { release } from '../../src/jobs/release.js';
import { runJob } from '../../src/jobs/run.js';
import { createSweeper } from '../../src/jobs/sweep.js';
import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import { expectAtRest } from '../harness/at-rest.js';
import { addSource, intakeOf, joined, left, told, zoomSaid } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let sourceId: string;

beforeEach(async () => {
  service = await startCore({ BRAKE_MINIMUM: '10' });
  sourceId = await addSource(service.core, 'scim', 'okta');
});
afterEach(() => service.close());

type ZoomUser = ReturnType<TestCore['zoom']['users']['add']>;

const say = (...events: LifecycleEvent[]) => service.core.acceptor.accept(intakeOf(sourceId, ...events));
const sayEach = (users: ZoomUser[], eventOf: (mail: string) => LifecycleEvent) =>
  Promise.all(users.map((user) => say(eventOf(user.email))));
const operator = (event: LifecycleEvent) => service.core.acceptor.accept(intakeOf(OPERATOR_SOURCE_ID, event));
const sql = async <Row extends object>(text: string, values: unknown[] = []) =>
  (await service.core.database.pool.query<Row>(text, values)).rows;

/** People with a key of ours in Zoom. */
async function holders(count: number): Promise<ZoomUser[]> {
  const users = Array.from({ length: count }, (_, n) =>
    service.zoom.users.add({ email: `person${n}@example.com` }),
  );
  await sayEach(users, joined);
  await expectAtRest(service);
  return users;
}

async function counted(where = 'true'): Promise<Record<string, number>> {
  const rows = await sql<{ state: string; n: number }>(
    `SELECT state, count(*)::int AS n FROM jobs WHERE ${where} GROUP BY state`,
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}

const clears = () => counted(`action = 'clear'`);
const brakedIds = async () =>
  (await sql<{ id: string }>(`SELECT id FROM jobs WHERE state = 'braked' ORDER BY id`)).map(({ id }) => id);
const alerts = () => service.logged().split('"alert":"BRAKE_PULLED"').length - 1;
const personId = async (mail: string) =>
  (await sql<{ id: string }>('SELECT person_id AS id FROM links WHERE value = $1', [mail]))[0]!.id;

/** So many who are said to be gone at once; what passed is done. */
async function stampede(count: number) {
  const users = await holders(count);
  const keyOf = ({ id }: ZoomUser) => service.zoom.users.hostKeyOf(id);
  const before = new Map(users.map((user) => [user, keyOf(user)]));
  await sayEach(users, left);
  await waitFor('what passed to be done', async () => (await clears())['done'] === 10, 20_000);
  return { users, untouched: () => users.filter((user) => keyOf(user) === before.get(user)) };
}

describe('a source that says 300 people are gone at once', () => {
  test('is braked after the first ones with one alert; a release clears the others, counts for nothing and may be said twice', async () => {
    const { untouched } = await stampede(300);
    expect(await clears()).toEqual({ done: 10, braked: 290 });
    expect(untouched()).toHaveLength(290);
    expect(alerts()).toBe(1);
    expect(service.logged()).toMatch(/"source":"okta".*"limit":10,.*"code":"BRAKE_PULLED"/);
    const ids = await brakedIds();
    const outcomes = await release(ids, service.run);
    expect(outcomes.every(({ outcome }) => outcome === 'queued')).toBe(true);
    expect((await release(ids, service.run)).every(({ outcome }) => outcome === 'not-braked')).toBe(true);
    await expectAtRest(service, 60_000);
    expect(await clears()).toEqual({ done: 300 });
    expect(untouched()).toEqual([]);
    expect(await sql('SELECT spent FROM brakes')).toEqual([
      { spent: [{ at: expect.any(Number), count: 10 }] },
    ]);
  });

  test('and then that they are not, leaves the braked with the keys they had, and gives new ones to the others', async () => {
    const { users, untouched } = await stampede(300);
    const kept = untouched();
    await sayEach(users, joined);
    await expectAtRest(service, 60_000);
    expect(await clears()).toEqual({ done: 10, superseded: 290 });
    expect(untouched()).toEqual(kept);
    expect(await sql(`SELECT count(*)::int AS n FROM host_keys WHERE state = 'active'`)).toEqual([
      { n: 300 },
    ]);
  });
});

describe('what is braked', () => {
  test('is refused at look-up', async () => {
    const { untouched } = await stampede(20);
    const { database, keys } = service.core;
    for (const { email } of untouched())
      expect(await lookUp({ mail: email }, { pool: database.pool, keys })).toMatchObject({ code: 'LEFT' });
  });

  test('is undone when what its source said is dropped', async () => {
    const { users, untouched } = await stampede(20);
    const kept = untouched();
    await sql('UPDATE standings SET standing = NULL WHERE source_id = $1', [sourceId]);
    const other = await addSource(service.core, 'scim', 'entra');
    for (const { email } of users)
      await service.core.acceptor.accept(intakeOf(other, joined(email, { record: `entra ${email}` })));
    await expectAtRest(service);
    expect(await clears()).toEqual({ done: 10, superseded: 10 });
    expect(untouched()).toEqual(kept);
  });

  test('does not keep an operator from clearing, nor anybody from joining', async () => {
    const { untouched } = await stampede(20);
    const [{ email: mail }] = untouched() as [ZoomUser];
    await operator(clearEvent({ id: await personId(mail), mail }));
    const late = service.zoom.users.add({ email: 'late@example.com' });
    await say(joined(late.email));
    await waitFor('both to be done', async () => {
      const { done } = await counted(`(action = 'clear' OR person_id = '${await personId(late.email)}')`);
      return done === 12;
    });
    expect(await clears()).toEqual({ done: 11, braked: 9 });
  });

  test('stays so: no sweep, no attempt and no fresh decision sends it on', async () => {
    await stampede(20);
    const [id = ''] = await brakedIds();
    await sql('UPDATE jobs SET next_attempt_at = now(), told_at = NULL WHERE id = $1', [id]);
    const sweeper = createSweeper({ ...service.core, ...service.run });
    await sweeper.sweep();
    await sweeper.close();
    await runJob(id, 1, service.run);
    const people = await sql<{ id: string }>('SELECT id FROM people');
    await redecide(
      people.map((one) => one.id),
      service.run,
    );
    expect(await clears()).toEqual({ done: 10, braked: 10 });
    expect(await sql('SELECT told_at FROM jobs WHERE id = $1', [id])).toEqual([{ told_at: null }]);
  });
});

describe('the brake', () => {
  test('counts together what many processes are told at once: none of them overshoots, one alerts', async () => {
    const users = await holders(40);
    const { core } = service;
    const processes = Array.from({ length: 4 }, () => {
      const { percent, minimum } = { percent: 2, minimum: 10 };
      const brake = createBrake({ percent, minimum, durations: core.durations, log: core.log });
      return createAcceptor({
        ...core,
        brake,
        pool: core.database.pool,
        tell: core.relay,
        rotateOnTransfer: true,
      });
    });
    await Promise.all(users.map(({ email }, n) => processes[n % 4]!.accept(intakeOf(sourceId, left(email)))));
    const { braked = 0, ...passed } = await clears();
    expect(braked).toBe(30);
    expect(Object.values(passed).reduce((sum, n) => sum + n, 0)).toBe(10);
    expect(alerts()).toBe(1);
  });

  test('counts clears and rotations together, those at a Zoom user no longer theirs too, and each source alone', async () => {
    const users = await holders(30);
    const zoomSource = await addSource(service.core, 'zoom');
    for (const department of ['Sales', 'Law'])
      for (const { email } of users.slice(0, 6)) await say(told(email, { attributes: { department } }));
    await sayEach(users.slice(6, 12), left);
    const count = await counted(`reason IN ('renewed', 'left')`);
    expect(count['braked']).toBe(2);
    // Zoom has six of the others under another id by now.
    for (const { email, id } of users.slice(12, 24)) {
      const again = { id: `again-${id}`, email };
      await service.core.acceptor.accept(intakeOf(zoomSource, zoomSaid(again, 'active')));
    }
    expect((await counted(`reason = 'not-theirs'`))['braked']).toBe(2);
    expect(alerts()).toBe(2);
  });

  test('never holds back what an operator asks for, also when a source had asked before', async () => {
    const users = await holders(25);
    const people = await Promise.all(
      users.map(async ({ email }) => ({ id: await personId(email), mail: email })),
    );
    for (const one of people.slice(0, 12)) await operator(clearEvent(one));
    for (const one of people.slice(12, 24)) await operator(rotateEvent(one));
    expect(await brakedIds()).toEqual([]);
    await sql(`INSERT INTO brakes (source_id, spent) VALUES ($1, $2)`, [
      sourceId,
      JSON.stringify([{ at: Date.now(), count: 10 }]),
    ]);
    const last = people[24]!;
    for (const department of ['Sales', 'Law']) await say(told(last.mail, { attributes: { department } }));
    expect(await brakedIds()).toHaveLength(1);
    await operator(rotateEvent(last));
    expect(await brakedIds()).toEqual([]);
    await expectAtRest(service);
  });

  test('lets more pass in a larger company, whose people are not counted for every event', async () => {
    const users = await holders(30);
    await sql(`INSERT INTO people (id) SELECT gen_random_uuid() FROM generate_series(1, 970)`);
    await sayEach(users, left);
    expect(await brakedIds()).toHaveLength(10);
    expect(await sql('SELECT people FROM brakes')).toEqual([{ people: 1_000 }]);
  });

  test('alerts again when it is pulled again after a release, and lets pass again after the hour', async () => {
    const users = await holders(24);
    await sayEach(users.slice(0, 11), left);
    await release(await brakedIds(), service.run);
    await sayEach(users.slice(11, 13), left);
    expect(await brakedIds()).toHaveLength(2);
    expect(alerts()).toBe(2);
    await sql(
      `UPDATE brakes SET spent = jsonb_set(spent, '{0,at}', to_jsonb((spent->0->>'at')::float8 - 3900000))`,
    );
    await sayEach(users.slice(13, 23), left);
    expect(await brakedIds()).toHaveLength(2);
  });

  test.each([
    ['that source’s account', 'okta'],
    ['an account of our own, when no source is the cause', null],
  ])('holds for people decided upon anew because settings changed, on %s', async (_, source) => {
    const users = await holders(15);
    const options = { ...service.run, ...(source && { sourceId }) };
    const ids = await Promise.all(users.map(({ email }) => personId(email)));
    await sql('UPDATE sources SET observed = true WHERE id = $1', [sourceId]);
    await redecide(ids, options);
    expect(await brakedIds()).toHaveLength(5);
    expect(service.logged()).toContain(`"source":${JSON.stringify(source)},"braked":5`);
    await sql('UPDATE sources SET observed = false WHERE id = $1', [sourceId]);
    await redecide(ids, options);
    expect(await brakedIds()).toEqual([]);
    await expectAtRest(service);
  });
});
