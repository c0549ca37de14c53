import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { killCommands, runCommand, startCommand } from '../harness/command.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';
import { intakeOf, joined } from '../harness/people.js';
import { environment, startCore, type TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

const PEOPLE = 2_000;
const AT_ONCE = 500;
const COMMAND = ['source', 'go-live', 'okta', '--yes', '--json'];

let database: TestDatabase;
let zoom: RehearsalZoom;
let outside: TestCore;

beforeAll(async () => {
  database = await createTestDatabase();
  zoom = await startRehearsalZoom();
  outside = await startCore({}, { databaseUrl: database.url, zoom, workers: false });
});
afterEach(killCommands);
afterAll(async () => {
  await outside.close();
  await zoom.close();
  await database.drop();
});

const jobs = () => outside.core.database.prisma.job.count({ where: { action: 'set' } });

test('a go-live killed in its midst is ended by the next: everybody is decided once, and nobody left out', async () => {
  const env = environment(database.url, zoom);
  await runCommand(['source', 'add', 'okta', '--kind', 'scim', '--observe', '--json'], env);
  const { id } = await outside.core.database.prisma.source.findFirstOrThrow({ where: { name: 'okta' } });
  for (let told = 0; told < PEOPLE; told += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, (_, index) => joined(`person${told + index}@example.com`));
    await outside.core.acceptor.accept(intakeOf(id, ...some));
  }
  expect(await jobs()).toBe(0);

  const first = startCommand(COMMAND, env);
  await waitFor('the first to be decided', async () => (await jobs()) > 0, 60_000);
  first.signal('SIGKILL');
  expect(await first.ended()).toBe('SIGKILL');
  expect(await jobs()).toBeLessThan(PEOPLE);

  expect(JSON.parse(await runCommand(COMMAND, env))).toMatchObject({ live: true, people: PEOPLE });
  const { rows } = await outside.core.database.pool.query<{ jobs: number; people: number }>(
    `SELECT jobs, count(*)::int AS people FROM
       (SELECT count(jobs.id)::int AS jobs FROM people LEFT JOIN jobs ON jobs.person_id = people.id GROUP BY people.id) each
     GROUP BY jobs`,
  );
  expect(rows).toEqual([{ jobs: 1, people: PEOPLE }]);
}, 120_000);
