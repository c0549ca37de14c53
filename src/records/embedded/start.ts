import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.js';
import { EmbeddedError } from './error.js';
import { findInstalled, makeRunnable } from './native.js';
import { disownPid, readPostmaster } from './postmaster.js';

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

const pollMs = 20;
const maxLogBytes = 10_000_000;

/** Comes back when the server has written its pid, which is before it lets anybody in. */
export async function startServer(
  { folder, files, home, user }: Cluster,
  { keepPort }: { keepPort: boolean },
): Promise<void> {
  const postgres = join(await makeRunnable(await findInstalled(), home, user), 'bin', 'postgres');
  const port = await choosePort(join(folder, 'postgres-port'), keepPort);
  await disownPid(files);
  const logPath = join(folder, 'postgres.log');
  const log = await openLog(logPath);
  try {
    const { size } = await log.stat();
    const server = spawnServer(postgres, { files, user, port, log });
    const ended = once(server, 'exit').then(
      ([status]) => new Error(`ended with status ${status}`),
      (error: unknown) => error,
    );
    while ((await readPostmaster(files))?.pid !== server.pid || server.pid === undefined) {
      const cause = await Promise.race([ended, sleep(pollMs)]);
      if (cause === undefined) continue;
      const said = (await readFile(logPath)).subarray(size).toString().trim();
      throw new EmbeddedError('EMBEDDED_START_FAILED', `PostgreSQL did not start: ${said}`, { cause });
    }
  } finally {
    await log.close();
  }
}

/** In its own session, so that Ctrl-C leaves it for our drain, and without our environment, which holds secrets. */
function spawnServer(
  postgres: string,
  { files, user, port, log }: Pick<Cluster, 'files' | 'user'> & { port: number; log: FileHandle },
): ChildProcess {
  const options = Object.entries({ ...settings, port }).map(([name, value]) => `--${name}=${value}`);
  const server = spawn(postgres, ['-D', files, ...options], {
    ...user,
    cwd: files,
    env: {},
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  server.unref();
  return server;
}

/** The same port each time if it can be had: then other processes find a server that was started anew. */
async function choosePort(file: string, mustKeep: boolean): Promise<number> {
  const kept = Number(await readFile(file, 'utf8').catch(() => '0'));
  const port = (await freePort(kept)) ?? (mustKeep ? undefined : await freePort(0));
  if (port === undefined)
    throw new EmbeddedError('EMBEDDED_START_FAILED', `port ${kept || ''} of 127.0.0.1 is not free`);
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

async function openLog(path: string): Promise<FileHandle> {
  const log = await open(path, 'a', 0o600);
  if ((await log.stat()).size > maxLogBytes) await log.truncate();
  return log;
}
