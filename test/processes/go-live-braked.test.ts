import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ENTERPRISE_URN } from '../../src/inbound/scim/schema-enterprise.js';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { expectAtRest } from '../harness/at-rest.js';
import { killCommands, runCommand, startCommand, type RunningCommand } from '../harness/command.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';
import { environment, startCore, type TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

const LIMIT = 3;
const BRAKE = { BRAKE_MINIMUM: String(LIMIT), BRAKE_PERCENT: '0' };
const mailsOf = (what: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${what}${n}@example.com`);
/** All but the joiners hold a key before okta counts. */
const goneInEntra = mailsOf('gone-in-entra', 5);
const goneInOkta = mailsOf('gone-in-okta', 9);
const staying = mailsOf('staying', 3);
const joining = mailsOf('joining', 10);

let database: TestDatabase;
let zoom: RehearsalZoom;
let outside: TestCore;
let server: RunningCommand;
let url: string;
let env: Record<string, string>;

beforeAll(async () => {
  database = await createTestDatabase();
  zoom = await startRehearsalZoom({ plan: 'business' });
  outside = await startCore({}, { databaseUrl: database.url, zoom, workers: false });
  env = environment(database.url, zoom, BRAKE);
  server = startCommand(['serve'], env);
  url = await server.url();
});
afterAll(async () => {
  await killCommands();
  await outside.close();
  await zoom.close();
  await database.drop();
});

type Tell = (mail: string, active: boolean, department?: string) => Promise<void>;

/** A SCIM source, and what it says of its people, one request after another. */
async function connect(name: string, ...options: string[]): Promise<Tell> {
  const command = ['source', 'add', name, '--kind', 'scim', '--json', ...options];
  const { token } = JSON.parse(await runCommand(command, env)) as { token: string };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
  const ids = new Map<string, string>();
  return async (mail, active, department) => {
    const user = { userName: mail, active, ...(department && { [ENTERPRISE_URN]: { department } }) };
    const [method, path] = ids.has(mail) ? ['PUT', `/Users/${ids.get(mail)}`] : ['POST', '/Users'];
    const answer = await fetch(`${url}/scim/v2${path}`, { method, headers, body: JSON.stringify(user) });
    expect([200, 201]).toContain(answer.status);
    ids.set(mail, ((await answer.json()) as { id: string }).id);
  };
}

/** How many jobs a source has, by what they are and how they stand. */
async function jobsOf(source: string): Promise<Record<string, number>> {
  const { rows } = await outside.core.database.pool.query<{ what: string; count: number }>(
    `SELECT concat(action, ' ', state) AS what, count(*)::int FROM jobs WHERE source_id = (SELECT id FROM sources WHERE name = $1)
     GROUP BY what`,
    [source],
  );
  return Object.fromEntries(rows.map(({ what, count }) => [what, count]));
}

const becomes = (source: string, jobs: Record<string, number>) =>
  waitFor(
    `the jobs of ${source} to be ${JSON.stringify(jobs)}`,
    async () => JSON.stringify(sorted(await jobsOf(source))) === JSON.stringify(sorted(jobs)),
    40_000,
  );
const sorted = (jobs: Record<string, number>) => Object.entries(jobs).sort();

const alertsIn = (output: string) =>
  [...output.matchAll(/"alert":"BRAKE_PULLED","source":"([^"]*)"/g)].map(([, source]) => source);
const writes = (mail: string) =>
  zoom.log.of(zoom.users.find(mail)?.id ?? '').filter(({ method }) => method === 'PATCH').length;
const keysOf = (mails: string[]) => mails.map((mail) => zoom.users.hostKeyOf(mail));

async function release(...which: string[]): Promise<number> {
  return (JSON.parse(await runCommand(['jobs', 'release', ...which, '--json'], env)) as { released: number })
    .released;
}

/** Everybody but the joiners holds a key; entra's brake is on; okta has told all that it knows, and is observed. */
async function prepare(): Promise<Tell> {
  const entra = await connect('entra');
  const holders = [...goneInEntra, ...goneInOkta, ...staying];
  for (const email of [...holders, ...joining]) zoom.users.add({ email });
  for (const mail of holders) await entra(mail, true);
  await becomes('entra', { 'set done': holders.length });
  for (const mail of goneInEntra) await entra(mail, false);
  await becomes('entra', { 'set done': holders.length, 'clear done': LIMIT, 'clear braked': 2 });
  const okta = await connect('okta', '--observe');
  for (const mail of [...goneInEntra.slice(LIMIT), ...goneInOkta]) await okta(mail, false);
  for (const mail of [...staying, ...joining]) await okta(mail, true, 'Sales');
  return okta;
}

/** Twice at once, as two operators would; what the two came to together, and what they said. */
async function goLiveTwice() {
  const asked = ['source', 'go-live', 'okta', '--yes', '--json'];
  const commands = [startCommand(asked, env), startCommand(asked, env)];
  const statuses = await Promise.all(commands.map((command) => command.ended(30_000)));
  const done = commands.filter((_, at) => statuses[at] === '0').map((one) => JSON.parse(one.data()));
  const sum = (what: string) => done.reduce((total, one) => total + one[what], 0) as number;
  return {
    came: { set: sum('set'), clear: sum('clear'), rotate: sum('rotate'), braked: sum('braked') },
    said: commands.map((one) => one.output()).join(''),
  };
}

test('a source that goes live beside a server gives its joiners their keys, and waits with leavers that are too many', async () => {
  const okta = await prepare();
  const before = { entra: await jobsOf('entra'), keys: keysOf(goneInEntra) };
  const { came, said } = await goLiveTwice();
  expect(came).toEqual({ set: joining.length, clear: goneInOkta.length, rotate: 0, braked: 6 });
  expect([alertsIn(said), alertsIn(server.output())]).toEqual([['okta'], ['entra']]);
  await becomes('okta', { 'set done': joining.length, 'clear done': LIMIT, 'clear braked': 6 });

  // The brake is the source's, whoever decides: the server's own decisions pass it too, and nobody is alerted again.
  await okta(staying[0]!, true, 'Law');
  await okta('late@example.com', true);
  await becomes('okta', {
    ...{ 'set done': joining.length, 'set waiting': 1, 'set braked': 1 },
    ...{ 'clear done': LIMIT, 'clear braked': 6 },
  });
  expect(alertsIn(server.output())).toEqual(['entra']);
  expect(goneInOkta.map(writes).sort()).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2]);
  expect([...joining, ...staying].map(writes)).toEqual(Array(13).fill(1));
  // Whom entra's brake holds, okta's word sends nowhere.
  expect([await jobsOf('entra'), keysOf(goneInEntra)]).toEqual([before.entra, before.keys]);

  expect(await release('--source', 'okta')).toBe(7);
  expect(await release('--source', 'okta')).toBe(0);
  await becomes('okta', { 'set done': joining.length + 1, 'set waiting': 1, 'clear done': 9 });
  expect([await jobsOf('entra'), keysOf(goneInEntra)]).toEqual([before.entra, before.keys]);
  expect(await release('--all')).toBe(2);
  await expectAtRest(outside);
  expect([...goneInEntra, ...goneInOkta].map(writes)).toEqual(Array(14).fill(2));
  expect([...joining, ...staying].map(writes)).toEqual([...Array(10).fill(1), 2, 1, 1]);
}, 120_000);
