import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { startRedis } from './redis.js';
import { percentile, report, round } from './report.js';
import { runJson, startHostkeeper, startWorker, withDataDir, type Env } from './hostkeeper.js';

const SAMPLES = 300;
const QUEUED = 2_000;
const BUDGET = 40;

interface Bench {
  zoom: RehearsalZoom;
  /** What the service needs to know of it. */
  env: Env;
}

/** From a notice to the PATCH it causes, and how well a backlog uses the call budget, on both queues. */
export async function benchWork(): Promise<void> {
  for (const queue of ['postgres', 'redis'] as const) {
    await withDataDir((dataDir) => benchLatency(queue, dataDir));
    await withDataDir((dataDir) => benchBudget(queue, dataDir));
  }
}

async function withZoom(
  queue: 'postgres' | 'redis',
  dataDir: string,
  env: Env,
  work: (bench: Bench) => Promise<void>,
): Promise<void> {
  const redis = queue === 'redis' ? await startRedis(dataDir) : null;
  if (queue === 'redis' && !redis)
    return void process.stderr.write('no redis-server on the PATH: not measured\n');
  const zoom = await startRehearsalZoom({ plan: 'business' });
  const { accountId, clientId, clientSecret } = zoom.settings;
  await work({
    zoom,
    env: {
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      ZOOM_API_URL: zoom.apiUrl,
      ZOOM_TOKEN_URL: zoom.tokenUrl,
      ZOOM_ACCOUNT_ID: accountId,
      ZOOM_CLIENT_ID: clientId,
      ZOOM_CLIENT_SECRET: clientSecret,
      ZOOM_PLAN: 'business',
      ZOOM_RATE_SHARE: '1',
      ...(redis && { REDIS_URL: redis.url }),
      ...env,
    },
  });
  await zoom.close();
  await redis?.stop();
}

/** One notice at a time, each from Zoom's webhook, until Zoom receives the PATCH; same clock at both ends. */
function benchLatency(queue: 'postgres' | 'redis', dataDir: string): Promise<void> {
  return withZoom(queue, dataDir, {}, async ({ zoom, env }) => {
    const { secret } = await runJson<{ secret: string }>(['source', 'add', 'zoom', '--kind', 'zoom'], env);
    const service = await startHostkeeper('serve', env);
    zoom.setWebhook({ url: `${service.url}/webhooks/zoom`, secret });
    const took: number[] = [];
    for (let sample = 0; sample < SAMPLES + 20; sample++) {
      const startedAt = performance.now();
      const user = zoom.portal.create({ email: `latency.${sample}@example.com` });
      const arrivedAt = await patchOf(zoom, user.id as string);
      if (sample >= 20) took.push(arrivedAt - startedAt);
      await settled(zoom);
    }
    await service.stop();
    report(`notice to patch on ${queue}, p50`, percentile(took, 50), 'ms', {
      goal: '<= 25',
      samples: SAMPLES,
    });
    report(`notice to patch on ${queue}, p99`, percentile(took, 99), 'ms', {
      goal: '<= 150',
      samples: SAMPLES,
    });
  });
}

async function patchOf(zoom: RehearsalZoom, userId: string): Promise<number> {
  for (;;) {
    const patch = zoom.log.of(userId).find((request) => request.method === 'PATCH');
    if (patch) return patch.arrivedAt.monotonicMs;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Until the echo of our own write has been taken in too: the service is idle again. */
async function settled(zoom: RehearsalZoom): Promise<void> {
  while (zoom.deliveries.some((delivery) => delivery.state === 'sending'))
    await new Promise((resolve) => setTimeout(resolve, 2));
}

/** People who are all there before the worker starts. */
function benchBudget(queue: 'postgres' | 'redis', dataDir: string): Promise<void> {
  return withZoom(queue, dataDir, { ZOOM_RATE_LIGHT: String(BUDGET) }, async ({ zoom, env }) => {
    const { secret } = await runJson<{ secret: string }>(['source', 'add', 'zoom', '--kind', 'zoom'], env);
    const service = await startHostkeeper('web', env);
    zoom.setWebhook({ url: `${service.url}/webhooks/zoom`, secret });
    for (let number = 0; number < QUEUED; number++) {
      zoom.portal.create({ email: `queued.${number}@example.com` });
      if (number % 50 === 0) await settled(zoom);
    }
    await settled(zoom);
    zoom.setWebhook(null);
    const grants: number[] = [];
    const worker = startWorker({ ...env, LOG_LEVEL: 'debug' }, (line) => grants.push(...grantsOf(line)));
    const patches = () => zoom.log.requests.filter((request) => request.method === 'PATCH');
    while (patches().length < QUEUED) await new Promise((resolve) => setTimeout(resolve, 100));
    await worker.stop();
    await service.stop();
    const arrivals = patches()
      .map((request) => request.arrivedAt.monotonicMs)
      .toSorted((a, b) => a - b);
    const seconds = ((arrivals.at(-1) as number) - (arrivals[0] as number)) / 1_000;
    const used = (arrivals.length - 1) / seconds / BUDGET;
    const refused = zoom.log.requests.filter((request) => request.status === 429).length;
    report(`call budget used on ${queue}`, used, 'of 1', {
      goal: '>= 0.95',
      seconds: round(seconds),
      calls: arrivals.length,
      refused,
    });
    report(`most grants in one second on ${queue}`, mostInOneSecond(grants), 'calls', {
      goal: `<= ${BUDGET}`,
      grants: grants.length,
      onArrival: mostInOneSecond(arrivals),
    });
  });
}

/** When the worker was granted a call, from what it logs. */
function grantsOf(line: string): number[] {
  if (!line.includes('zoom call granted')) return [];
  return [(JSON.parse(line) as { grantedAt: number }).grantedAt];
}

function mostInOneSecond(arrivals: number[]): number {
  let first = 0;
  let most = 0;
  arrivals.forEach((at, last) => {
    while (at - (arrivals[first] as number) >= 1_000) first++;
    most = Math.max(most, last - first + 1);
  });
  return most;
}
