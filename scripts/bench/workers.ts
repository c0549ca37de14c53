import { openEmbedded } from '../../src/records/embedded/open.js';
import { startHostkeeper, startReadyWorker, withDataDir, type WorkerProcess } from './hostkeeper.js';
import { cpuMs } from './gauge.js';
import { report, round } from './report.js';
import { addUsers, connectZoom, LIFTED, QUEUES, until, withZoom, type Bed, type QueueKind } from './zoom.js';

const COUNTS = [1, 2, 4];
const PEOPLE = 2_000;
const KEYS = `bench:${Buffer.alloc(32, 1).toString('base64')}`;

/** A backlog that 1, 2 and 4 processes work off while Zoom knows no limits; its request log tells what was done twice. */
export async function benchWorkers(): Promise<void> {
  for (const queue of QUEUES)
    await withDataDir(async (dataDir) => {
      const database = await openEmbedded({ dataDir });
      const env = { ...LIFTED.env, DATABASE_URL: database.url, ENCRYPTION_KEYS: KEYS };
      await withZoom({ queue, dataDir, zoom: LIFTED.zoom, env }, (bed) => measure(queue, bed));
      await database.release();
    });
}

async function measure(queue: QueueKind, { zoom, env }: Bed): Promise<void> {
  const webhookTo = await connectZoom(env);
  for (const count of COUNTS) {
    const web = await startHostkeeper('web', env);
    const mails = Array.from({ length: PEOPLE }, (_, number) => `with.${count}.${number}@example.com`);
    const ids = await addUsers(zoom, webhookTo(web), mails);
    await web.stop();
    zoom.log.clear();
    const workers = await Promise.all(Array.from({ length: count }, () => startReadyWorker(env)));
    const cpuBefore = await cpuOf(workers);
    const allStartedAt = performance.now();
    const patches = () => zoom.log.requests.filter(({ method }) => method === 'PATCH');
    await until(() => patches().length >= PEOPLE, 'every key', 600_000);
    const usedMs = (await cpuOf(workers)) - cpuBefore;
    for (const worker of workers) await worker.stop();
    const times = patches().map(({ arrivedAt }) => arrivedAt.monotonicMs);
    const counted = times.filter((at) => at > allStartedAt);
    const seconds = ((counted.at(-1) as number) - allStartedAt) / 1_000;
    const perUser = countPerUser(patches().map(({ userId }) => userId ?? ''));
    report(`jobs with ${count} workers on ${queue}`, counted.length / seconds, 'jobs/s', {
      jobs: PEOPLE,
      counted: counted.length,
      seconds: round(seconds),
      workerCpuMsPerJob: round(usedMs / counted.length),
      doneTwice: [...perUser.values()].filter((calls) => calls > 1).length,
      missed: ids.filter((id) => !perUser.has(id)).length,
    });
  }
}

async function cpuOf(workers: WorkerProcess[]): Promise<number> {
  const used = await Promise.all(workers.map(({ child }) => cpuMs(child.pid as number)));
  return used.reduce((sum, ms) => sum + ms, 0);
}

function countPerUser(userIds: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of userIds) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
