import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { openEmbedded } from '../../src/records/embedded/open.js';
import { startRedis } from './redis.js';
import { median, report, round } from './report.js';
import { runJson, start, startHostkeeper, withDataDir, type Env } from './hostkeeper.js';
import { oktaUser } from './scim-client.js';

const CONNECTIONS = 32;
const SECONDS = 6;
const ROUNDS = 5;
const yardstick = fileURLToPath(new URL('yardstick.ts', import.meta.url));

/** POST /scim/v2/Users until it is committed, against the yardstick in turn, both on the same PostgreSQL. */
export async function benchIngest(): Promise<void> {
  await withDataDir(async (dataDir) => {
    const database = await openEmbedded({ dataDir });
    const redis = await startRedis(dataDir);
    const env = {
      DATABASE_URL: database.url,
      ENCRYPTION_KEYS: `bench:${Buffer.alloc(32, 1).toString('base64')}`,
      LOG_LEVEL: 'warn',
    };
    await measure('ingest on postgres', env);
    if (redis) await measure('ingest on redis', { ...env, REDIS_URL: redis.url });
    await redis?.stop();
    await database.release();
  });
}

async function measure(name: string, env: Env): Promise<void> {
  const source = `bench-${name.replaceAll(' ', '-')}`;
  const { token } = await runJson<{ token: string }>(['source', 'add', source, '--kind', 'scim'], env);
  const service = await startHostkeeper('web', env);
  const bare = await start(['--import', 'tsx', yardstick], env);
  const rates: { ours: number; theirs: number }[] = [];
  await post(`${service.url}/scim/v2/Users`, token, 2);
  await post(`${bare.url}/`, token, 2);
  for (let round = 0; round < ROUNDS; round++) {
    rates.push({
      ours: await post(`${service.url}/scim/v2/Users`, token, SECONDS),
      theirs: await post(`${bare.url}/`, token, SECONDS),
    });
  }
  await service.stop();
  await bare.stop();
  const ratio = median(rates.map(({ ours, theirs }) => ours / theirs));
  const theirs = round(median(rates.map((rate) => rate.theirs)));
  report(name, median(rates.map((rate) => rate.ours)), 'requests/s', {
    ratio: round(ratio),
    goal: '>= 0.5',
    yardstick: theirs,
  });
}

let number = 0;

async function post(url: string, token: string, duration: number): Promise<number> {
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration,
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    requests: [{ setupRequest: (request) => ({ ...request, body: JSON.stringify(nextUser()) }) }],
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} refused, ${result.errors} broken`);
  return result['2xx'] / result.duration;
}

function nextUser() {
  const mail = `person.${process.pid}.${number}@example.com`;
  return oktaUser(mail, `00u${process.pid}${number++}`);
}
