import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { expectAtRest } from '../harness/at-rest.js';
import { killCommands, runCommand, startCommand, type RunningCommand } from '../harness/command.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';
import { postUser, userBody } from '../harness/scim.js';
import { environment, startCore, type TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

let database: TestDatabase;
let zoom: RehearsalZoom;
let outside: TestCore;
let service: RunningCommand;
let url: string;
let token: string;

beforeEach(async () => {
  database = await createTestDatabase();
  zoom = await startRehearsalZoom({ plan: 'business' });
  outside = await startCore({}, { databaseUrl: database.url, zoom, workers: false });
  const env = environment(database.url, zoom);
  const added = await runCommand(['source', 'add', 'okta', '--kind', 'scim', '--json'], env);
  token = (JSON.parse(added) as { token: string }).token;
  service = startCommand(['serve'], env);
  url = await service.url();
});
afterEach(async () => {
  await killCommands();
  await outside.close();
  await zoom.close();
  await database.drop();
});

function patches() {
  return zoom.log.requests.filter((request) => request.method === 'PATCH');
}

async function hire(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const { email } = zoom.users.add({ email: `p${n}@example.com` });
    expect((await postUser(url, token, email)).status).toBe(201);
  }
}

test('what runs is ended: writes that Zoom answers slowly, and a request of which only half is there', async () => {
  zoom.faults.slow(2_000);
  await hire(4);
  await waitFor('writes under way', () => patches().some((one) => one.status === undefined));
  const { hostname, port } = new URL(url);
  const half = connect(Number(port), hostname);
  const answer = text(half);
  const body = userBody('half@example.com');
  const head = `POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/scim+json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  half.write(head + body.slice(0, 20));
  await once(half, 'ready').catch(() => undefined);
  service.signal('SIGTERM');
  const startedAt = performance.now();
  await waitFor('it to stop', () => service.output().includes('hostkeeper stops'));
  half.write(body.slice(20));
  expect(await answer).toContain('HTTP/1.1 201');
  expect(await service.ended(11_000)).toBe('0');
  expect(performance.now() - startedAt).toBeLessThan(10_000);

  const { prisma } = outside.core.database;
  expect(await prisma.attempt.count({ where: { endedAt: null } })).toBe(0);
  expect(await prisma.job.count({ where: { state: 'running' } })).toBe(0);
  expect(patches().filter((one) => one.status === undefined)).toEqual([]);
  zoom.faults.slow(0);
  zoom.users.add({ email: 'half@example.com' });
  outside.startWorkers();
  await expectAtRest(outside);
});

test('Zoom does not answer at all: it stops within its grace all the same, and the key is kept', async () => {
  zoom.faults.failNext(1, 'silence', { method: 'PATCH' });
  await hire(1);
  await waitFor('the write to be under way', () => patches().length === 1);
  const startedAt = performance.now();
  service.signal('SIGINT');
  expect(await service.ended(12_000)).toBe('0');
  expect(performance.now() - startedAt).toBeLessThan(10_500);
  expect(service.output()).toContain('DRAIN_CUT_SHORT');
  const pending = await outside.core.database.pool.query("SELECT FROM host_keys WHERE state = 'pending'");
  expect(pending.rowCount).toBe(1);
});

test('one press of Ctrl-C, of which npm makes two signals, still ends in order; a later one ends at once', async () => {
  zoom.faults.slow(4_000);
  await hire(1);
  await waitFor('the write to be under way', () => patches().length === 1);
  service.signal('SIGINT');
  await waitFor('it to stop', () => service.output().includes('hostkeeper stops'));
  service.signal('SIGINT');
  const insisting = setInterval(() => service.signal('SIGTERM'), 20);
  expect(await service.ended(3_000).finally(() => clearInterval(insisting))).toBe('143');
});
