import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Cluster } from './cluster.js';
import { EmbeddedError } from './error.js';
import { findInstalled, makeRunnable } from './native.js';
import { disownPid, isServing, readPostmaster } from './postmaster.js';

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  max_wal_size: '1GB',
  wal_compression: 'on',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_min_messages: 'warning',
  // Statements and details hold what people sent us.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/** Long, for recovery after a crash. */
const readyTimeoutMs = 120_000;
/** How long a server that ends at once is started again: a killed one may still be dying. */
const retryTimeoutMs = 5_000;
const retryMs = 200;
const smartStopMs = 2_000;
const fastStopMs = 30_000;
const pollMs = 20;
const maxLogBytes = 10_000_000;

/** A superuser's connection to the server: the running one, or one started now. To be called under the lock. */
export async function connectToServer(cluster: Cluster): Promise<{ client: pg.Client; port: number }> {
  const startedAt = performance.now();
  for (;;) {
    const running = await readPostmaster(cluster.files);
    const serving = running !== undefined && (await isServing(running.pid, cluster.files));
    const timeoutMs = serving ? readyTimeoutMs : retryTimeoutMs;
    try {
      if (serving) return { client: await connect(cluster, running.port), port: running.port };
      await startServer(cluster);
    } catch (error) {
      const isFinal = error instanceof EmbeddedError && error.code !== 'EMBEDDED_START_FAILED';
      if (isFinal || performance.now() - startedAt > timeoutMs) throw error;
      await sleep(serving ? pollMs : retryMs);
    }
  }
}

async function connect({ folder, password }: Cluster, port: number): Promise<pg.Client> {
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port, user: 'hostkeeper', password, database: 'postgres' },
    application_name: 'hostkeeper embedded',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined); // a lost connection also rejects the query it interrupts
  try {
    await client.connect();
    return client;
  } catch (cause) {
    await client.end().catch(() => undefined);
    if (!isWrongPassword(cause)) throw cause;
    const message = `the password in ${folder} is not the one of the database there`;
    throw new EmbeddedError('EMBEDDED_UNUSABLE', message, { cause });
  }
}

function isWrongPassword(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '28P01';
}

/** Comes back when the server has written its pid, which is before it lets anybody in. */
async function startServer({ folder, files, home, user }: Cluster): Promise<void> {
  const postgres = join(await makeRunnable(await findInstalled(), home, user), 'bin', 'postgres');
  const port = await choosePort(join(folder, 'postgres-port'));
  await disownPid(files);
  const log = await openLog(join(folder, 'postgres.log'));
  try {
    const options = Object.entries({ ...settings, port }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    // Its own session, so that Ctrl-C leaves it for our drain; its own environment, since ours holds secrets.
    const server = spawn(postgres, ['-D', files, ...options], {
      ...{ ...user, cwd: files, env: {}, detached: true },
      stdio: ['ignore', log.fd, log.fd],
    });
    server.unref();
    const failed = once(server, 'exit').catch((cause: unknown) => cause);
    while ((await readPostmaster(files))?.pid !== server.pid || server.pid === undefined) {
      const cause = await Promise.race([failed, sleep(pollMs)]);
      if (cause !== undefined)
        throw new EmbeddedError('EMBEDDED_START_FAILED', await log.sinceOpened(), { cause });
    }
  } finally {
    await log.close();
  }
}

/** The same port each time if it can be had: then other processes find a server that was started anew. */
async function choosePort(file: string): Promise<number> {
  const kept = Number(await readFile(file, 'utf8').catch(() => '0'));
  const port = (await freePort(kept)) ?? (await freePort(0));
  if (port === undefined) throw new EmbeddedError('EMBEDDED_START_FAILED', 'no free port on 127.0.0.1');
  if (port !== kept) await writeFile(file, String(port));
  return port;
}

async function freePort(wanted: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(wanted, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}

async function openLog(
  path: string,
): Promise<{ fd: number; sinceOpened(): Promise<string>; close(): Promise<void> }> {
  const size = await stat(path).then(
    (stats) => stats.size,
    () => 0,
  );
  const isFull = size > maxLogBytes;
  const file = await open(path, isFull ? 'w' : 'a', 0o600);
  return {
    fd: file.fd,
    sinceOpened: async () =>
      (await readFile(path))
        .subarray(isFull ? 0 : size)
        .toString()
        .trim(),
    close: () => file.close(),
  };
}

/** Waits for others to hang up first, then hangs up on them. Nothing is lost either way. */
export async function stopServer(files: string): Promise<void> {
  const running = await readPostmaster(files);
  if (running === undefined) return;
  await stopBy('SIGTERM', running.pid, files, smartStopMs);
  await stopBy('SIGINT', running.pid, files, fastStopMs);
}

async function stopBy(signal: NodeJS.Signals, pid: number, files: string, patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (let sent = false; await isServing(pid, files); sent = true) {
    if (!sent) kill(pid, signal);
    if (performance.now() > deadline) return;
    await sleep(pollMs);
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
