import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openEmbedded } from '../../src/records/embedded/open.js';
import { readPostmaster } from '../../src/records/embedded/postmaster.js';
import { isUp } from '../../src/records/embedded/watch.js';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { killCommands, runCommand, startCommand, type RunningCommand } from '../harness/command.js';
import { postUser } from '../harness/scim.js';
import { environment } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

let zoom: RehearsalZoom;
let dataDir: string;

beforeAll(async () => {
  zoom = await startRehearsalZoom({ plan: 'business', clockSpeed: 20 });
});
afterAll(() => zoom.close());
beforeEach(async () => {
  dataDir = await mkdtemp(join(await realpath(tmpdir()), 'hostkeeper-processes-'));
  await chmod(dataDir, 0o711);
});
afterEach(async () => {
  await killCommands();
  if (await isUp(files())) await (await openEmbedded({ dataDir })).release();
  await rm(dataDir, { recursive: true });
});

const files = () => join(dataDir, 'postgres');

function env(): Record<string, string> {
  const { DATABASE_URL: _, ENCRYPTION_KEYS: __, ...rest } = environment('', zoom, { CLOCK_SPEED: '20' });
  return { ...rest, DATA_DIR: dataDir };
}

const start = (...args: string[]) => startCommand(args, env());
const run = (...args: string[]) => runCommand(args, env());

async function stop(...commands: RunningCommand[]): Promise<void> {
  for (const command of commands) command.signal('SIGTERM');
  for (const command of commands) expect(await command.ended()).toBe('0');
}

async function postmasterPid(): Promise<number> {
  return (await readPostmaster(files()))?.pid ?? 0;
}

async function addSource(): Promise<string> {
  const added = await run('source', 'add', 'okta', '--kind', 'scim', '--json');
  return (JSON.parse(added) as { token: string }).token;
}

function hasKey(mail: string): boolean {
  const id = zoom.users.find(mail)?.id ?? '';
  return zoom.log.of(id).some((request) => request.applied);
}

/** Somebody new in the directory, until it is told that they are kept. */
async function keepPosting(url: string, token: string, mail: string): Promise<Response[]> {
  const refused: Response[] = [];
  for (const deadline = performance.now() + 20_000; performance.now() < deadline;) {
    const answer = await postUser(url, token, mail);
    if (answer.status === 201) return refused;
    refused.push(answer);
  }
  throw new Error(`never kept, last ${refused.at(-1)?.status}`);
}

function kill(pid: number): void {
  process.kill(pid, 'SIGKILL');
}

/** As the kernel does when memory runs out, but with all that belongs to it. */
async function killServer(): Promise<void> {
  const pid = await postmasterPid();
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', String(pid)]);
  kill(pid);
  for (const child of stdout.split(/\s+/).filter(Boolean)) {
    try {
      kill(Number(child));
    } catch {
      // It has ended with its parent.
    }
  }
}

test('first users of an empty folder, all at once, each do what they were asked to', async () => {
  const names = ['a', 'b', 'c', 'd'];
  await Promise.all(names.map((name) => run('source', 'add', name, '--kind', 'scim')));
  expect(await isUp(files())).toBe(false);
  const { sources } = JSON.parse(await run('source', 'list', '--json')) as { sources: { name: string }[] };
  expect(sources.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
});

test('web, worker and commands come and go: nobody is cut off, and the last one out stops the server', async () => {
  const web = start('web');
  const url = await web.url();
  const token = await addSource();
  const pid = await postmasterPid();
  const worker = start('worker');
  zoom.users.add({ email: 'first@example.com' });
  expect((await postUser(url, token, 'first@example.com')).status).toBe(201);
  await waitFor('the worker to set a key', () => hasKey('first@example.com'));
  await stop(web);
  await run('jobs', 'list');
  expect(await postmasterPid()).toBe(pid);
  await stop(worker);
  expect(await isUp(files())).toBe(false);
  for (const command of [web, worker]) expect(command.output()).not.toContain('"level":"error"');
});

test('whoever started the server is killed: the others go on, and the last one out stops it', async () => {
  const starter = start('worker');
  await waitFor('the worker to be up', () => starter.output().includes('hostkeeper started'), 30_000);
  const pid = await postmasterPid();
  const web = start('web');
  const url = await web.url();
  starter.signal('SIGKILL');
  expect(await starter.ended()).toBe('SIGKILL');
  const token = await addSource();
  zoom.users.add({ email: 'second@example.com' });
  expect((await postUser(url, token, 'second@example.com')).status).toBe(201);
  const next = start('worker');
  await waitFor('the next worker to do the work', () => hasKey('second@example.com'), 20_000);
  expect(await postmasterPid()).toBe(pid);
  await stop(next, web);
  expect(await isUp(files())).toBe(false);
});

test('the server is killed under web and worker: one of them starts it again, and what was kept is done', async () => {
  const [web, worker] = [start('web'), start('worker')];
  const url = await web.url();
  const token = await addSource();
  await waitFor('the worker to be up', () => worker.output().includes('hostkeeper started'), 30_000);
  const port = (await readPostmaster(files()))?.port;
  const pid = await postmasterPid();
  await killServer();
  zoom.users.add({ email: 'third@example.com' });
  const refused = await keepPosting(url, token, 'third@example.com');
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused) {
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
  }
  await waitFor('the key to be set', () => hasKey('third@example.com'), 30_000);
  expect(await postmasterPid()).not.toBe(pid);
  expect((await readPostmaster(files()))?.port).toBe(port);
  const restarts = [web, worker].map((one) => one.output().split('EMBEDDED_RESTARTED').length > 1);
  expect(restarts.filter(Boolean)).toHaveLength(1);
  await stop(web, worker);
  expect(await isUp(files())).toBe(false);
});

test('the server is gone and somebody else has its pid: it is started again', async () => {
  const web = start('web');
  const url = await web.url();
  const token = await addSource();
  const pidFile = join(files(), 'postmaster.pid');
  const lines = (await readFile(pidFile, 'utf8')).split('\n');
  await killServer();
  await writeFile(pidFile, [String(process.pid), ...lines.slice(1)].join('\n'));
  await keepPosting(url, token, 'fourth@example.com');
  await stop(web);
  expect(await isUp(files())).toBe(false);
});

test.each([
  ['while the database is made', 'unfinished-'],
  ['just as the database was made', 'postgres'],
  ['just as the server started', 'postgres-port'],
])(
  'a stop during the first start, %s, ends in order and leaves a folder that can be used',
  async (_, sign) => {
    const web = start('web');
    const isThere = async () =>
      (await readdir(dataDir)).some(
        (name) => name === sign || (name.startsWith('unfinished-') && sign === 'unfinished-'),
      );
    await waitFor('that moment', isThere, 20_000);
    web.signal('SIGTERM');
    expect(await web.ended()).toBe('0');
    expect(await isUp(files())).toBe(false);
    await addSource();
  },
);

test('a command that is broken off leaves no server behind', async () => {
  const command = start('jobs', 'list');
  await waitFor('the server to start', async () => (await postmasterPid()) > 0, 20_000);
  command.signal('SIGINT');
  expect(['130', '0']).toContain(await command.ended());
  expect(await isUp(files())).toBe(false);
});
