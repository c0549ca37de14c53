import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { type Release, hold, tryHold } from '../../../scripts/lock.js';
import type { Log } from '../../log.js';
import { type Cluster, openCluster } from './cluster.js';
import { connectToServer } from './connect.js';
import { announce, isAnyonePresent } from './presence.js';
import { stopServer } from './stop.js';
import { isUp, watchServer } from './watch.js';

export interface EmbeddedDatabase {
  url: string;
  /** The last one out, of all processes, stops the server. May be called again. */
  release(): Promise<void>;
}

type EmbeddedLog = Pick<Log, 'info' | 'alert'>;

/**
 * PostgreSQL without an installation, kept in `dataDir`. Any number of processes open and release it in any
 * order, and may be killed at it; the first one makes the database, whoever finds no server starts one, and one
 * that ends while it is open is started again by one of those who have it open.
 * Throws EmbeddedError.
 */
export async function openEmbedded({
  dataDir,
  log,
}: {
  dataDir: string;
  log?: EmbeddedLog;
}): Promise<EmbeddedDatabase> {
  await mkdir(dataDir, { recursive: true, mode: 0o711 });
  const folder = await realpath(dataDir);
  const opened = await underLock(folder, () => openUnderLock(folder), log);
  const { cluster } = opened;
  const watch = watchServer({ files: cluster.files, revive: () => revive(cluster), log });
  const leave = async () => {
    await watch.stop();
    await underLock(folder, () => leaveUnderLock(opened));
  };
  let released: Promise<void> | undefined;
  return { url: opened.url, release: () => (released ??= leave()) };
}

interface Opened {
  url: string;
  cluster: Cluster;
  leave: Release;
}

async function underLock<T>(folder: string, work: () => Promise<T>, log?: EmbeddedLog): Promise<T> {
  const unlock = await hold(lockOf(folder), () => log?.info('embedded database found busy'));
  try {
    return await work();
  } finally {
    await unlock();
  }
}

function lockOf(folder: string): string {
  return join(folder, 'postgres.lock');
}

/** Whoever has the lock meanwhile is opening, leaving or reviving: then it is theirs to do. */
async function revive(cluster: Cluster): Promise<boolean> {
  const unlock = await tryHold(lockOf(cluster.folder));
  if (unlock === undefined) return false;
  try {
    if (await isUp(cluster.files)) return false;
    const { client } = await connectToServer(cluster, { keepPort: true });
    await client.end();
    return true;
  } finally {
    await unlock();
  }
}

async function openUnderLock(folder: string): Promise<Opened> {
  const cluster = await openCluster(folder);
  const keepPort = await isAnyonePresent(folder);
  const leave = await announce(folder);
  try {
    const { client, port } = await connectToServer(cluster, { keepPort });
    await createDatabase(client).finally(() => client.end());
    return {
      url: `postgresql://hostkeeper:${cluster.password}@127.0.0.1:${port}/hostkeeper`,
      cluster,
      leave,
    };
  } catch (error) {
    await leaveUnderLock({ cluster, leave });
    throw error;
  }
}

async function createDatabase(client: Client): Promise<void> {
  const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = 'hostkeeper'");
  if (rowCount === 0) await client.query('CREATE DATABASE hostkeeper');
}

async function leaveUnderLock({ cluster, leave }: Omit<Opened, 'url'>): Promise<void> {
  await leave();
  if (!(await isAnyonePresent(cluster.folder))) await stopServer(cluster.files);
}
