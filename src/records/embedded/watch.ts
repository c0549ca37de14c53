import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../log.js';
import { EmbeddedError } from './error.js';
import { isServing, readPostmaster } from './postmaster.js';

/** Reading a file and a line of /proc: what that costs a second is nothing beside an outage. */
const lookMs = process.platform === 'linux' ? 1_000 : 5_000;
const maxLookMs = 30_000;

export interface ServerWatch {
  /** Resolves once nothing is looked at or started any more. */
  stop(): Promise<void>;
}

interface WatchOptions {
  files: string;
  /** Starts the server; false when somebody else is at it, or was. */
  revive: () => Promise<boolean>;
  log: Pick<Log, 'alert'> | undefined;
}

/** A server that ended is started again as long as this process has it open. */
export function watchServer(options: WatchOptions): ServerWatch {
  const stopping = new AbortController();
  const watching = watch(options, stopping.signal);
  return {
    stop: () => {
      stopping.abort();
      return watching;
    },
  };
}

async function watch(options: WatchOptions, signal: AbortSignal): Promise<void> {
  let waitMs = lookMs;
  for (;;) {
    await sleep(waitMs, undefined, { ref: false, signal }).catch(() => undefined);
    if (signal.aborted) return;
    waitMs = (await look(options)) ? lookMs : Math.min(waitMs * 2, maxLookMs);
  }
}

/** False when the server is needed and cannot be had. */
async function look({ files, revive, log }: WatchOptions): Promise<boolean> {
  try {
    if (await isUp(files)) return true;
    if (await revive()) log?.alert('EMBEDDED_RESTARTED', {}, 'embedded database ended and was started again');
    return true;
  } catch (error) {
    const code = error instanceof EmbeddedError ? error.code : 'EMBEDDED_START_FAILED';
    log?.alert('EMBEDDED_DOWN', { code, err: error }, 'embedded database could not be started again');
    return false;
  }
}

export async function isUp(files: string): Promise<boolean> {
  const running = await readPostmaster(files);
  return running !== undefined && (await isServing(running.pid, files));
}
