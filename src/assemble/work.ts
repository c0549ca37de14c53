import { randomUUID } from 'node:crypto';
import { startWorkers, type Workers } from '../jobs/worker.js';
import type { Core } from './core.js';
import type { Zoom } from './zoom.js';

/** As many calls to Zoom as may be under way at once; the call budget is what limits them. */
const CONCURRENCY = 16;

/** This process's part in the work. */
export function startWork(core: Core, zoom: Zoom, onStuck?: () => void): Workers {
  const { config, database, queue, relay, durations } = core;
  return startWorkers({
    ...core,
    pool: database.pool,
    zoom: zoom.client,
    queue,
    tell: relay,
    durations,
    clockSpeed: config.clockSpeed,
    waitForZoomDays: config.policy.waitForZoomDays,
    newLeaseToken: randomUUID,
    random: Math.random,
    concurrency: CONCURRENCY,
    onStuck,
  });
}
