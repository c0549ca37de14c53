import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Durations } from '../../src/lifecycle/durations.js';
import { waitFor } from '../harness/wait-for.js';

const MAIN = new URL('child.ts', import.meta.url).pathname;
const PARTS = ['web', 'web', 'worker', 'worker'] as const;
/** Until a process that could not start is started again. */
const AGAIN_MS = 400;
const PATIENCE_MS = 180_000;

/** The processes of the service, each started again whenever it ends, as a supervisor does. */
export interface Crew {
  /** Where the web processes listen that are up. */
  ports(): number[];
  /** SIGKILL to one of those that are up, whatever it is about; it comes back after a while. */
  kill(which: number, downMs: number): Promise<void>;
  allUp(): Promise<void>;
  /** All are killed, and come back with other settings. */
  become(change: Pick<CrewOptions, 'env' | 'durations'>): Promise<void>;
  /** Ended by themselves after they were ready, with their status. */
  ended: string[];
  stop(): Promise<void>;
}

export interface CrewOptions {
  env: Record<string, string>;
  durations: Partial<Durations>;
  hear: (line: string) => void;
}

interface Place {
  part: (typeof PARTS)[number];
  child?: ChildProcess;
  port?: number;
  ready: boolean;
}

export function startCrew({ hear, ...settings }: CrewOptions): Crew {
  const places: Place[] = PARTS.map((part) => ({ part, ready: false }));
  const ended: string[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;

  function startAfter(place: Place, delayMs: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      start(place);
    }, delayMs);
    timers.add(timer);
  }

  function start(place: Place): void {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', MAIN, place.part, JSON.stringify(settings.durations)],
      {
        env: { ...process.env, ...settings.env },
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      },
    );
    place.child = child;
    let wasReady = false;
    createInterface({ input: child.stderr! }).on('line', hear);
    child.once('message', ({ url }: { url: string | null }) => {
      if (place.child !== child) return;
      place.ready = wasReady = true;
      if (url !== null) place.port = Number(new URL(url).port);
    });
    child.once('exit', (code, signal) => {
      if (place.child !== child) return;
      if (wasReady) ended.push(`${place.part}: ${signal ?? code}`);
      leave(place);
      if (!stopped) startAfter(place, AGAIN_MS);
    });
  }

  function killOne(place: Place, downMs: number): void {
    place.child?.kill('SIGKILL');
    leave(place);
    startAfter(place, downMs);
  }

  function leave(place: Place): void {
    place.ready = false;
    delete place.port;
    delete place.child;
  }

  const allUp = () =>
    waitFor('every process to be up', () => places.every(({ ready }) => ready), PATIENCE_MS);
  for (const place of places) start(place);
  return {
    ended,
    ports: () => places.flatMap(({ port }) => port ?? []),
    async kill(which, downMs) {
      const up = () => places.filter(({ ready }) => ready);
      await waitFor('a process to kill', () => up().length > 0, PATIENCE_MS);
      killOne(up()[which % up().length]!, downMs);
    },
    allUp,
    async become(change) {
      await allUp();
      Object.assign(settings, change);
      for (const place of places) killOne(place, 0);
      await allUp();
    },
    async stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      const children = places.flatMap(({ child }) => child ?? []);
      await Promise.all(
        children.map(async (child) => {
          const exit = once(child, 'exit');
          child.kill('SIGKILL');
          await exit;
        }),
      );
    },
  };
}
