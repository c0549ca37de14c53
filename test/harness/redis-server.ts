import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { waitFor } from './wait-for.js';

export interface TestRedis {
  url: string;
  /** SIGKILL, for tests of an outage. Not there when TEST_REDIS_URL names the server. */
  kill?(): Promise<void>;
  /** On the same port, with what the append-only file kept. */
  start?(): Promise<void>;
}

export function hasRedisServer(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

/** With the durability that Hostkeeper asks of a real one. */
export async function startRedisServer(): Promise<{ redis: Required<TestRedis>; drop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'hostkeeper-redis-'));
  const port = await freePort();
  const durable = [
    '--appendonly',
    'yes',
    '--appendfsync',
    'everysec',
    '--maxmemory-policy',
    'noeviction',
    '--save',
    '',
  ];
  let server: ChildProcess | undefined;
  const redis = {
    url: `redis://127.0.0.1:${port}`,
    start: async () => {
      const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, ...durable];
      server = spawn('redis-server', options, { stdio: 'ignore' });
      await waitFor('redis-server to listen', () => isListening(port));
    },
    kill: async () => {
      if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    },
  };
  await redis.start();
  return { redis, drop: () => redis.kill().then(() => rm(folder, { recursive: true })) };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
