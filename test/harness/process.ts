import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Intake } from '../../src/jobs/intake.js';
import type { Durations } from '../../src/lifecycle/durations.js';

/** To take a notice in, to begin to work, or to stop as after SIGTERM. */
export type Order = Intake | 'work' | 'stop';

export interface TestProcess {
  send(order: Order): void;
  kill(): void;
  /** By which signal or with which status it ended; a failure when that takes too long. */
  ended(): Promise<string>;
}

export interface TestProcessOptions {
  env: Record<string, string>;
  durations: Partial<Durations>;
  /** Where it kills itself, if anywhere. */
  failpoint?: string;
}

const main = new URL('process-main.ts', import.meta.url).pathname;
const PATIENCE_MS = 15_000;

/** The service in a real process of its own, ready for orders. */
export async function startProcess({
  env,
  durations,
  failpoint = 'none',
}: TestProcessOptions): Promise<TestProcess> {
  const args = ['--import', 'tsx', main, failpoint, JSON.stringify(durations)];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const said: string[] = [];
  child.stderr?.on('data', (text: Buffer) => said.push(text.toString()));
  const exit = once(child, 'exit').then(([code, signal]) => String(signal ?? code));
  const first = await Promise.race([once(child, 'message'), exit]);
  if (typeof first === 'string') throw new Error(`the process ended (${first}):\n${said.join('')}`);
  return {
    send: (order) => void child.send(order),
    kill: () => void child.kill('SIGKILL'),
    ended: () => within(exit, child, said),
  };
}

async function within(exit: Promise<string>, child: ChildProcess, said: string[]): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the process goes on after ${PATIENCE_MS} ms:\n${said.join('')}`));
    }, PATIENCE_MS);
  });
  return Promise.race([exit, late]).finally(() => clearTimeout(timer));
}
