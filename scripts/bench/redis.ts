import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endWithUs, freePort } from './hostkeeper.js';

export interface RunningRedis {
  url: string;
  stop(): Promise<void>;
}

/** A redis-server from the PATH as it is to be run (AOF, noeviction); null where there is none. */
export async function startRedis(folder: string): Promise<RunningRedis | null> {
  const port = await freePort();
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--maxmemory-policy',
    'noeviction',
    '--save',
    '',
  ];
  const child = endWithUs(spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] }));
  const missing = once(child, 'error').then(() => true);
  const ready = new Promise<boolean>((resolve) => {
    child.stdout.on(
      'data',
      (chunk: Buffer) => chunk.includes('Ready to accept connections') && resolve(false),
    );
  });
  if (await Promise.race([missing, ready])) return null;
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
