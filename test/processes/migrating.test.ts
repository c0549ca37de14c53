import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { killCommands, runCommand, startCommand, type RunningCommand } from '../harness/command.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../harness/database.js';
import { postUser } from '../harness/scim.js';
import { environment } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

/** Of those that change the schema, ours are some forty; after them come the queue's. */
const STATEMENTS = [1, 8, 22, 36, 45, 120];
const IN_THE_MIDST = 10;
const ACTIVITY = `pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'hostkeeper%'`;

let zoom: RehearsalZoom;
let opened: { database: TestDatabase; client: pg.Client }[];

beforeEach(async () => {
  zoom = await startRehearsalZoom({ plan: 'business' });
  opened = [];
});
afterEach(async () => {
  await killCommands();
  for (const { client, database } of opened) {
    await client.end();
    await database.drop();
  }
  await zoom.close();
});

interface Place {
  env: Record<string, string>;
  client: pg.Client;
}

/** A database that makes whoever changes its schema wait at the statement of that number. */
async function open(create = createEmptyDatabase): Promise<Place> {
  const database = await create();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  opened.push({ database, client });
  await client.query(
    `CREATE SCHEMA test; CREATE SEQUENCE test.statements; CREATE TABLE test.stop AS SELECT 0 AS at;
     CREATE FUNCTION test.wait() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
       IF nextval('test.statements') = (SELECT at FROM test.stop) THEN PERFORM pg_advisory_xact_lock_shared(1); END IF;
     END $$;
     CREATE EVENT TRIGGER wait ON ddl_command_start EXECUTE FUNCTION test.wait()`,
  );
  return { env: environment(database.url, zoom), client };
}

/** The next start is held at its statement of that number, until `letGo`. */
async function holdAt({ client }: Place, at: number): Promise<void> {
  await client.query(
    `SELECT pg_advisory_lock(1), setval('test.statements', 1, false); UPDATE test.stop SET at = ${at}`,
  );
}

const letGo = ({ client }: Place) => client.query('SELECT pg_advisory_unlock(1)');

async function count({ client }: Place, text: string): Promise<number> {
  return (await client.query<{ count: number }>(`SELECT count(*)::int ${text}`)).rows[0]!.count;
}

const waiting = (place: Place) =>
  count(
    place,
    `FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND NOT granted
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
const connected = (place: Place) => count(place, `FROM ${ACTIVITY}`);
const tables = (place: Place) => count(place, `FROM pg_tables WHERE schemaname = 'public'`);

async function isQueueMade({ client }: Place): Promise<boolean> {
  const { rows } = await client.query<{ made: boolean }>(
    `SELECT to_regclass('bullmq.migration') IS NOT NULL AS made`,
  );
  return rows[0]!.made;
}

const start = ({ env }: Place) => startCommand(['serve'], env);

/** Somebody comes, and has their key: notices are taken, the queue told, the work done. */
async function expectServes(service: RunningCommand, { env }: Place): Promise<void> {
  const url = await service.url();
  const { email, id } = zoom.users.add({ email: `joiner-of-${service.pid}@example.com` });
  const source = `okta-${service.pid}`;
  const added = await runCommand(['source', 'add', source, '--kind', 'scim', '--json'], env);
  const { token } = JSON.parse(added) as { token: string };
  expect((await postUser(url, token, email)).status).toBe(201);
  await waitFor('the key to be set', () => zoom.log.of(id).some(({ applied }) => applied), 20_000);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
}

/** Everything in the schema that is ours, one line each. */
async function schemaOf({ client }: Place): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(
    `SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) AS line
       FROM information_schema.columns WHERE table_schema = 'public'
     UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
     UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace
     UNION ALL SELECT concat('migration ', migration_name) FROM _prisma_migrations WHERE finished_at IS NOT NULL
     ORDER BY line`,
  );
  return rows.map(({ line }) => line);
}

async function expectMigrated(place: Place): Promise<void> {
  expect(await schemaOf(place)).toEqual(await schemaOf(await open(createTestDatabase)));
}

/** A start that has come to its statement of that number, and waits there. */
async function startHeld(place: Place, at: number): Promise<RunningCommand> {
  await holdAt(place, at);
  const service = start(place);
  const failed = () => /^error .*/m.exec(service.output())?.[0];
  await waitFor(`its statement ${at}`, async () => (await waiting(place)) > 0 || !!failed(), 30_000);
  expect(failed()).toBeUndefined();
  return service;
}

async function kill(service: RunningCommand): Promise<void> {
  service.signal('SIGKILL');
  expect(await service.ended()).toBe('SIGKILL');
}

test('starts killed at one statement after another of their migrations leave whole ones, and the next two end them', async () => {
  const place = await open();
  const left: number[] = [];
  for (const at of STATEMENTS) {
    await kill(await startHeld(place, at));
    await letGo(place);
    await waitFor('its connections to end', async () => (await connected(place)) === 0);
    left.push(await tables(place));
    expect(await isQueueMade(place)).toBe(false);
  }
  // In the midst of the first of ours, of the next, and of the queue's.
  expect(new Set(left).size).toBeGreaterThan(2);
  expect(left[0]).toBe(0);

  await Promise.all([start(place), start(place)].map((service) => expectServes(service, place)));
  await expectMigrated(place);
}, 120_000);

test.each([
  ['goes on, finds them made', false],
  ['is killed, makes them', true],
])('whoever waits for one that is in the midst of its migrations, and %s', async (_, isKilled) => {
  const place = await open();
  const first = await startHeld(place, IN_THE_MIDST);
  const second = start(place);
  await waitFor(
    'both to wait',
    async () => (await count(place, `FROM ${ACTIVITY} AND wait_event_type = 'Lock'`)) === 2,
  );
  if (isKilled) await kill(first);
  await letGo(place);
  await expectServes(second, place);
  await expectServes(isKilled ? start(place) : first, place);
  await expectMigrated(place);
});

describe('a stop in the midst of the migrations', () => {
  test.each([
    ['ours', createEmptyDatabase],
    ['the queue’s', createTestDatabase],
  ])('ends in order once they can go on: %s', async (_, create) => {
    const place = await open(create);
    const service = await startHeld(place, IN_THE_MIDST);
    service.signal('SIGTERM');
    await letGo(place);
    expect(await service.ended(10_000)).toBe('0');
    await expectServes(start(place), place);
    await expectMigrated(place);
  });

  test('ends within its grace when they cannot, and nothing of them is left', async () => {
    const place = await open();
    const service = await startHeld(place, IN_THE_MIDST);
    service.signal('SIGTERM');
    expect(await service.ended(12_000)).toBe('1');
    await letGo(place);
    await waitFor('its connections to end', async () => (await connected(place)) === 0);
    expect(await tables(place)).toBe(0);
    await expectServes(start(place), place);
    await expectMigrated(place);
  });
});
