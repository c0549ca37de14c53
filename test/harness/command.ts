import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { waitFor } from './wait-for.js';

export interface RunningCommand {
  pid: number;
  /** What it said on stdout and stderr so far. */
  output(): string;
  data(): string;
  signal(signal: NodeJS.Signals): void;
  /** By which signal or with which status it ended; a failure when that takes too long. */
  ended(timeoutMs?: number): Promise<string>;
  /** Where it listens, once it does. */
  url(): Promise<string>;
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const running = new Set<ChildProcess>();

/** `hostkeeper <args>` in a process, and a process group, of its own. */
export function startCommand(args: string[], env: Record<string, string>): RunningCommand {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOST: '127.0.0.1', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  const said = { all: '', data: '' };
  child.stderr.on('data', (text: Buffer) => (said.all += text.toString()));
  child.stdout.on('data', (text: Buffer) => {
    said.all += text.toString();
    said.data += text.toString();
  });
  const exit = once(child, 'close').then(([code, signal]) => String(signal ?? code));
  void exit.then(() => running.delete(child));
  const url = () => /"url":"([^"]+)"[^\n]*"hostkeeper started"/.exec(said.all)?.[1];
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid ?? 0,
    output: () => said.all,
    data: () => said.data,
    signal: (signal) => void child.kill(signal),
    async ended(timeoutMs = 20_000) {
      await waitFor(`hostkeeper ${args.join(' ')} to end`, isOver, timeoutMs).catch((error: Error) => {
        throw new Error(`${error.message}:\n${said.all}`);
      });
      return exit;
    },
    async url() {
      await waitFor('it to listen', () => url() !== undefined || isOver(), 30_000);
      const found = url();
      if (found === undefined) throw new Error(`it ended:\n${said.all}`);
      return found;
    },
  };
}

/** One that ends by itself: its data, or a failure. */
export async function runCommand(args: string[], env: Record<string, string>): Promise<string> {
  const command = startCommand(args, env);
  const status = await command.ended(30_000);
  if (status !== '0')
    throw new Error(`hostkeeper ${args.join(' ')} ended with ${status}:\n${command.output()}`);
  return command.data();
}

/** For afterEach: nothing that a failed test started goes on. */
export async function killCommands(): Promise<void> {
  for (const child of running) child.kill('SIGKILL');
  await waitFor('every command to be gone', () => running.size === 0);
}
