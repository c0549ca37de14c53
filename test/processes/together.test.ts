import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { expectAtRest } from '../harness/at-rest.js';
import { killCommands, runCommand, startCommand, type RunningCommand } from '../harness/command.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../harness/database.js';
import { addSource, intakeOf, joined } from '../harness/people.js';
import { describeWithRedis } from '../harness/redis.js';
import { environment, startCore, type TestCore } from '../harness/service.js';

const PROCESSES = 4;
const RATE = 20;
const PEOPLE = 60;

describe('on PostgreSQL', () => together(() => ({})));
describeWithRedis('on Redis', (redis) => together(() => ({ REDIS_URL: redis().url })));

function together(queue: () => Record<string, string>): void {
  let database: TestDatabase;
  let zoom: RehearsalZoom;
  let outside: TestCore;
  let workers: RunningCommand[];
  const settings = () => ({ ZOOM_RATE_LIGHT: String(RATE), ZOOM_RATE_MEDIUM: String(RATE), ...queue() });

  beforeEach(async () => {
    workers = [];
    database = await createTestDatabase();
    zoom = await startRehearsalZoom({ plan: 'business' });
    outside = await startCore(settings(), { databaseUrl: database.url, zoom, workers: false });
    const sourceId = await addSource(outside.core, 'scim');
    const users = Array.from({ length: PEOPLE }, (_, n) => zoom.users.add({ email: `p${n}@example.com` }));
    await Promise.all(
      users.map(({ email }) => outside.core.acceptor.accept(intakeOf(sourceId, joined(email)))),
    );
  });
  afterEach(async () => {
    await killCommands();
    await outside.close();
    await zoom.close();
    await database.drop();
  });

  test('workers started at once share one token, one budget and the work: nothing is done twice', async () => {
    const env = { ...environment(database.url, zoom, settings()), LOG_LEVEL: 'debug' };
    workers = Array.from({ length: PROCESSES }, () => startCommand(['worker'], env));
    await expectAtRest(outside, 60_000);
    zoom.faults.expireToken();
    const sourceId = (await outside.core.database.prisma.source.findFirstOrThrow({ where: { kind: 'scim' } }))
      .id;
    const late = Array.from({ length: 12 }, (_, n) => zoom.users.add({ email: `late${n}@example.com` }));
    await outside.core.acceptor.accept(intakeOf(sourceId, ...late.map(({ email }) => joined(email))));
    await expectAtRest(outside, 60_000);
    for (const worker of workers) worker.signal('SIGTERM');
    for (const worker of workers) expect(await worker.ended()).toBe('0');

    expect(zoom.tokenLog.requests).toHaveLength(2);
    const patches = zoom.log.requests.filter((one) => one.method === 'PATCH' && one.status === 204);
    expect(patches).toHaveLength(PEOPLE + late.length);
    expect(new Set(patches.map((one) => one.userId)).size).toBe(PEOPLE + late.length);
    const grants = workers.flatMap((worker) => grantsOf(worker));
    expect(grants.length).toBeGreaterThan(PEOPLE);
    expect(mostInOneSecond(grants)).toBeLessThanOrEqual(RATE);
    expect(workers.filter((worker) => worker.output().includes('attempt done')).length).toBeGreaterThan(1);
  });
}

function grantsOf(worker: RunningCommand): number[] {
  return [...worker.output().matchAll(/"label":"light","grantedAt":([\d.]+)/g)].map(([, at]) => Number(at));
}

function mostInOneSecond(times: number[]): number {
  const sorted = times.sort((a, b) => a - b);
  return Math.max(...sorted.map((from) => sorted.filter((at) => at >= from && at < from + 1_000).length));
}

test('commands that find an empty database at once migrate it once, and all of them work', async () => {
  const database = await createEmptyDatabase();
  const zoom = await startRehearsalZoom();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const env = environment(database.url, zoom);
    const said = await Promise.all(
      Array.from({ length: PROCESSES }, () => runCommand(['migrate', '--json'], env)),
    );
    const applied = said.flatMap((line) => (JSON.parse(line) as { applied: string[] }).applied);
    expect(applied.length).toBeGreaterThan(0);
    expect(new Set(applied).size).toBe(applied.length);
    const { rows } = await client.query<{ count: number }>('SELECT count(*)::int FROM _prisma_migrations');
    expect(rows).toEqual([{ count: applied.length }]);
  } finally {
    await client.end();
    await killCommands();
    await zoom.close();
    await database.drop();
  }
});
