import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { signWebhook } from '../../src/rehearsal/signature.js';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { expectAtRest } from '../harness/at-rest.js';
import { killCommands, runCommand, startCommand, type RunningCommand } from '../harness/command.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';
import { postUser } from '../harness/scim.js';
import { environment, startCore, type TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

const leaver = 'leaver@example.com';
const announced = 'announced@example.com';
const joiners = Array.from({ length: 6 }, (_, n) => `joiner${n}@example.com`);

let database: TestDatabase;
let zoom: RehearsalZoom;
let outside: TestCore;
/** In whose way everything is. */
let blocker: pg.Client;
let env: Record<string, string>;
let token: string;
let secret: string;
let service: RunningCommand;
let url: string;
let leaverId: string;

beforeEach(async () => {
  database = await createTestDatabase();
  zoom = await startRehearsalZoom({ plan: 'business' });
  outside = await startCore({}, { databaseUrl: database.url, zoom, workers: false });
  blocker = new pg.Client({ connectionString: database.url });
  await blocker.connect();
  env = environment(database.url, zoom);
  token = (await addSource('scim')).token;
  secret = (await addSource('zoom')).secret;
  for (const email of [leaver, announced, ...joiners]) zoom.users.add({ email });
  await start();
  leaverId = ((await (await postUser(url, token, leaver)).json()) as { id: string }).id;
  await expectAtRest(outside);
});
afterEach(async () => {
  await killCommands();
  await blocker.end();
  await outside.close();
  await zoom.close();
  await database.drop();
});

async function addSource(kind: string): Promise<{ token: string; secret: string }> {
  return JSON.parse(await runCommand(['source', 'add', kind, '--kind', kind, '--json'], env));
}

async function start(): Promise<void> {
  service = startCommand(['serve'], env);
  url = await service.url();
}

function leave(): Promise<Response> {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
  const Operations = [{ op: 'replace', path: 'active', value: false }];
  return fetch(`${url}/scim/v2/Users/${leaverId}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify({ schemas, Operations }),
  });
}

/** The same body each time, signed afresh. */
function announce(): Promise<Response> {
  const object = { id: zoom.users.find(announced)?.id, email: announced };
  const body = JSON.stringify({ event: 'user.created', event_ts: 1_767_258_000_123, payload: { object } });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const headers = {
    'content-type': 'application/json',
    'x-zm-request-timestamp': timestamp,
    'x-zm-signature': signWebhook(secret, timestamp, body),
  };
  return fetch(`${url}/webhooks/zoom`, { method: 'POST', headers, body });
}

type Answer = number | 'none';

async function answerTo(asking: Promise<Response>): Promise<Answer> {
  return asking.then(
    ({ status }) => status,
    () => 'none',
  );
}

const block = () =>
  blocker.query(
    `BEGIN; LOCK TABLE events IN EXCLUSIVE MODE;
     SELECT FROM people WHERE id = (SELECT person_id FROM links WHERE value = '${leaver}') FOR UPDATE`,
  );

function waitsFor(lock: 'relation' | 'transactionid'): Promise<void> {
  const text = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = $1`;
  const isWaiting = async () => (await outside.core.database.pool.query(text, [lock])).rowCount! > 0;
  return waitFor(`a transaction that waits for a ${lock}`, isWaiting);
}

/**
 * Requests at every stage: the leaver's waits for a row before it has written anything, the first joiners' for a table
 * in their last step, the other joiners' for their turn. The webhook's sender is told to come again, and what it said
 * waits on.
 */
async function askEverything() {
  await block();
  const left = answerTo(leave());
  await waitsFor('transactionid');
  const joined = joiners.map((mail) => answerTo(postUser(url, token, mail)));
  await waitsFor('relation');
  expect(await answerTo(announce())).toBe(503);
  return { left, joined: Promise.all(joined) };
}

/** SIGTERM, and nobody new is let in. */
async function stop(): Promise<void> {
  service.signal('SIGTERM');
  await waitFor('nobody to be let in', async () => (await answerTo(fetch(`${url}/livez`))) === 'none');
}

interface Kept {
  mail: string;
  active: boolean | null;
  events: number;
  jobs: string[];
}

/** All that there is of each person, and nothing without the rest of it. */
async function kept(): Promise<Kept[]> {
  const { pool } = outside.core.database;
  const halves = await pool.query(
    `SELECT id FROM notices WHERE NOT EXISTS (SELECT FROM events WHERE notice_id = notices.id)
     UNION ALL SELECT id FROM jobs WHERE NOT EXISTS (SELECT FROM events WHERE events.id = jobs.event_id)
     UNION ALL SELECT id FROM scim_resources WHERE NOT EXISTS (SELECT FROM standings WHERE record = scim_resources.id::text)
     UNION ALL SELECT id FROM people WHERE NOT EXISTS (SELECT FROM standings WHERE person_id = people.id)`,
  );
  expect(halves.rows).toEqual([]);
  const { rows } = await pool.query<Kept>(
    `SELECT value AS mail, (SELECT active FROM scim_resources WHERE name_key = value),
       (SELECT count(*)::int FROM events WHERE person_id = links.person_id) AS events,
       ARRAY (SELECT action FROM jobs WHERE person_id = links.person_id ORDER BY id) AS jobs
     FROM links WHERE kind = 'mail' ORDER BY value`,
  );
  return rows;
}

const everything: Kept[] = [
  { mail: announced, active: null, events: 1, jobs: ['set'] },
  ...joiners.map((mail) => ({ mail, active: true, events: 1, jobs: ['set'] })),
  { mail: leaver, active: false, events: 2, jobs: ['set', 'clear'] },
];

test('notices inside their transactions are kept and answered when it stops, and the next start does their work', async () => {
  const asked = await askEverything();
  await stop();
  await blocker.query('COMMIT');
  expect(await service.ended(10_000)).toBe('0');
  expect([await asked.left, await asked.joined]).toEqual([200, joiners.map(() => 201)]);
  expect(await kept()).toEqual(everything);

  await start();
  expect(await answerTo(announce())).toBe(200);
  await expectAtRest(outside);
  expect(await kept()).toEqual(everything);
});

test('notices whose transactions never end are not acknowledged when it stops, and may be said again', async () => {
  const asked = await askEverything();
  await stop();
  await service.ended(12_000);
  expect(service.output()).toContain('DRAIN_CUT_SHORT');
  // Told to come again before the connection is cut, or cut.
  for (const answer of [await asked.left, ...(await asked.joined)]) expect([503, 'none']).toContain(answer);

  await blocker.query('COMMIT');
  await start();
  expect(await answerTo(leave())).toBe(200);
  for (const mail of joiners) expect([201, 409]).toContain(await answerTo(postUser(url, token, mail)));
  expect(await answerTo(announce())).toBe(200);
  await expectAtRest(outside);
  expect(await kept()).toEqual(everything);
});
