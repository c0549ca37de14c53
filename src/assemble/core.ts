import { randomInt } from 'node:crypto';
import type { Config } from '../config.js';
import { parseEncryptionKeys } from '../config/encryption-keys.js';
import { createAcceptor } from '../jobs/accept.js';
import { createBrake, type Brake } from '../jobs/brake.js';
import { endsWithin } from '../jobs/ends-within.js';
import { createGroupKeeper, type GroupKeeper } from '../jobs/groups.js';
import type { Acceptor } from '../jobs/intake.js';
import { createJobQueue, type JobQueue } from '../jobs/queue.js';
import { createMemberships, type Memberships } from '../jobs/memberships.js';
import type { QueueAddress } from '../jobs/queue-address.js';
import { createRelay, type Relay } from '../jobs/relay.js';
import { durationsAt, type Durations } from '../lifecycle/durations.js';
import type { Log } from '../log.js';
import { openDatabase, type Database } from '../records/database.js';
import { openEmbedded } from '../records/embedded/open.js';
import { createHostKeys, type HostKeys } from '../records/host-keys.js';
import { newId } from '../records/id.js';
import { readOrMakeKeyFile } from '../records/key-file.js';
import { createKeyRing, type KeyProvider } from '../records/key-ring.js';
import { migrate } from '../records/migrate.js';
import { createSeal, type Seal } from '../records/seal.js';
import { createSourceNews } from '../records/source-news.js';
import { createMeasures, type Measures } from './measures.js';

/** What every process of ours has, whatever its part: the database, the queue, and the one way in. */
export interface Core {
  config: Config;
  log: Log;
  durations: Durations;
  database: Database;
  databaseUrl: string;
  ring: KeyProvider;
  seal: Seal;
  keys: HostKeys;
  address: QueueAddress;
  queue: JobQueue;
  relay: Relay;
  acceptor: Acceptor;
  groups: GroupKeeper;
  memberships: Memberships;
  brake: Brake;
  measures: Measures;
  newId: () => string;
  /** Migrations that were applied on the way. */
  migrated: string[];
  failpoint: (name: string) => void;
  close(): Promise<void>;
}

export interface CoreOptions {
  config: Config;
  log: Log;
  /** For tests that kill the process at a named place. */
  failpoint?: (name: string) => void;
}

/** More than a statement may take. */
const SILENCE_MS = 35_000;
const MIN_SILENCE_MS = 10_000;
/** What the queue could not be told by then, the sweep tells it. */
const FLUSH_MS = 1_000;

/** What is closed again, the last first. */
type Opened = (() => Promise<unknown>)[];

/** Opens database and queue, migrated and ready. What is opened is closed again when a later step fails. */
export async function openCore(options: CoreOptions): Promise<Core> {
  const opened: Opened = [];
  let closing: Promise<void> | undefined;
  const closeEach = async () => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  const close = () => (closing ??= closeEach());
  const { config, log, failpoint = () => undefined } = options;
  try {
    const store = await openStore(config, log, opened);
    const queue = openQueue(store.address, log, opened);
    const given = { config, log, failpoint, durations: durationsAt(config.clockSpeed), queue, newId };
    return { ...given, ...store, ...openWaysIn({ ...given, ...store }, opened), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openStore(config: Config, log: Log, opened: Opened) {
  const databaseUrl = config.databaseUrl ?? (await openOwn(config, log, opened));
  const { applied: migrated } = await migrate({ connectionString: databaseUrl });
  const ring = createKeyRing(config.encryptionKeys ?? (await ownKeys(config, log)));
  const silenceMs = Math.max(MIN_SILENCE_MS, SILENCE_MS / config.clockSpeed);
  const database = openDatabase({ url: databaseUrl, log, silenceMs });
  opened.push(() => database.close());
  const address: QueueAddress = config.redis
    ? { kind: 'redis', redis: config.redis }
    : { kind: 'postgres', url: databaseUrl };
  const seal = createSeal(ring);
  const { hostKeyLength: length } = config.policy;
  const keys = createHostKeys({ seal, length, randomDigit: () => randomInt(10), log });
  return { databaseUrl, migrated, ring, database, address, seal, keys };
}

function openQueue(address: QueueAddress, log: Log, opened: Opened): JobQueue {
  const onError = (error: Error) => log.warn({ err: error }, 'queue connection failed');
  const queue = createJobQueue({ address, onError });
  opened.push(() => queue.close());
  return queue;
}

/** What is told of people, and what follows from it, until the queue knows of its jobs. */
function openWaysIn(
  given: Pick<Core, 'config' | 'log' | 'failpoint' | 'durations' | 'queue' | 'database'>,
  opened: Opened,
) {
  const { config, log, failpoint, durations, queue } = given;
  const { pool } = given.database;
  const measures = createMeasures({ log, news: createSourceNews({ pool, log }) });
  const relay = measures.relay(createRelay({ queue, pool, log, failpoint }));
  opened.push(() => endsWithin(relay.flushed(), FLUSH_MS));
  const { brakePercent: percent, brakeMinimum: minimum, onTransfer } = config.policy;
  const brake = createBrake({ percent, minimum, durations, log });
  const common = { pool, tell: relay, newId, brake, log };
  const rotateOnTransfer = onTransfer === 'rotate';
  const acceptor = measures.acceptor(createAcceptor({ ...common, rotateOnTransfer, durations, failpoint }));
  opened.push(() => acceptor.settled());
  const memberships = createMemberships({ ...common, decided: (events) => measures.memberships(events) });
  opened.push(() => memberships.settled());
  const follow = (noticeId: string) => memberships.follow(noticeId);
  const keeping = createGroupKeeper({ pool, newId, follow, failpoint });
  opened.push(() => keeping.settled());
  return { measures, relay, brake, acceptor, memberships, groups: measures.groups(keeping) };
}

async function openOwn(config: Config, log: Log, opened: Opened): Promise<string> {
  const embedded = await openEmbedded({ dataDir: config.dataDir, log });
  opened.push(() => embedded.release());
  return embedded.url;
}

function ownKeys(config: Config, log: Log) {
  return readOrMakeKeyFile({ dataDir: config.dataDir, parse: parseEncryptionKeys, log });
}
