/**
 * `npm run test:chaos`: processes are killed and stores restarted while notices come in and Zoom misbehaves; then nothing
 * may be lost, doubled, leaked, over budget or mismatched. A seed fixes what happens to whom, when and in which order; how
 * the real processes interleave meanwhile is not the same from run to run.
 */
import { randomInt } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hasRedisServer } from '../harness/redis-server.js';
import { isRight } from './findings.js';
import { describe } from './report.js';
import { run, type Run } from './run.js';
import type { Backend } from './stage.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    minutes: { type: 'string', default: '2.2' },
    backend: { type: 'string' },
    folder: { type: 'string', default: 'coverage/chaos' },
  },
});
const say = (line: string) => void process.stdout.write(`${line}\n`);
const [seed, minutes] = [Number(values.seed), Number(values.minutes)];
if (!Number.isInteger(seed) || !(minutes > 0))
  throw new TypeError('--seed is a whole number, --minutes are more than 0');
await mkdir(values.folder, { recursive: true });

const runs: Run[] = [];
for (const backend of backends()) {
  const logFile = join(values.folder, `seed-${seed}-${backend}.log`);
  say(`playing seed ${seed} on ${backend}`);
  runs.push(await run({ seed, backend, minutes, logFile }));
  say(describe(runs.at(-1)!));
}
const report = join(values.folder, `seed-${seed}.json`);
await writeFile(report, `${JSON.stringify({ seed, minutes, runs }, null, 2)}\n`);
say(`report: ${report}`);
process.exit(runs.every(({ findings }) => isRight(findings)) ? 0 : 1);

function backends(): Backend[] {
  if (values.backend === 'postgres' || values.backend === 'redis') return [values.backend];
  if (values.backend !== undefined) throw new TypeError('--backend is postgres or redis');
  if (hasRedisServer()) return ['postgres', 'redis'];
  if (process.env['REQUIRE_ALL'] === '1') throw new Error('no redis-server on the PATH, and REQUIRE_ALL=1');
  say('skipped on redis: no redis-server on the PATH');
  return ['postgres'];
}
