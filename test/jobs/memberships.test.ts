import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { lookUp } from '../../src/jobs/look-up.js';
import { goLive } from '../../src/jobs/go-live.js';
import { createGroupKeeper } from '../../src/jobs/groups.js';
import { deadlineIn } from '../../src/records/deadline.js';
import { expectAtRest } from '../harness/at-rest.js';
import { openDirectory, type Directory, type Member } from '../harness/directory.js';
import { addSource, intakeOf, joined, left } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let directory: Directory;
let people = 0;

beforeEach(async () => {
  service = await startCore({}, { durations: { sweepMs: 200 } });
  directory = await openDirectory(service.core, { entitledGroups: ['Hosts', 'ext-42', 'ΛΟΓΟΣ'] });
});
afterEach(() => service.close());

/** Known to the directory, active in Zoom. */
async function member(of = directory): Promise<Member> {
  const { email } = service.zoom.users.add({ email: `person${++people}@example.com` });
  return of.user(email);
}

async function ask({ mail }: Member): Promise<string> {
  const { database, keys } = service.core;
  const found = await lookUp({ mail }, { pool: database.pool, keys });
  return found.outcome === 'key' ? 'key' : found.code;
}

/** Once all that follows is done. */
async function rested(member: Member): Promise<string> {
  await service.core.memberships.settled();
  await expectAtRest(service);
  return ask(member);
}

const sql = async <Row extends object>(text: string, values: unknown[] = []) =>
  (await service.core.database.pool.query<Row>(text, values)).rows;
const generation = async () =>
  (await sql<{ generation: number }>('SELECT max(generation) AS generation FROM host_keys'))[0]?.generation;

describe('where a source has entitled groups', () => {
  test('nobody gets a key who is in none of them', async () => {
    const ann = await member();
    await directory.group('Others', [ann]);
    expect(await rested(ann)).toBe('NOT_ENTITLED');
    expect(await sql('SELECT FROM jobs')).toEqual([]);
  });

  test.each([
    ['of that displayName, in any case', ['HOSTS']],
    ['of that displayName, whose last letter changes by itself', ['ΛΟΓΟΣ']],
    ['of that externalId', ['Some of us', 'ext-42']],
  ])('whoever joins the group %s gets one, and whoever leaves it loses it', async (_, [name, externalId]) => {
    const ann = await member();
    const hosts = await directory.group(name!, [], externalId);
    await directory.join(hosts, ann);
    expect(await rested(ann)).toBe('key');
    await directory.quit(hosts, ann);
    expect(await ask(ann)).toBe('NOT_ENTITLED');
    expect(await rested(ann)).toBe('NOT_ENTITLED');
    const done = await sql<{ action: string; state: string }>('SELECT action, state FROM jobs ORDER BY id');
    expect(done).toEqual([
      { action: 'set', state: 'done' },
      { action: 'clear', state: 'done' },
    ]);
  });

  test('whoever comes back to the group gets another key', async () => {
    const ann = await member();
    const hosts = await directory.group('Hosts', [ann]);
    expect([await rested(ann), await generation()]).toEqual(['key', 1]);
    await directory.quit(hosts, ann);
    await rested(ann);
    await directory.join(hosts, ann);
    expect([await rested(ann), await generation()]).toEqual(['key', 2]);
  });

  test('whoever is in two of them and leaves one keeps the key', async () => {
    const ann = await member();
    const hosts = await directory.group('Hosts', [ann]);
    await directory.group('More hosts', [ann], 'ext-42');
    expect(await rested(ann)).toBe('key');
    await directory.quit(hosts, ann);
    expect([await rested(ann), await generation()]).toEqual(['key', 1]);
    expect(await sql(`SELECT FROM jobs WHERE action = 'clear'`)).toEqual([]);
  });

  test('whatever others say, their people need a membership too', async () => {
    const other = await addSource(service.core, 'scim', 'other');
    const { email: mail } = service.zoom.users.add({ email: 'elsewhere@example.com' });
    await service.core.acceptor.accept(intakeOf(other, joined(mail)));
    const known = await directory.user(mail);
    expect(await rested(known)).toBe('NOT_ENTITLED');
    await directory.group('Hosts', [known]);
    expect(await rested(known)).toBe('key');
    await service.core.acceptor.accept(intakeOf(other, left(mail)));
    expect(await rested(known)).toBe('LEFT');
  });

  test('a member who is deactivated loses the key, and has it again when they are back', async () => {
    const ann = await member();
    await directory.group('Hosts', [ann]);
    expect(await rested(ann)).toBe('key');
    await directory.leave(ann);
    expect(await rested(ann)).toBe('LEFT');
    await directory.comeBack(ann);
    expect([await rested(ann), await generation()]).toEqual(['key', 2]);
  });

  test('a member of a group in the group gets none', async () => {
    const ann = await member();
    const inner = await directory.group('Inner', [ann]);
    await directory.group('Hosts', [{ id: inner, mail: '' }]);
    expect(await rested(ann)).toBe('NOT_ENTITLED');
  });

  test('whoever is told of only after they joined has a key at once', async () => {
    const ann = await member();
    await sql(
      'DELETE FROM links; DELETE FROM standings; DELETE FROM jobs; UPDATE events SET person_id = NULL',
    );
    await directory.group('Hosts', [ann]);
    await service.core.memberships.settled();
    const event = joined(ann.mail, { record: ann.id });
    await service.core.acceptor.accept(intakeOf(directory.sourceId, event));
    expect(await rested(ann)).toBe('key');
  });

  test('each who joins or leaves is an event of the notice that said so', async () => {
    const [ann, ben] = [await member(), await member()];
    const hosts = await directory.group('Hosts', [ann]);
    await service.core.memberships.settled();
    const others = await directory.group('ext', [ann], 'ext-42');
    await service.core.memberships.settled();
    await directory.join(hosts, ben);
    await service.core.memberships.settled();
    await directory.quit(others, ann);
    await service.core.memberships.settled();
    const events = await sql(
      `SELECT type, outcome, reason, record, subject FROM events WHERE reason LIKE '%the group%' ORDER BY id`,
    );
    const of = ({ id, mail }: Member) => ({ record: id, subject: mail });
    expect(events).toEqual([
      { type: 'created', outcome: 'applied', reason: 'joined the group "Hosts"', ...of(ann) },
      { type: 'created', outcome: 'no-change', reason: 'joined the group "ext"', ...of(ann) },
      { type: 'created', outcome: 'applied', reason: 'joined the group "Hosts"', ...of(ben) },
      { type: 'removed', outcome: 'no-change', reason: 'left the group "ext"', ...of(ann) },
    ]);
    expect(await sql('SELECT FROM membership_news')).toEqual([]);
  });
});

describe('a group comes to decide, or no longer does,', () => {
  test('by its name', async () => {
    const ann = await member();
    const group = await directory.group('Others', [ann]);
    await directory.rename(group, 'Hosts');
    expect(await rested(ann)).toBe('key');
    await directory.rename(group, 'Others');
    expect(await ask(ann)).toBe('NOT_ENTITLED');
    expect(await rested(ann)).toBe('NOT_ENTITLED');
  });

  test('by its externalId', async () => {
    const ann = await member();
    const group = await directory.group('Others', [ann], 'ext-1');
    await directory.rename(group, 'Others', 'ext-42');
    expect(await rested(ann)).toBe('key');
    await directory.rename(group, 'Others', 'ext-1');
    expect(await rested(ann)).toBe('NOT_ENTITLED');
  });

  test('by its end', async () => {
    const ann = await member();
    const group = await directory.group('Hosts', [ann]);
    expect(await rested(ann)).toBe('key');
    await directory.drop(group);
    expect(await ask(ann)).toBe('NOT_ENTITLED');
    expect(await rested(ann)).toBe('NOT_ENTITLED');
    expect(await sql(`SELECT FROM jobs WHERE action = 'clear' AND state = 'done'`)).toHaveLength(1);
  });
});

test('what a crash left undone after the commit is found by the sweep', async () => {
  const ann = await member();
  const { pool } = service.core.database;
  const { newId, failpoint } = service.core;
  const dying = createGroupKeeper({ pool, newId, failpoint, follow: () => undefined });
  const hosts = await directory.group('Hosts');
  const change = { sourceId: directory.sourceId, id: hosts, body: {}, deadline: deadlineIn(60_000) };
  const steps = [{ step: 'add' as const, members: [{ id: ann.id, display: null }] }];
  await dying.change(change, { next: () => undefined, steps });
  await waitFor('the key', async () => (await ask(ann)) === 'key');
  await dying.remove(change);
  expect(await ask(ann)).toBe('NOT_ENTITLED');
  const cleared = `SELECT FROM jobs WHERE action = 'clear' AND state = 'done'`;
  await waitFor('the clear', async () => (await sql(cleared)).length === 1);
});

test('news that cannot be decided upon does not keep the others from it', async () => {
  const [ann, ben, cid] = [await member(), await member(), await member()];
  await sql(`CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''broken''; END'`);
  await sql(
    `CREATE TRIGGER break BEFORE INSERT ON events FOR EACH ROW WHEN (NEW.record = '${ben.id}') EXECUTE FUNCTION break()`,
  );
  await directory.group('Hosts', [ann, ben, cid]);
  for (const one of [ann, cid]) await waitFor('the key', async () => (await ask(one)) === 'key');
  expect(await sql('SELECT member_id AS id FROM membership_news')).toEqual([{ id: ben.id }]);
  expect(service.logged()).toContain('membership left out');
  await sql('DROP TRIGGER break ON events');
  await waitFor('the key', async () => (await ask(ben)) === 'key');
});

describe('an observed source with entitled groups', () => {
  test('keeps nobody from a key until it goes live, and says before whom it would', async () => {
    await sql('UPDATE sources SET removed_at = now() WHERE id = $1', [directory.sourceId]);
    const plain = await openDirectory(service.core, { name: 'plain' });
    const [ann, ben, cid] = [await member(plain), await member(plain), await member(plain)];
    const trial = await openDirectory(service.core, {
      name: 'trial',
      entitledGroups: ['Hosts'],
      observed: true,
    });
    const [annThere] = [await trial.user(ann.mail), await trial.user(ben.mail)];
    await trial.group('Hosts', [annThere!]);
    for (const one of [ann, ben, cid]) expect(await rested(one)).toBe('key');
    expect(await sql('SELECT FROM membership_news')).toEqual([]);
    const source = { id: trial.sourceId, kind: 'scim', everybody: true };
    const forecast = await goLive(source, { ...service.run, dryRun: true });
    expect(forecast).toMatchObject({ people: 3, clear: 2, skipped: { held: 1 } });
    await sql('UPDATE sources SET observed = false WHERE id = $1', [trial.sourceId]);
    expect(await goLive(source, service.run)).toEqual(forecast);
    expect([await rested(ann), await rested(ben), await rested(cid)]).toEqual([
      'key',
      'NOT_ENTITLED',
      'NOT_ENTITLED',
    ]);
  });
});

test('a group is not said to be kept while the database is not there', async () => {
  const pool = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none', max: 1 });
  const { newId, failpoint } = service.core;
  const { create } = createGroupKeeper({ pool, newId, failpoint, follow: () => undefined });
  const row = { nameKey: 'hosts', externalId: null, resource: { displayName: 'Hosts' } };
  const asked = { sourceId: directory.sourceId, id: newId(), body: {}, deadline: deadlineIn(60_000) };
  await expect(create(asked, row, [])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await pool.end();
});
