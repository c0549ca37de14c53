import { type ChildProcess, type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { cp, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { findInstalled, makeRunnable } from '../../src/records/embedded/native.js';
import { openEmbedded } from '../../src/records/embedded/open.js';
import { removeEmbedded } from '../../src/records/embedded/remove.js';
import { isServing, readPostmaster } from '../../src/records/embedded/postmaster.js';
import { chooseServerUser } from '../../src/records/embedded/server-user.js';
import { waitFor } from '../harness/wait-for.js';

const opener = fileURLToPath(new URL('../harness/embedded-opener.ts', import.meta.url));
const isRoot = process.getuid?.() === 0;
const testAsRoot: typeof test.skip = isRoot ? test : test.skip;

let dataDir: string;
let openers: ChildProcess[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(await realpath(tmpdir()), 'hostkeeper-embedded-'));
  chmodSync(dataDir, 0o711);
  openers = [];
});

afterEach(async () => {
  await Promise.all(openers.map(kill));
  if (await isUp()) await (await openEmbedded({ dataDir })).release();
  expect(await isUp()).toBe(false);
  await rm(dataDir, { recursive: true, force: true });
});

interface Opener {
  child: ChildProcess;
  url: string;
}

function startOpener(...user: number[]): ChildProcessByStdio<Writable, Readable, null> {
  const child = spawn(process.execPath, ['--import', 'tsx', opener, dataDir, ...user.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  openers.push(child);
  return child;
}

async function openElsewhere(...user: number[]): Promise<Opener> {
  const child = startOpener(...user);
  for await (const url of createInterface(child.stdout)) return { child, url };
  throw new Error('the opener ended without a URL');
}

async function release({ child }: Opener): Promise<void> {
  const ended = once(child, 'exit');
  child.stdin?.end();
  expect((await ended)[0]).toBe(0);
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const files = () => join(dataDir, 'postgres');
const unfinished = () => readdirSync(dataDir).filter((name) => name.startsWith('unfinished-'));

async function postmasterPid(): Promise<number> {
  const running = await readPostmaster(files());
  if (running === undefined) throw new Error('no server is running');
  return running.pid;
}

async function isUp(): Promise<boolean> {
  const running = await readPostmaster(files());
  return running !== undefined && (await isServing(running.pid, files()));
}

async function query<Row extends pg.QueryResultRow>(connectionString: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('one process', () => {
  test('finds what it kept when it comes back, on the same port', async () => {
    const first = await openEmbedded({ dataDir });
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.release();
    expect(await isUp()).toBe(false);

    const second = await openEmbedded({ dataDir });
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.release();
  });

  test('may release twice, and opening twice counts twice', async () => {
    const [first, second] = await Promise.all([openEmbedded({ dataDir }), openEmbedded({ dataDir })]);
    await first.release();
    await first.release();
    expect(await isUp()).toBe(true);
    await second.release();
    expect(await isUp()).toBe(false);
  });

  test('gets a server that loses nothing it acknowledged, and that only this machine reaches, by password', async () => {
    const { url, release } = await openEmbedded({ dataDir });
    const [settings] = await query(
      url,
      `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
              current_setting('full_page_writes') AS pages, current_setting('listen_addresses') AS addresses,
              current_setting('unix_socket_directories') AS sockets, current_setting('password_encryption') AS passwords`,
    );
    expect(settings).toEqual({
      fsync: 'on',
      commit: 'on',
      pages: 'on',
      addresses: '127.0.0.1',
      sockets: '',
      passwords: 'scram-sha-256',
    });
    const guess = new URL(url);
    guess.password = 'guess';
    await expect(query(guess.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect((await stat(join(dataDir, 'postgres-password'))).mode & 0o777).toBe(0o600);
    await release();
  });

  test('keeps our environment, which holds secrets, from the server', async () => {
    const { url, release } = await openEmbedded({ dataDir });
    const environment = await readFile(`/proc/${await postmasterPid()}/environ`, 'utf8').catch(() => '');
    expect(environment).not.toContain('PATH=');
    expect(url).not.toBe('');
    await release();
  });
});

describe('several processes', () => {
  test('that are all the first make one database, and the last one out stops the server', async () => {
    const opened = await Promise.all([1, 2, 3, 4].map(() => openElsewhere()));
    expect(new Set(opened.map(({ url }) => url)).size).toBe(1);
    const pid = await postmasterPid();
    const [first, ...others] = opened as [Opener, ...Opener[]];
    await Promise.all(others.map(release));
    expect(await postmasterPid()).toBe(pid);
    expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await release(first);
    expect(await isUp()).toBe(false);
  });

  test('that come and go all the time never find the server gone', async () => {
    async function comeAndGo(): Promise<void> {
      for (let time = 0; time < 5; time += 1) {
        const { url, release } = await openEmbedded({ dataDir });
        expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
        await release();
      }
    }
    await Promise.all([comeAndGo(), comeAndGo(), comeAndGo(), comeAndGo()]);
    expect(await isUp()).toBe(false);
  });
});

describe('a killed process', () => {
  test('leaves the server it started to the others', async () => {
    const starter = await openElsewhere();
    const pid = await postmasterPid();
    await kill(starter.child);
    const { url, release } = await openEmbedded({ dataDir });
    expect(url).toBe(starter.url);
    expect(await postmasterPid()).toBe(pid);
    await release();
    expect(await isUp()).toBe(false);
  });

  test('does not count any more when the last one leaves', async () => {
    const { release } = await openEmbedded({ dataDir });
    await kill((await openElsewhere()).child);
    await release();
    expect(await isUp()).toBe(false);
  });

  test.each([
    ['its password was made', () => existsSync(join(dataDir, 'postgres-password'))],
    ['initdb began', () => unfinished().length > 0],
    ['initdb had ended', () => existsSync(files())],
    ['the server started', () => existsSync(join(files(), 'postmaster.pid'))],
  ])('does no harm when that was at its first opening, just as %s', async (moment, isReached) => {
    const child = startOpener();
    await waitFor(moment, isReached);
    await kill(child);
    const { url, release } = await openEmbedded({ dataDir });
    expect(await query(url, 'SELECT current_database() AS name')).toEqual([{ name: 'hostkeeper' }]);
    await release();
    expect(unfinished()).toEqual([]);
  });
});

describe('a killed server', () => {
  test('is started again at the same place, with everything it had acknowledged', async () => {
    const held = await openEmbedded({ dataDir });
    await query(held.url, 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n');
    process.kill(await postmasterPid(), 'SIGKILL');
    const again = await openEmbedded({ dataDir });
    expect(again.url).toBe(held.url);
    expect(await query(again.url, 'SELECT count(*)::int AS kept FROM kept')).toEqual([{ kept: 1000 }]);
    await again.release();
    expect(await isUp()).toBe(true);
    await held.release();
    expect(await isUp()).toBe(false);
  });

  test('is started again although somebody else has its pid by now', async () => {
    await (await openEmbedded({ dataDir })).release();
    const shape = [process.pid, files(), 1, 2, '', '127.0.0.1', '0 0', 'ready'];
    await writeFile(join(files(), 'postmaster.pid'), `${shape.join('\n')}\n`);
    const { url, release } = await openEmbedded({ dataDir });
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await release();
  });
});

describe('a folder that is to go', () => {
  test('stays while somebody has it open', async () => {
    const { release } = await openEmbedded({ dataDir });
    await expect(removeEmbedded(dataDir)).rejects.toMatchObject({ code: 'EMBEDDED_BUSY' });
    expect(await isUp()).toBe(true);
    await release();
  });

  test('goes with a server that a killed process left, and with a database that lies elsewhere', async () => {
    chmodSync(dataDir, 0o700);
    const opener = await openElsewhere();
    const files = await realpath(join(dataDir, 'postgres'));
    await kill(opener.child);
    await removeEmbedded(dataDir);
    expect([existsSync(dataDir), existsSync(files)]).toEqual([false, false]);
  });
});

describe('a folder', () => {
  test('whose database cannot be started says why, from the server itself', async () => {
    await (await openEmbedded({ dataDir })).release();
    const version = join(files(), 'PG_VERSION');
    await writeFile(version, '12\n');
    await expect(openEmbedded({ dataDir })).rejects.toMatchObject({
      code: 'EMBEDDED_START_FAILED',
      message: expect.stringContaining('incompatible with server'),
    });
    await writeFile(version, '18\n');
  }, 30_000);

  test('that has lost its password is refused, not made anew', async () => {
    await (await openEmbedded({ dataDir })).release();
    const file = join(dataDir, 'postgres-password');
    const password = await readFile(file, 'utf8');
    await rm(file);
    await expect(openEmbedded({ dataDir })).rejects.toMatchObject({ code: 'EMBEDDED_UNUSABLE' });
    await writeFile(file, password);
  });

  testAsRoot('out of the server’s reach has its files where it can reach them', async () => {
    chmodSync(dataDir, 0o700);
    const { url, release } = await openEmbedded({ dataDir });
    const kept = await realpath(files());
    expect(dirname(kept)).toBe('/var/lib/hostkeeper');
    await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await release();
    const again = await openEmbedded({ dataDir });
    expect(await query(again.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await again.release();
    await rm(files());
    await rm(kept, { recursive: true });
  });

  testAsRoot('of an ordinary user works like root’s', async () => {
    const [uid, gid] = [65_534, 65_534];
    chownSync(dataDir, uid, gid);
    const opened = await openElsewhere(uid, gid);
    expect(await query(opened.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await release(opened);
    expect(statSync(join(dataDir, 'postgres-password')).uid).toBe(uid);
  });
});

test('binaries that cannot be run where npm put them are copied to where they can', async () => {
  const { native } = await findInstalled();
  const user = await chooseServerUser();
  const outOfReach = join(dataDir, 'home', 'native');
  await cp(native, outOfReach, { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() });
  chmodSync(join(outOfReach, 'lib'), 0o555);
  chmodSync(join(dataDir, 'home'), isRoot ? 0o700 : 0o755);
  const runnable = await makeRunnable({ native: outOfReach, version: 'test' }, dataDir, user);
  expect(runnable).toBe(join(dataDir, 'postgres-native-test'));
  const { stdout } = await promisify(execFile)(join(runnable, 'bin', 'postgres'), ['--version'], {
    ...user,
    cwd: '/',
  });
  expect(stdout).toContain('PostgreSQL');
  chmodSync(join(outOfReach, 'lib'), 0o755);
});
