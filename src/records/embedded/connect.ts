import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Cluster } from './cluster.js';
import { EmbeddedError } from './error.js';
import { isServing, readPostmaster } from './postmaster.js';
import { startServer } from './start.js';

/** Long, for recovery after a crash. */
const readyTimeoutMs = 120_000;
const readyPollMs = 20;
/** How long a server that ends at once is started again: a killed one may still be dying. */
const retryTimeoutMs = 5_000;
const retryMs = 200;

/**
 * A superuser's connection to the server: the running one, or one started now. To be called under the lock.
 * `keepPort`: others know the server by its port, so that it must not listen on another one.
 */
export async function connectToServer(
  cluster: Cluster,
  { keepPort }: { keepPort: boolean },
): Promise<{ client: pg.Client; port: number }> {
  const startedAt = performance.now();
  for (;;) {
    const running = await readPostmaster(cluster.files);
    const serving = running !== undefined && (await isServing(running.pid, cluster.files));
    const timeoutMs = serving ? readyTimeoutMs : retryTimeoutMs;
    try {
      if (serving) return { client: await connect(cluster, running.port), port: running.port };
      await startServer(cluster, { keepPort });
    } catch (error) {
      const isFinal = error instanceof EmbeddedError && error.code !== 'EMBEDDED_START_FAILED';
      if (isFinal || performance.now() - startedAt > timeoutMs) throw error;
      await sleep(serving ? readyPollMs : retryMs);
    }
  }
}

async function connect({ folder, password }: Cluster, port: number): Promise<pg.Client> {
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port, user: 'hostkeeper', password, database: 'postgres' },
    application_name: 'hostkeeper embedded',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined); // a lost connection also rejects the query it interrupts
  try {
    await client.connect();
    return client;
  } catch (cause) {
    await client.end().catch(() => undefined);
    if (!isWrongPassword(cause)) throw cause;
    const message = `the password in ${folder} is not the one of the database there`;
    throw new EmbeddedError('EMBEDDED_UNUSABLE', message, { cause });
  }
}

function isWrongPassword(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '28P01';
}
