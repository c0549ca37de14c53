import type { RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { startHostkeeper, startWorker, withDataDir } from './hostkeeper.js';
import { percentile, report, round } from './report.js';
import { addUsers, connectZoom, QUEUES, settled, until, withZoom, type QueueKind } from './zoom.js';

const SAMPLES = 300;
const QUEUED = 2_000;
const BUDGET = 40;

/** From a notice to the PATCH it causes, and how well a backlog uses the call budget, on both queues. */
export async function benchWork(): Promise<void> {
  for (const queue of QUEUES) {
    await withDataDir((dataDir) => benchLatency(queue, dataDir));
    await withDataDir((dataDir) => benchBudget(queue, dataDir));
  }
}

/** One notice at a time, each from Zoom's webhook, until Zoom receives the PATCH; same clock at both ends. */
function benchLatency(queue: QueueKind, dataDir: string): Promise<void> {
  return withZoom({ queue, dataDir }, async ({ zoom, env }) => {
    const webhookTo = await connectZoom(env);
    const service = await startHostkeeper('serve', env);
    zoom.setWebhook(webhookTo(service));
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

/** People who are all there before the worker starts. */
function benchBudget(queue: QueueKind, dataDir: string): Promise<void> {
  return withZoom({ queue, dataDir, env: { ZOOM_RATE_LIGHT: String(BUDGET) } }, async ({ zoom, env }) => {
    const webhookTo = await connectZoom(env);
    const service = await startHostkeeper('web', env);
    const mails = Array.from({ length: QUEUED }, (_, number) => `queued.${number}@example.com`);
    await addUsers(zoom, webhookTo(service), mails);
    const grants: number[] = [];
    const worker = startWorker({ ...env, LOG_LEVEL: 'debug' }, (line) => grants.push(...grantsOf(line)));
    const patches = () => zoom.log.requests.filter((request) => request.method === 'PATCH');
    await until(() => patches().length >= QUEUED, 'every PATCH');
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
