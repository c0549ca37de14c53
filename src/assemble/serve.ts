import { redecide } from '../jobs/redecide.js';
import { countUnreadable, destroyUnreadable } from '../records/unreadable.js';
import { openCore, type Core, type CoreOptions } from './core.js';
import type { Workers } from '../jobs/worker.js';
import { startMetrics, type MetricsListener } from './metrics.js';
import { createReadiness } from './readiness.js';
import { loadShapes } from './schemas.js';
import { startWeb } from './web.js';
import { startWork } from './work.js';
import { openZoom, type Zoom } from './zoom.js';

export interface ServeOptions extends CoreOptions {
  parts: { web: boolean; worker: boolean };
  /** Start although sealed keys do not open any more; they count as not held. */
  acceptKeyLoss: boolean;
  /** Called when the worker has stopped asking for work for good. Never with web: notices must be kept all the same. */
  onStuck: () => void;
}

export interface Serving {
  core: Core;
  /** Undefined in a process without web. */
  url: string | undefined;
  /** Takes nothing new, ends what runs within the grace, closes everything. */
  stop(): Promise<void>;
}

/** Sealed keys need ring keys that are not there. */
class KeysLost extends Error {
  override readonly name = 'KeysLost';
  readonly code = 'KEY_UNREADABLE';

  constructor(readonly lost: ReadonlyMap<string, number>) {
    const list = [...lost].map(([id, count]) => `${count} under key "${id}"`).join(', ');
    super(
      `sealed host keys do not open with ENCRYPTION_KEYS (${list}). Put the missing keys back; ` +
        'or start once with --accept-key-loss: those keys count as not held, and new ones are set.',
    );
  }
}

/** A process of the service: web, worker, or both. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const shapes = options.parts.web ? await loadShapes(options.config.dataDir) : undefined;
  const core = await openCore(options);
  const doors: (() => Promise<unknown>)[] = [];
  let zoom: Zoom | undefined;
  let metrics: MetricsListener | undefined;
  const stop = async () => {
    // Together: what is asked for and what runs share the grace.
    await Promise.all(doors.splice(0).map((close) => close()));
    zoom?.close();
    await metrics?.close();
    await core.close();
  };
  try {
    await checkKeys(core, options.acceptKeyLoss);
    if (options.parts.worker) zoom = openZoom(core);
    const work: { workers?: Workers } = {};
    const workGoesOn = () =>
      Date.now() - (work.workers?.lastPollAt() ?? Date.now()) < core.durations.watchdogMs;
    // First what can fail for a port that is taken: until then nothing is done.
    const { health, drain } = createReadiness(core, { web: options.parts.web, workGoesOn });
    const web = shapes ? await startWeb(core, { health, shapes }) : undefined;
    if (web) doors.push(() => web.close());
    doors.push(async () => drain());
    metrics = await startMetrics(core, health);
    if (zoom) work.workers = startWork(core, zoom, options.parts.web ? undefined : options.onStuck);
    doors.push(async () => work.workers?.drain());
    core.log.info(
      { url: web?.url, worker: options.parts.worker, queue: core.address.kind },
      'hostkeeper started',
    );
    return { core, url: web?.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function checkKeys(
  { database, ring, relay, newId, brake, log }: Core,
  acceptLoss: boolean,
): Promise<void> {
  const lost = await countUnreadable(database.pool, ring.ids);
  if (lost.size === 0) return;
  if (!acceptLoss) throw new KeysLost(lost);
  const people = await destroyUnreadable(database.pool, ring.ids);
  const fields = { code: 'KEY_UNREADABLE', people: people.length };
  log.alert('KEY_UNREADABLE', fields, 'unreadable host keys given up');
  await redecide(people, { pool: database.pool, tell: relay, newId, brake });
}
