import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { openEmbedded } from '../../src/records/embedded/open.js';
import type { RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { startHostkeeper, startReadyWorker, withDataDir, type WorkerProcess } from './hostkeeper.js';
import { median, percentile, report, round } from './report.js';
import { addUsers, connectZoom, LIFTED, QUEUES, until, withZoom, type Bed, type QueueKind } from './zoom.js';

const KILLS = 5;
const FLUSHES = 3;
const LEASE_AND_SWEEP_S = 20;
const KEYS = `bench:${Buffer.alloc(32, 1).toString('base64')}`;
/** Longer than it takes to see a call and kill its caller, shorter than the caller's patience. */
const SLOW_MS = 5_000;

/** How long work stands still: after a worker is killed over a call to Zoom, and after Redis has lost everything. */
export async function benchRecovery(): Promise<void> {
  for (const queue of QUEUES) await withWeb(queue, (bed) => afterKill(queue, bed));
  await withWeb('redis', afterFlush);
}

interface Served extends Bed {
  /** Tells the service of new users of Zoom; their Zoom ids. */
  add(mails: string[]): Promise<string[]>;
}

async function withWeb(queue: QueueKind, work: (served: Served) => Promise<void>): Promise<void> {
  await withDataDir(async (dataDir) => {
    const database = await openEmbedded({ dataDir });
    const env = { ...LIFTED.env, DATABASE_URL: database.url, ENCRYPTION_KEYS: KEYS };
    await withZoom({ queue, dataDir, zoom: LIFTED.zoom, env }, async (bed) => {
      const webhookTo = await connectZoom(bed.env);
      const web = await startHostkeeper('web', bed.env);
      await work({ ...bed, add: (mails) => addUsers(bed.zoom, webhookTo(web), mails) });
      await web.stop();
    });
    await database.release();
  });
}

interface Counted {
  worker: WorkerProcess;
  calls: number;
}

/** Two workers wait for work; whoever is granted the call is killed over it. */
async function afterKill(queue: QueueKind, { zoom, env, add }: Served): Promise<void> {
  const workers = [await begin(env), await begin(env)];
  const took: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(Math.random() * 5_000); // at any moment between two sweeps
    const calls = workers.map((one) => one.calls);
    zoom.faults.slow(SLOW_MS);
    const [userId] = (await add([`kill.${kill}@example.com`])) as [string];
    await until(() => patchesOf(zoom, userId).length > 0, 'the call');
    await until(() => workers.some((one, index) => one.calls > (calls[index] as number)), 'its caller');
    const caller = workers.findIndex((one, index) => one.calls > (calls[index] as number));
    const [killed] = workers.splice(caller, 1) as [Counted];
    const killedAt = performance.now();
    killed.worker.child.kill('SIGKILL');
    zoom.faults.clear();
    const [replacement] = await Promise.all([
      begin(env),
      until(() => patchesOf(zoom, userId).length > 1, 'it again'),
    ]);
    workers.push(replacement);
    took.push(((patchesOf(zoom, userId)[1] as number) - killedAt) / 1_000);
  }
  for (const { worker } of workers) await worker.stop();
  report(`worker killed to its call made again on ${queue}`, percentile(took, 100), 's', {
    goal: `<= ${LEASE_AND_SWEEP_S}`,
    median: round(median(took)),
    kills: KILLS,
  });
}

async function begin(env: Bed['env']): Promise<Counted> {
  let calls = 0;
  const worker = await startReadyWorker({ ...env, LOG_LEVEL: 'debug' }, (line) => {
    if (line.includes('zoom call granted')) calls++;
  });
  return {
    worker,
    get calls() {
      return calls;
    },
  };
}

function patchesOf(zoom: RehearsalZoom, userId: string): number[] {
  return zoom.log
    .of(userId)
    .filter(({ method }) => method === 'PATCH')
    .map(({ arrivedAt }) => arrivedAt.monotonicMs);
}

const BACKLOG = 100;
const RATE = 5;
/** What a worker has in hands goes on without the queue. */
const IN_HANDS = 16;

/** A backlog that the queue was told of just before Redis is emptied, when most of it is still to be done. */
async function afterFlush({ zoom, env, redis, add }: Served): Promise<void> {
  const took: number[] = [];
  for (let flush = 0; flush < FLUSHES; flush++) {
    zoom.log.clear();
    const worker = await startReadyWorker({ ...env, ZOOM_RATE_LIGHT: String(RATE) });
    await add(Array.from({ length: BACKLOG }, (_, number) => `flush.${flush}.${number}@example.com`));
    const arrivals = () =>
      zoom.log.requests.flatMap((one) => (one.method === 'PATCH' ? one.arrivedAt.monotonicMs : []));
    await until(() => arrivals().length > 2, 'some work');
    const flushedAt = performance.now();
    await flushAll(redis?.url as string);
    const resumedAt = () => arrivals().filter((at) => at > flushedAt)[IN_HANDS];
    await until(() => resumedAt() !== undefined, 'work to go on');
    took.push(((resumedAt() as number) - flushedAt) / 1_000);
    await until(() => arrivals().length >= BACKLOG, 'all work', 300_000);
    await worker.stop();
  }
  report('redis emptied to first work resumed', percentile(took, 100), 's', {
    goal: '<= 60',
    median: round(median(took)),
    flushes: FLUSHES,
  });
}

async function flushAll(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushall();
  redis.disconnect();
}
