/**
 * `npm run test:fuzz`: requests made of what clients send, changed at random, to a SCIM service on a real database.
 * Whatever comes, no answer is a failure of ours (501 says what is not offered) and none is slow. A seed replays a run.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createChance } from '../chaos/chance.js';
import { startTestPostgres } from '../harness/postgres.js';
import { startScimServer, type ScimServer } from '../inbound/scim/scim-server.js';
import { GROUP, USER } from './corpus.js';
import { makeInput, type Ids, type Input } from './inputs.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    runs: { type: 'string', default: '50000' },
  },
});
const SLOW_MS = 100;
/** A slow answer counts when it stays slow: once may be the machine. */
const TRIES = 4;

const [seed, runs] = [Number(values.seed), Number(values.runs)];
const say = (line: string) => void process.stdout.write(`${line}\n`);
say(`playing seed ${seed}, ${runs} inputs`);
const stopPostgres = await startTestPostgres();
const server = await startScimServer();
const wrong: string[] = [];
const statuses = new Map<string, number>();
let slowest = 0;
try {
  const chance = createChance(seed);
  let ids = await addResources(server);
  for (let run = 0; run < runs && wrong.length < 20; run++) {
    if (run % 500 === 499) ids = await addResources(server);
    await play(run, makeInput(chance, ids));
  }
} finally {
  await server.close();
  await stopPostgres();
}
const counts = [...statuses].toSorted().map(([what, count]) => `${what}: ${count}`);
say(`answers by target and status: ${counts.join(', ')}; slowest ${slowest.toFixed(1)} ms`);
wrong.forEach(say);
say(wrong.length === 0 ? 'right' : `wrong: ${wrong.length}, replay with --seed ${seed}`);
process.exit(wrong.length === 0 ? 0 : 1);

async function play(run: number, input: Input & { target: string }): Promise<void> {
  const [status, firstMs] = await ask(input);
  let tookMs = firstMs;
  for (let tried = 1; tried < TRIES && tookMs > SLOW_MS; tried++)
    tookMs = Math.min(tookMs, (await ask(input))[1]);
  slowest = Math.max(slowest, tookMs);
  const what = `${input.target} ${status}`;
  statuses.set(what, (statuses.get(what) ?? 0) + 1);
  const isOurs = status >= 500 && status !== 501;
  if (!isOurs && tookMs <= SLOW_MS) return;
  const shown = JSON.stringify(input).slice(0, 3_000);
  wrong.push(`input ${run} was answered with ${status} in ${tookMs.toFixed(0)} ms: ${shown}`);
}

async function ask({ method, path, body }: Input): Promise<[status: number, tookMs: number]> {
  const startedAt = performance.now();
  const { status } = await server.call(method, path, body);
  return [status, performance.now() - startedAt];
}

/** An empty directory but for a few who can be asked about. */
async function addResources({ pool, call }: ScimServer): Promise<Ids> {
  await pool.query('DELETE FROM scim_resources');
  const made: string[] = [];
  for (const userName of ['fuzz1@example.com', 'fuzz2@example.com']) {
    const { body } = await call('POST', '/Users', { ...USER, userName });
    made.push(body['id'] as string);
  }
  const group = await call('POST', '/Groups', { ...GROUP, members: made.map((value) => ({ value })) });
  return { user: made[0] as string, group: group.body['id'] as string };
}
