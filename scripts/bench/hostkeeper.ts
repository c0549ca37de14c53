import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../hostkeeper.js', import.meta.url));

export interface Running {
  url: string;
  child: ChildProcess;
  stop(): Promise<void>;
}

export type Env = Record<string, string>;

const children = new Set<ChildProcess>();
process.on('exit', () => children.forEach((child) => child.kill('SIGTERM')));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

/** A measurement that breaks off, or is told to, leaves nothing running. */
export function endWithUs<Child extends ChildProcess>(child: Child): Child {
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

function launch(args: string[], env: Env, stderr: 'inherit' | 'pipe'): ChildProcess {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', stderr],
  });
  return endWithUs(child);
}

/** A data folder of its own for one measurement, gone afterwards. */
export async function withDataDir<T>(work: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hostkeeper-bench-'));
  await chmod(dataDir, 0o711); // so that what root starts as somebody else finds its files here
  try {
    return await work(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Runs one of our commands to its end and gives what it printed as JSON. */
export async function runJson<T>(args: string[], env: Env): Promise<T> {
  const child = spawn(process.execPath, [launcher, ...args, '--json'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return JSON.parse(text) as T;
}

/** A process of the service, or another server, listening on a free port. */
export async function start(command: string[], env: Env): Promise<Running> {
  const port = await freePort();
  const child = launch(command, { ...env, PORT: String(port) }, 'inherit');
  const url = `http://127.0.0.1:${port}`;
  await untilReady(`${url}/readyz`, child);
  return { url, child, stop: () => stop(child) };
}

/** What is measured is what it can do, not what one source may ask of it. */
const UNLIMITED: Env = { SCIM_RATE: '1000000', SCIM_BURST: '1000000' };

export function startHostkeeper(part: 'serve' | 'web', env: Env): Promise<Running> {
  return start([launcher, part], { ...UNLIMITED, ...env });
}

export type WorkerProcess = Pick<Running, 'child' | 'stop'>;

/** A process that only works: it listens nowhere. `onLine` is given what it logs. */
export function startWorker(env: Env, onLine: (line: string) => void): WorkerProcess {
  const child = launch([launcher, 'worker'], env, 'pipe');
  createInterface({ input: child.stderr! }).on('line', onLine);
  return { child, stop: () => stop(child) };
}

/** The same, once it is ready to work. */
export function startReadyWorker(
  env: Env,
  onLine: (line: string) => void = () => undefined,
): Promise<WorkerProcess> {
  return new Promise((resolve, reject) => {
    const worker = startWorker(
      { ...env, LOG_LEVEL: env['LOG_LEVEL'] === 'debug' ? 'debug' : 'info' },
      (line) => {
        if (line.includes('hostkeeper started')) resolve(worker);
        onLine(line);
      },
    );
    worker.child.on('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
  });
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (let tried = 0; tried < 600; tried++) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before it was ready`);
    const ready = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} was not ready within a minute`);
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.on('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
