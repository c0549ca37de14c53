import { setTimeout as sleep } from 'node:timers/promises';
import { isServing, readPostmaster } from './postmaster.js';

const smartStopMs = 2_000;
const fastStopMs = 30_000;
const pollMs = 20;

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
