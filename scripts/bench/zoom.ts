import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import type { RehearsalZoomOptions } from '../../src/rehearsal/options.js';
import { runJson, type Env, type Running } from './hostkeeper.js';
import { startRedis, type RunningRedis } from './redis.js';

export const QUEUES = ['postgres', 'redis'] as const;
export type QueueKind = (typeof QUEUES)[number];

export interface Bed {
  zoom: RehearsalZoom;
  /** What the service needs to know of it, and of the queue. */
  env: Env;
  redis: RunningRedis | null;
}

export interface BedOptions {
  queue: QueueKind;
  dataDir: string;
  zoom?: RehearsalZoomOptions;
  env?: Env;
}

/** Calls per second that no worker of ours reaches: for measurements that are not about the budget. */
export const LIFTED = {
  zoom: { limits: { light: Infinity, medium: Infinity } },
  env: { ZOOM_RATE_LIGHT: '1000', ZOOM_RATE_MEDIUM: '1000' },
};

/** A rehearsal Zoom, and a Redis where the queue is one; says so when there is no redis-server, and measures nothing. */
export async function withZoom(options: BedOptions, work: (bed: Bed) => Promise<void>): Promise<void> {
  const { queue, dataDir } = options;
  const redis = queue === 'redis' ? await startRedis(dataDir) : null;
  if (queue === 'redis' && !redis)
    return void process.stderr.write('no redis-server on the PATH: not measured\n');
  const zoom = await startRehearsalZoom({ plan: 'business', ...options.zoom });
  const env = { ...envOf(zoom, dataDir), ...(redis && { REDIS_URL: redis.url }), ...options.env };
  try {
    await work({ zoom, env, redis });
  } finally {
    await zoom.close();
    await redis?.stop();
  }
}

function envOf({ apiUrl, tokenUrl, settings }: RehearsalZoom, dataDir: string): Env {
  return {
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    ZOOM_API_URL: apiUrl,
    ZOOM_TOKEN_URL: tokenUrl,
    ZOOM_ACCOUNT_ID: settings.accountId,
    ZOOM_CLIENT_ID: settings.clientId,
    ZOOM_CLIENT_SECRET: settings.clientSecret,
    ZOOM_PLAN: 'business',
    ZOOM_RATE_SHARE: '1',
  };
}

/** Zoom as a source, and where its webhooks are to go. */
export async function connectZoom(env: Env): Promise<(service: Running) => { url: string; secret: string }> {
  const { secret } = await runJson<{ secret: string }>(['source', 'add', 'zoom', '--kind', 'zoom'], env);
  return (service) => ({ url: `${service.url}/webhooks/zoom`, secret });
}

/** New users of Zoom, announced by its webhooks until the service has taken them all; nothing is announced after. */
export async function addUsers(
  zoom: RehearsalZoom,
  webhook: { url: string; secret: string },
  mails: string[],
): Promise<string[]> {
  zoom.setWebhook(webhook);
  let from = zoom.deliveries.length;
  const ids: string[] = [];
  for (const [index, email] of mails.entries()) {
    ids.push(zoom.portal.create({ email }).id);
    if (index % 50 === 49) await settled(zoom, 50);
  }
  await settled(zoom);
  // Zoom would come again in five minutes to a service that was too busy to answer in time.
  for (let lost = lostOf(zoom, from); lost.length > 0; lost = lostOf(zoom, from)) {
    from = zoom.deliveries.length;
    for (const delivery of lost) zoom.redeliver(delivery);
    await settled(zoom);
  }
  zoom.setWebhook(null);
  return ids;
}

function lostOf({ deliveries }: RehearsalZoom, from: number) {
  return deliveries.slice(from).filter(({ state }) => state !== 'delivered');
}

/** Until the last so many webhooks, by default all, have been answered. */
export async function settled(zoom: RehearsalZoom, last = Infinity): Promise<void> {
  while (zoom.deliveries.slice(-last).some((delivery) => delivery.state === 'sending'))
    await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Until it is so; looks every 20 ms. */
export async function until(isSo: () => boolean, what: string, timeoutMs = 120_000): Promise<void> {
  const givenUpAt = performance.now() + timeoutMs;
  while (!isSo()) {
    if (performance.now() > givenUpAt) throw new Error(`waited ${timeoutMs / 1_000} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
