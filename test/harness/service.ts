import { randomUUID } from 'node:crypto';
import { openCore, type Core } from '../../src/assemble/core.js';
import { startWork } from '../../src/assemble/work.js';
import { openZoom } from '../../src/assemble/zoom.js';
import { readConfig } from '../../src/config.js';
import type { RunOptions } from '../../src/jobs/run-options.js';
import type { Workers } from '../../src/jobs/worker.js';
import type { Durations } from '../../src/lifecycle/durations.js';
import { createLog } from '../../src/log.js';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { createTestDatabase } from './database.js';

const KEYS = `test:${Buffer.alloc(32, 7).toString('base64')}`;

export interface TestCore {
  core: Core;
  zoom: RehearsalZoom;
  /** To carry out attempts by hand, one step at a time. */
  run: RunOptions;
  /** This process's part in the work, if it takes one. */
  startWorkers(): Workers;
  /** Everything logged so far. */
  logged(): string;
  close(): Promise<void>;
}

export interface TestCoreOptions {
  /** False: jobs wait until `startWorkers`, or until the test carries them out by hand. */
  workers?: boolean;
  /** Somebody else's, who drops it. */
  databaseUrl?: string;
  /** Somebody else's, who closes it. */
  zoom?: RehearsalZoom;
  /** Instead of what CLOCK_SPEED makes of them. */
  durations?: Partial<Durations>;
}

/** The service's inside on its own database, with a worker and a rehearsal Zoom of its own unless told otherwise. */
export async function startCore(
  env: Record<string, string> = {},
  options: TestCoreOptions = {},
): Promise<TestCore> {
  const closing: (() => unknown)[] = [];
  const close = async () => {
    for (const closeOne of closing.splice(0).reverse()) await closeOne();
  };
  try {
    return { ...(await openParts(env, options, closing)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openParts(
  env: Record<string, string>,
  options: TestCoreOptions,
  closing: (() => unknown)[],
): Promise<Omit<TestCore, 'close'>> {
  const databaseUrl = options.databaseUrl ?? (await ownDatabase(closing));
  const zoom = options.zoom ?? (await ownZoom(env, closing));
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const core = await openCore({ config: readConfig(environment(databaseUrl, zoom, env)), log });
  closing.push(() => core.close());
  Object.assign(core.durations, options.durations);
  const calls = openZoom(core);
  closing.push(() => calls.close());
  const started: Workers[] = [];
  closing.push(() => Promise.all(started.map((one) => one.drain())));
  const startWorkers = () => {
    const work = startWork(core, calls, () => lines.push('{"alert":"WORKER_STUCK","outcome":"exit"}\n'));
    started.push(work);
    return work;
  };
  if (options.workers !== false) startWorkers();
  const logged = () => lines.join('');
  return { core, zoom, run: runOptions(core, calls.client), startWorkers, logged };
}

/** Settings that let a process, this or another, work on this database with this Zoom. */
export function environment(
  databaseUrl: string,
  zoom: RehearsalZoom,
  env: Record<string, string> = {},
): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEYS: KEYS,
    ZOOM_API_URL: zoom.apiUrl,
    ZOOM_TOKEN_URL: zoom.tokenUrl,
    ZOOM_ACCOUNT_ID: zoom.settings.accountId,
    ZOOM_CLIENT_ID: zoom.settings.clientId,
    ZOOM_CLIENT_SECRET: zoom.settings.clientSecret,
    ZOOM_PLAN: 'business',
    ZOOM_RATE_SHARE: '1',
    // Only tests of the brake mean to pull it.
    BRAKE_MINIMUM: '1000000',
    ...env,
  };
}

async function ownDatabase(closing: (() => unknown)[]): Promise<string> {
  const database = await createTestDatabase();
  closing.push(() => database.drop());
  return database.url;
}

async function ownZoom(env: Record<string, string>, closing: (() => unknown)[]): Promise<RehearsalZoom> {
  const clockSpeed = Number(env['CLOCK_SPEED'] ?? 1);
  const zoom = await startRehearsalZoom({ plan: 'business', clockSpeed });
  closing.push(() => zoom.close());
  return zoom;
}

function runOptions(core: Core, zoom: RunOptions['zoom']): RunOptions {
  const { config, database, relay } = core;
  return {
    ...core,
    pool: database.pool,
    zoom,
    tell: relay,
    clockSpeed: config.clockSpeed,
    waitForZoomDays: config.policy.waitForZoomDays,
    newLeaseToken: randomUUID,
    random: Math.random,
  };
}
