import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOperations } from '../../src/assemble/admin.js';
import { openCore, type Core } from '../../src/assemble/core.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { openEmbedded } from '../../src/records/embedded/open.js';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { startRedisServer } from '../harness/redis-server.js';
import { environment } from '../harness/service.js';
import { startCrew, type Crew } from './crew.js';
import { createDirectory, type SpeakingDirectory } from './directories.js';
import { openFront } from './front.js';
import type { Directory } from './member.js';
import { CLIENT_SECRET, CLOCK_SPEED, DURATIONS, ENV } from './settings.js';

export type Backend = 'postgres' | 'redis';
type RedisServer = Awaited<ReturnType<typeof startRedisServer>>['redis'];

/** All that a run needs, real and on real ports: stores, Zoom, the processes of the service, and who speaks to them. */
export interface Stage {
  core: Core;
  zoom: RehearsalZoom;
  crew: Crew;
  /** What its processes were started with. */
  env: Record<string, string>;
  directories: Record<Directory, SpeakingDirectory>;
  operations: ReturnType<typeof openOperations>;
  /** Absent when PostgreSQL is the queue. */
  redis: RedisServer | undefined;
  /** Stops PostgreSQL, and starts it again on the same port after so long. */
  restartPostgres(downMs: number): Promise<void>;
  /** Source ids, by name. */
  sources: Record<Directory | 'zoom', string>;
  /** What must be found nowhere, beside host keys. */
  secrets: string[];
  /** When calls to Zoom were granted, by label, in milliseconds. */
  grants: Record<string, number[]>;
  logFile: string;
  logged(): Promise<string>;
  close(): Promise<void>;
}

export async function openStage(backend: Backend, logFile: string): Promise<Stage> {
  const closing: (() => unknown)[] = [];
  const close = async () => {
    for (const closeOne of closing.splice(0).reverse()) await closeOne();
  };
  // Servers outlive whoever started them.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void close().finally(() => process.exit(130)));
  try {
    return { ...(await openParts(backend, logFile, closing)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openParts(
  backend: Backend,
  logFile: string,
  closing: (() => unknown)[],
): Promise<Omit<Stage, 'close'>> {
  const postgres = await openPostgres(closing);
  const redis = backend === 'redis' ? await openRedis(closing) : undefined;
  const zoom = await startRehearsalZoom({
    plan: 'business',
    clockSpeed: CLOCK_SPEED,
    clientSecret: CLIENT_SECRET,
  });
  closing.push(() => zoom.close());
  const env = environment(postgres.url, zoom, { ...ENV, ...(redis && { REDIS_URL: redis.url }) });
  const log = createWriteStream(logFile);
  closing.push(() => new Promise((done) => log.end(done)));
  const ownLog = createLog({ level: 'warn', destination: { write: (line) => void log.write(line) } });
  const core = await openCore({ config: readConfig(env), log: ownLog });
  Object.assign(core.durations, DURATIONS);
  closing.push(() => core.close());
  const grants: Record<string, number[]> = {};
  const hear = (line: string) => {
    log.write(`${line}\n`);
    noteGrant(grants, line);
  };
  const crew = startCrew({ env, durations: DURATIONS, hear });
  closing.push(() => crew.stop());
  const front = await openFront(crew.ports);
  closing.push(() => front.close());
  const operations = openOperations(core, front.url);
  const spoken = await addSources(operations, core, front.url, zoom);
  const logged = async () => {
    await new Promise<void>((written) => void log.write('', () => written()));
    return readFile(logFile, 'utf8');
  };
  const restartPostgres = postgres.restart;
  return { core, zoom, crew, env, operations, redis, restartPostgres, grants, logFile, logged, ...spoken };
}

/** `zoom call granted` is logged at the moment of each grant. */
function noteGrant(grants: Record<string, number[]>, line: string): void {
  if (!line.includes('"zoom call granted"')) return;
  const { label, grantedAt } = JSON.parse(line) as { label: string; grantedAt: number };
  (grants[label] ??= []).push(grantedAt);
}

async function openPostgres(closing: (() => unknown)[]) {
  const dataDir = await mkdtemp(join(tmpdir(), 'hostkeeper-chaos-'));
  await chmod(dataDir, 0o711);
  closing.push(() => rm(dataDir, { recursive: true, force: true, maxRetries: 10 }));
  let server = await openEmbedded({ dataDir });
  closing.push(() => server.release());
  const restart = async (downMs: number) => {
    await server.release();
    await new Promise((done) => setTimeout(done, downMs));
    server = await openEmbedded({ dataDir });
  };
  return { url: server.url, restart };
}

async function openRedis(closing: (() => unknown)[]): Promise<RedisServer> {
  const { redis, drop } = await startRedisServer();
  closing.push(drop);
  return redis;
}

async function addSources(
  operations: Stage['operations'],
  { database }: Core,
  url: string,
  zoom: RehearsalZoom,
) {
  const add = (name: string, kind: string) => operations.sources.add('chaos', { name, kind });
  const [okta, entra, zooms] = [
    await add('okta', 'scim'),
    await add('entra', 'scim'),
    await add('zoom', 'zoom'),
  ];
  zoom.setWebhook({ url: `${url}/webhooks/zoom`, secret: zooms.secret! });
  const sources = await database.prisma.source.findMany();
  const idOf = (name: string) => sources.find((source) => source.name === name)!.id;
  return {
    directories: {
      okta: createDirectory('okta', { url, token: okta.token! }),
      entra: createDirectory('entra', { url, token: entra.token! }),
    },
    sources: { okta: idOf('okta'), entra: idOf('entra'), zoom: idOf('zoom') },
    secrets: [CLIENT_SECRET, okta.token!, entra.token!, zooms.secret!],
  };
}
