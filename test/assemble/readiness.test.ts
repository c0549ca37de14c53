import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { openEmbedded } from '../../src/records/embedded/open.js';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';
import { addSource, intakeOf, joined } from '../harness/people.js';
import { describeWithRedis } from '../harness/redis.js';
import { waitFor } from '../harness/wait-for.js';
import { connectScim, readyOf, startServing, type Served } from './serving.js';

const FAST = { CLOCK_SPEED: '60' };
const READY = [200, { status: 'ready' }];
const failing = (...names: string[]) => [503, { status: 'failing', code: 'NOT_READY', failing: names }];
const degraded = (...names: string[]) => [200, { status: 'degraded', failing: names }];

let zoom: RehearsalZoom;
let served: Served;

beforeEach(async () => {
  zoom = await startRehearsalZoom({ plan: 'business', clockSpeed: 60 });
});
afterEach(() => zoom.close());

const url = () => served.serving.url ?? '';
const readyz = () => readyOf(url());

async function expectReadiness(wanted: unknown[], ask = readyz): Promise<void> {
  let last: unknown;
  await waitFor(JSON.stringify(wanted), async () => {
    last = await ask();
    return JSON.stringify(last) === JSON.stringify(wanted);
  }).catch(() => expect(last).toEqual(wanted));
}

const isAlive = async () => (await fetch(`${url()}/livez`)).status === 200;

describe('PostgreSQL', () => {
  let dataDir: string;
  let server: Awaited<ReturnType<typeof openEmbedded>>;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'hostkeeper-ready-'));
    await chmod(dataDir, 0o711);
    server = await openEmbedded({ dataDir });
    served = await startServing(server.url, zoom);
  });
  afterEach(async () => {
    await served.serving.stop();
    await server.release();
    await rm(dataDir, { recursive: true });
  });

  test('is away: not ready, alive, and ready again by itself when it is back', async () => {
    expect(await readyz()).toEqual(READY);
    await server.release();
    await waitFor('the loss to be seen', async () => (await readyz())[0] === 503);
    const [, body] = await readyz();
    expect(body).toMatchObject({ code: 'NOT_READY', failing: expect.arrayContaining(['database']) });
    expect((body as { failing: string[] }).failing).not.toContain('migrations');
    expect(await isAlive()).toBe(true);
    const { status } = await fetch(`${served.watchUrl}/readyz`);
    expect(status).toBe(503);
    server = await openEmbedded({ dataDir });
    await expectReadiness(READY);
    expect(served.logged()).toContain('readiness regained');
  });
});

describeWithRedis('Redis', (redis) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
    served = await startServing(
      database.url,
      zoom,
      { ...FAST, REDIS_URL: redis().url },
      { web: true, worker: false },
    );
  });
  afterEach(async () => {
    await served.serving.stop();
    await database.drop();
  });

  test('is away: notices are kept all the same, so we are ready, and say what is missing', async () => {
    const { kill, start } = redis();
    if (!kill || !start) return;
    const tell = await connectScim(served.serving);
    expect(await readyz()).toEqual(READY);
    await kill();
    await expectReadiness(degraded('queue'));
    expect(await tell('meanwhile@example.com')).toBe(201);
    await start();
    await expectReadiness(READY);
  });
});

describe('a database', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await served.serving.stop();
    await database.drop();
  });

  test('that lacks a migration, since it was restored, say, is not ready', async () => {
    served = await startServing(database.url, zoom, FAST);
    const { pool } = served.serving.core.database;
    const gone = await pool.query(
      'DELETE FROM _prisma_migrations WHERE started_at = (SELECT max(started_at) FROM _prisma_migrations) RETURNING *',
    );
    expect(gone.rowCount).toBeGreaterThan(0);
    await expectReadiness(failing('migrations'));
    const { migration_name, checksum, id } = gone.rows[0];
    await pool.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ($1, $2, $3, now())`,
      [id, checksum, migration_name],
    );
    await expectReadiness(READY);
    await pool.query('ALTER TABLE _prisma_migrations RENAME TO elsewhere');
    await expectReadiness(failing('migrations'));
    expect(await isAlive()).toBe(true);
  });

  /** With its hands full a worker asks for no more work, which looks the same as having stopped. */
  async function stall(work: () => Promise<void>): Promise<void> {
    const { core } = served.serving;
    Object.assign(core.durations, { watchdogMs: 500 });
    const sourceId = await addSource(core, 'scim');
    const holdUp = new pg.Client({ connectionString: database.url });
    await holdUp.connect();
    const people = Array.from({ length: 20 }, (_, index) =>
      zoom.users.add({ email: `p${index}@example.com` }),
    );
    await Promise.all(people.map(({ email }) => core.acceptor.accept(intakeOf(sourceId, joined(email)))));
    await holdUp.query('BEGIN; LOCK TABLE people IN ACCESS EXCLUSIVE MODE');
    try {
      await work();
    } finally {
      await holdUp.query('COMMIT');
      await holdUp.end();
    }
  }

  test('whose worker asks for nothing: a worker alone is not ready, at the port for metrics', async () => {
    served = await startServing(database.url, zoom, FAST, { web: false, worker: true });
    const ask = () => readyOf(served.watchUrl);
    expect(await ask()).toEqual(READY);
    zoom.faults.slow(200);
    await stall(() => expectReadiness(failing('worker'), ask));
    await expectReadiness(READY, ask);
    expect((await fetch(`${served.watchUrl}/livez`)).status).toBe(200);
  });

  test('whose worker asks for nothing: beside it notices are kept, and that it is missing is told', async () => {
    served = await startServing(database.url, zoom, FAST);
    zoom.faults.slow(200);
    await stall(() => expectReadiness(degraded('worker')));
    await expectReadiness(READY);
  });

  test('whose process drains is not ready from that moment on, neither here nor at the port for metrics', async () => {
    served = await startServing(database.url, zoom, FAST, { web: true, worker: false });
    const { port } = new URL(url());
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET /readyz HTTP/1.1\r\nHost: localhost\r\n');
    // The first bytes of the request have arrived once another one is answered.
    await readyz();
    const stopped = served.serving.stop();
    socket.write('\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 503 [^]*"code":"DRAINING"/);
    socket.destroy();
    await stopped;
  });
});
