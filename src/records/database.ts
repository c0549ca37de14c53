import { PrismaPg } from '@prisma/adapter-pg';
import type { Writable } from 'node:stream';
import pg from 'pg';
import type { Log } from '../log.js';
import { PrismaClient } from './generated/client.js';
import { isOutOfReach, sqlStateOf } from './stored.js';

/** PostgreSQL could not be reached, or broke off: nothing was kept. Answer 503 with Retry-After. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly code = 'STORE_UNAVAILABLE';
  constructor(cause: unknown) {
    super('PostgreSQL is not available', { cause });
  }
}

export interface Database {
  /** For the write path and whatever was measured to need it: plain SQL. */
  pool: pg.Pool;
  /** For everyday queries. */
  prisma: PrismaClient;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  url: string;
  log: Log;
  poolSize?: number;
  /** How long a connection that was asked may say nothing, not even that the statement takes too long. */
  silenceMs?: number;
}

const IDLE_MS = 30_000;
/** More than a worker's jobs at once: while all of them wait for a lock, notices are kept all the same. */
const POOL_SIZE = 24;

export function openDatabase({ url, log, poolSize = POOL_SIZE, silenceMs }: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: 5_000,
    // Of connections that died unheard, all idle ones are gone by then.
    idleTimeoutMillis: Math.min(IDLE_MS, silenceMs ?? IDLE_MS),
    statement_timeout: 30_000,
    // A transaction whose end got lost on the way must not keep its locks.
    idle_in_transaction_session_timeout: 30_000,
    ...(silenceMs !== undefined && { query_timeout: silenceMs }),
    keepAlive: true,
    application_name: 'hostkeeper',
    // What is asked for together is sent together: a transaction waits for two round trips instead of six.
    pipeline: true,
  } as pg.PoolConfig);
  pool.on('error', (error) => log.warn({ err: error }, 'database connection lost'));
  // One that is lent out has no listener of the pool's: lost between two queries, it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  const close = async () => {
    await prisma.$disconnect();
    if (!pool.ended) await pool.end();
  };
  return { pool, prisma, close };
}

export type Client = pg.PoolClient;

/** One statement outside a transaction. Throws StoreUnavailable. */
export async function query<Row extends object>(pool: pg.Pool, statement: pg.QueryConfig): Promise<Row[]> {
  try {
    return (await pool.query<Row>(statement)).rows;
  } catch (error) {
    throw toStoreError(error);
  }
}

const RETRYABLE = new Set(['40001', '40P01']);
const TRANSACTION_TRIES = 5;

/** Takes the last thing a transaction does, to be sent in one go with its COMMIT instead of being waited for. */
export type Lastly = (ask: () => Promise<unknown>) => void;

/** Runs `work` in one transaction; tries again on deadlock or serialization failure, when nothing was kept. */
export async function transaction<T>(
  pool: pg.Pool,
  work: (client: Client, lastly: Lastly) => Promise<T>,
  begin = 'BEGIN',
): Promise<T> {
  for (let tried = 1; ; tried++) {
    const client = await connect(pool);
    try {
      const result = await inTransaction(client, work, begin);
      client.release();
      return result;
    } catch (error) {
      await rollBack(client, error);
      if (tried < TRANSACTION_TRIES && RETRYABLE.has(codeOf(error))) continue;
      throw toStoreError(error);
    }
  }
}

async function inTransaction<T>(
  client: Client,
  work: (client: Client, lastly: Lastly) => Promise<T>,
  begin: string,
): Promise<T> {
  // Not waited for one by one: each is answered in order, and the first that failed is what is thrown.
  sendTogether(client);
  const begun = client.query(begin);
  begun.catch(() => undefined);
  const last: (() => Promise<unknown>)[] = [];
  const result = await work(client, (ask) => last.push(ask)).catch(async (error: unknown) => {
    // What failed first is why all after it failed.
    await begun;
    throw error;
  });
  sendTogether(client);
  const asked = [begun, ...last.map((ask) => ask())];
  const commit = client.query('COMMIT');
  for (const one of await Promise.allSettled([...asked, commit]))
    if (one.status === 'rejected') throw one.reason;
  // The COMMIT of a transaction in which something failed is answered with ROLLBACK, and no error.
  if ((await commit).command !== 'COMMIT') throw new Error('the transaction had failed before its end');
  return result;
}

/** What is asked for in this turn leaves in one packet: a system call each would cost as much as the query. */
function sendTogether(client: Client): void {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

async function connect(pool: pg.Pool): Promise<Client> {
  try {
    return await pool.connect();
  } catch (error) {
    throw new StoreUnavailable(error);
  }
}

async function rollBack(client: Client, error: unknown): Promise<void> {
  if (isUnavailable(error)) {
    client.release(true);
    return;
  }
  try {
    await client.query('ROLLBACK');
    client.release();
  } catch {
    client.release(true);
  }
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/**
 * Whether the database, not the query, was at fault, asked through Prisma or not: not reachable, connection lost,
 * shutting down, out of resources. The one place that knows.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof StoreUnavailable || isOutOfReach(error)) return true;
  const code = sqlStateOf(error) || codeOf(error);
  return UNAVAILABLE.test(code) || UNREACHABLE.test(code) || (code === '' && isLostConnection(error));
}

/** A failure of the database as StoreUnavailable; any other error as it is. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof StoreUnavailable || !isUnavailable(error)) return error;
  return new StoreUnavailable(error);
}

/** SQLSTATEs of connections and who may make them, of resources and of shutting down. */
const UNAVAILABLE = /^(?:08|28|3D|53|57P0)/;
const UNREACHABLE =
  /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOENT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

/** pg gives a lost connection no code: its words are all there is to know it by. */
function isLostConnection(error: unknown): boolean {
  const words = error instanceof Error ? error.message : '';
  return /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
    words,
  );
}
