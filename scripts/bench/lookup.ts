import { randomInt } from 'node:crypto';
import pg from 'pg';
import { parseEncryptionKeys } from '../../src/config/encryption-keys.js';
import { createLog } from '../../src/log.js';
import { openEmbedded } from '../../src/records/embedded/open.js';
import { createHostKeys } from '../../src/records/host-keys.js';
import { createKeyRing } from '../../src/records/key-ring.js';
import { createSeal } from '../../src/records/seal.js';
import { startHostkeeper, withDataDir, type Running } from './hostkeeper.js';
import { addManyPeople, mailOf, PATTERN } from './many-people.js';
import { percentile, report, round } from './report.js';
import { addLookUpToken, addScimSource, createCaller, join, type Call } from './scim-client.js';
import { LIFTED, until, withZoom, type Bed } from './zoom.js';

const SIZES = [1_000, 300_000] as const;
const SAMPLES = 3_000;
const WARM_UP = 300;
const KEYS = `bench:${Buffer.alloc(32, 1).toString('base64')}`;

interface Filled {
  size: number;
  service: Running;
  scim: Call;
  api: Call;
}

type Ask = (filled: Filled) => Promise<number>;

const ASKS: Record<string, Ask> = {
  'userName eq': async ({ scim, size }) => {
    const filter = `userName eq "${anybody(size).toUpperCase()}"`;
    const { body, tookMs } = await scim('GET', `/scim/v2/Users?filter=${encodeURIComponent(filter)}`);
    if (!body.includes('"totalResults":1')) throw new Error(`the filter found ${body}`);
    return tookMs;
  },
  'look-up by e-mail': async ({ api, size }) => {
    const { status, tookMs, body } = await api('POST', '/api/host-keys/lookup', { email: anybody(size) });
    if (status !== 200) throw new Error(`look-up was answered with ${status}: ${body}`);
    return tookMs;
  },
};

/** The same questions to two services, on a small and a large database of one PostgreSQL, asked in turn. */
export async function benchLookup(): Promise<void> {
  await withDataDir(async (dataDir) => {
    const server = await openEmbedded({ dataDir });
    await withZoom({ queue: 'postgres', dataDir, ...LIFTED }, async (bed) => {
      const filled: Filled[] = [];
      for (const size of SIZES) filled.push(await fill(size, server.url, bed));
      for (const [name, ask] of Object.entries(ASKS)) await compare(name, ask, filled);
      for (const { service } of filled) await service.stop();
    });
    await server.release();
  });
}

async function fill(size: number, serverUrl: string, { zoom, env }: Bed): Promise<Filled> {
  const url = new URL(serverUrl);
  const admin = new pg.Pool({ connectionString: serverUrl, max: 1 });
  url.pathname = `/people_${size}`;
  await admin.query(`CREATE DATABASE people_${size}`);
  await admin.end();
  const own = { ...env, DATABASE_URL: url.href, ENCRYPTION_KEYS: KEYS };
  const token = await addScimSource('okta', own);
  const lookUpToken = await addLookUpToken(own);
  const worker = await startHostkeeper('serve', own);
  const mail = mailOf(PATTERN);
  if (!zoom.users.find(mail)) zoom.users.add({ email: mail });
  const patched = () => zoom.log.requests.filter(({ status }) => status === 204).length;
  const before = patched();
  await join(createCaller(worker.url, token), mail);
  await until(() => patched() > before, "the pattern's key");
  await worker.stop();
  await multiply(url.href, size);
  const service = await startHostkeeper('web', own);
  return {
    size,
    service,
    scim: createCaller(service.url, token),
    api: createCaller(service.url, lookUpToken),
  };
}

async function multiply(url: string, size: number): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const seal = createSeal(createKeyRing(parseEncryptionKeys(KEYS)));
  const log = createLog({ level: 'warn' });
  const keys = createHostKeys({ seal, length: 6, randomDigit: () => randomInt(10), log });
  await addManyPeople(pool, keys, size);
  await pool.query('VACUUM ANALYZE');
  await pool.query('CHECKPOINT');
  await pool.end();
}

async function compare(name: string, ask: Ask, filled: Filled[]): Promise<void> {
  const took = new Map(filled.map(({ size }) => [size, [] as number[]]));
  for (let sample = -WARM_UP; sample < SAMPLES; sample++)
    for (const one of filled) {
      const tookMs = await ask(one);
      if (sample >= 0) took.get(one.size)?.push(tookMs);
    }
  for (const [percent, most] of [
    [50, 1.3],
    [99, 2],
  ] as const) {
    const [small, large] = filled.map(({ size }) => percentile(took.get(size) ?? [], percent)) as [
      number,
      number,
    ];
    report(`${name}, p${percent} at ${SIZES[1]} people`, large, 'ms', {
      ratio: round(large / small),
      goal: `<= ${most}`,
      [`at${SIZES[0]}`]: round(small),
      samples: SAMPLES,
    });
  }
}

function anybody(size: number): string {
  return mailOf(randomInt(1, size + 1));
}
