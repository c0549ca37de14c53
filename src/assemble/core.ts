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

/** Opens database and queue, migrated and ready. What is opened is closed again when a later step fails. */
export async function openCore({ config, log, failpoint = () => undefined }: CoreOptions): Promise<Core> {
  const opened: (() => Promise<unknown>)[] = [];
  let closing: Promise<void> | undefined;
  const closeEach = async () => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  const closeAll = () => (closing ??= closeEach());
  try {
    const databaseUrl = config.databaseUrl ?? (await openOwn(config, log, opened));
    const { applied: migrated } = await migrate({ connectionString: databaseUrl });
    const ring = createKeyRing(config.encryptionKeys ?? (await ownKeys(config, log)));
    const silenceMs = Math.max(MIN_SILENCE_MS, SILENCE_MS / config.clockSpeed);
    const database = openDatabase({ url: databaseUrl, log, silenceMs });
    opened.push(() => database.close());
    const address: QueueAddress = config.redis
      ? { kind: 'redis', redis: config.redis }
      : { kind: 'postgres', url: databaseUrl };
    const queue = createJobQueue({
      address,
      onError: (error) => log.warn({ err: error }, 'queue connection failed'),
    });
    opened.push(() => queue.close());
    const measures = createMeasures({ log, news: createSourceNews({ pool: database.pool, log }) });
    const relay = measures.relay(createRelay({ queue, pool: database.pool, log, failpoint }));
    opened.push(() => endsWithin(relay.flushed(), FLUSH_MS));
    const durations = durationsAt(config.clockSpeed);
    const seal = createSeal(ring);
    const keys = createHostKeys({
      seal,
      length: config.policy.hostKeyLength,
      randomDigit: () => randomInt(10),
      log,
    });
    const rotateOnTransfer = config.policy.onTransfer === 'rotate';
    const { brakePercent: percent, brakeMinimum: minimum } = config.policy;
    const brake = createBrake({ percent, minimum, durations, log });
    const accepting = createAcceptor({
      pool: database.pool,
      tell: relay,
      newId,
      brake,
      rotateOnTransfer,
      durations,
      log,
      failpoint,
    });
    const acceptor = measures.acceptor(accepting);
    opened.push(() => acceptor.settled());
    const memberships = createMemberships({
      pool: database.pool,
      tell: relay,
      newId,
      brake,
      log,
      decided: (events) => measures.memberships(events),
    });
    opened.push(() => memberships.settled());
    const follow = (noticeId: string) => memberships.follow(noticeId);
    const keeping = createGroupKeeper({ pool: database.pool, newId, follow, failpoint });
    const groups = measures.groups(keeping);
    opened.push(() => keeping.settled());
    return {
      config,
      log,
      durations,
      database,
      databaseUrl,
      ring,
      seal,
      keys,
      address,
      queue,
      relay,
      acceptor,
      groups,
      memberships,
      brake,
      measures,
      newId,
      migrated,
      failpoint,
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function openOwn(config: Config, log: Log, opened: (() => Promise<unknown>)[]): Promise<string> {
  const embedded = await openEmbedded({ dataDir: config.dataDir, log });
  opened.push(() => embedded.release());
  return embedded.url;
}

function ownKeys(config: Config, log: Log) {
  return readOrMakeKeyFile({ dataDir: config.dataDir, parse: parseEncryptionKeys, log });
}
