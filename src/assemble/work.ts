import { randomUUID } from 'node:crypto';
import { budgetFor } from '../zoom/budget.js';
import { startWorkers, type Workers } from '../jobs/worker.js';
import type { Core } from './core.js';
import type { Zoom } from './zoom.js';

/** As many calls to Zoom as may be under way at once. */
const MAX_CONCURRENCY = 16;
/** More would only wait until their leases are too short: a lease outlives the time-out of its call by 5 s. */
const SECONDS_IN_LINE = 2;

/** This process's part in the work. */
export function startWork(core: Core, zoom: Zoom, onStuck?: () => void): Workers {
  const { config, database, relay } = core;
  return startWorkers({
    ...core,
    pool: database.pool,
    zoom: zoom.client,
    tell: relay,
    clockSpeed: config.clockSpeed,
    waitForZoomDays: config.policy.waitForZoomDays,
    newLeaseToken: randomUUID,
    random: Math.random,
    concurrency: Math.min(MAX_CONCURRENCY, SECONDS_IN_LINE * budgetFor(config.zoom).light),
    onStuck,
  });
}
