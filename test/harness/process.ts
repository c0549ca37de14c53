import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Intake } from '../../src/jobs/intake.js';

export interface TestProcess {
  /** Has it take these in, at once. */
  accept(...intakes: Intake[]): void;
  kill(): void;
  /** How it ended; a failure when that takes too long. */
  ended(): Promise<string>;
}

const main = new URL('process-main.ts', import.meta.url).pathname;
const PATIENCE_MS = 15_000;

/** The service in a real process of its own, ready to work; `failpoint` is where it kills itself. */
export async function startProcess(env: Record<string, string>, failpoint = 'none'): Promise<TestProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', main, failpoint], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const said: string[] = [];
  child.stderr?.on('data', (text: Buffer) => said.push(text.toString()));
  const exit = once(child, 'exit').then(([code, signal]) => (signal ?? code) as string | number);
  const first = await Promise.race([once(child, 'message'), exit]);
  if (!Array.isArray(first)) throw new Error(`the process ended (${first}):\n${said.join('')}`);
  return {
    accept: (...intakes) => intakes.forEach((intake) => child.send(intake)),
    kill: () => void child.kill('SIGKILL'),
    ended: () => within(exit, child, said),
  };
}

async function within(exit: Promise<string | number>, child: ChildProcess, said: string[]): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the process goes on after ${PATIENCE_MS} ms:\n${said.join('')}`));
    }, PATIENCE_MS);
  });
  return String(await Promise.race([exit, late]).finally(() => clearTimeout(timer)));
}
