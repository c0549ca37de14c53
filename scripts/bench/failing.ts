import { startHostkeeper, startReadyWorker, withDataDir } from './hostkeeper.js';
import type { Failure } from '../../src/rehearsal/faults.js';
import { openEmbedded } from '../../src/records/embedded/open.js';
import { median, report, round } from './report.js';
import { addUsers, connectZoom, until, withZoom, type Bed } from './zoom.js';

const PEOPLE = 2_000;
const ROUNDS = 3;
const KEYS = `bench:${Buffer.alloc(32, 1).toString('base64')}`;
/** Every hundredth person fails. */
const SHARE = 100;
/** Of the others, the part that is measured. */
const MOST = 0.95;
/** `none` is what the others are compared with. */
const KINDS: Record<string, Failure | null> = {
  none: null,
  'answered by 500': { status: 500, body: { code: 500, message: 'Internal error' } },
  'never answered': 'silence',
};

/** How fast the others get their keys, at a plan's whole budget, while every hundredth person's calls always fail. */
export async function benchFailing(): Promise<void> {
  const rates = new Map(Object.keys(KINDS).map((kind) => [kind, [] as number[]]));
  for (let turn = 0; turn < ROUNDS; turn++)
    for (const [kind, failure] of Object.entries(KINDS))
      rates.get(kind)?.push(await withBed((bed) => othersPerSecond(bed, failure)));
  const [, ...failing] = Object.keys(KINDS);
  const whole = rates.get('none') as number[];
  for (const kind of failing) {
    const some = rates.get(kind) as number[];
    report(`others' keys while 1 % are ${kind}`, median(some), 'keys/s', {
      ratio: round(median(some.map((rate, index) => rate / (whole[index] as number)))),
      goal: '>= 0.95',
      noneFailing: round(median(whole)),
      people: PEOPLE,
      rounds: ROUNDS,
    });
  }
}

async function withBed(work: (bed: Bed) => Promise<number>): Promise<number> {
  let result = NaN;
  await withDataDir(async (dataDir) => {
    const database = await openEmbedded({ dataDir });
    const env = { DATABASE_URL: database.url, ENCRYPTION_KEYS: KEYS };
    await withZoom({ queue: 'postgres', dataDir, env }, async (bed) => void (result = await work(bed)));
    await database.release();
  });
  return result;
}

async function othersPerSecond({ zoom, env }: Bed, failure: Failure | null): Promise<number> {
  const webhookTo = await connectZoom(env);
  const web = await startHostkeeper('web', env);
  const mails = Array.from({ length: PEOPLE }, (_, number) => `person.${number}@example.com`);
  const ids = await addUsers(zoom, webhookTo(web), mails);
  const isOther = (_id: string, index: number) => index % SHARE > 0;
  for (const [index, id] of ids.entries()) if (!isOther(id, index)) zoom.faults.failFor(id, failure);
  const others = new Set(ids.filter(isOther));
  const worker = await startReadyWorker(env);
  const startedAt = performance.now();
  const done = () =>
    zoom.log.requests.filter(({ userId = '', status }) => status === 204 && others.has(userId));
  await until(() => done().length >= others.size, "the others' keys", 600_000);
  await worker.stop();
  await web.stop();
  // Whoever else has to wait for a second try, on a busy machine, would otherwise be all that is measured.
  const times = done().map(({ arrivedAt }) => arrivedAt.monotonicMs);
  const most = Math.ceil(times.length * MOST);
  return (most / ((times.toSorted((a, b) => a - b)[most - 1] as number) - startedAt)) * 1_000;
}
