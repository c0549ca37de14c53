import { randomBytes, createSecretKey, randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { AddressInfo } from 'node:net';
import { createAdminApi } from '../../src/admin/api.js';
import { createCli } from '../../src/admin/cli.js';
import type { CliOptions } from '../../src/admin/cli/context.js';
import { createOperations, type Operations } from '../../src/admin/operations.js';
import type { OperationsParts } from '../../src/admin/operations/parts.js';
import { createApp } from '../../src/http/app.js';
import { authenticate } from '../../src/http/bearer.js';
import { createAcceptor } from '../../src/jobs/accept.js';
import { createBrake } from '../../src/jobs/brake.js';
import type { Acceptor } from '../../src/jobs/intake.js';
import { durationsAt } from '../../src/lifecycle/durations.js';
import { createLog } from '../../src/log.js';
import { type Database, openDatabase } from '../../src/records/database.js';
import { createHostKeys, type HostKeys } from '../../src/records/host-keys.js';
import { newId } from '../../src/records/id.js';
import { createKeyRing } from '../../src/records/key-ring.js';
import { createSeal, type Seal } from '../../src/records/seal.js';
import { createTokenFinder } from '../../src/records/tokens.js';
import { createTestDatabase } from '../harness/database.js';

export const PUBLIC_URL = 'https://keys.example.com';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: any;
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Both doors of one database, and what is behind them. */
export interface Door {
  database: Database;
  parts: OperationsParts;
  operations: Operations;
  acceptor: Acceptor;
  keys: HostKeys;
  seal: Seal;
  /** How far our clock is ahead of the real one. */
  clock: { aheadMs: number };
  /** Everything that was logged. */
  logged: () => string;
  /** At the API, with a token of these scopes or the one given; null: without any. */
  ask: (
    method: string,
    path: string,
    body?: unknown,
    token?: string | null,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  run: (args: string[], more?: Partial<CliOptions>) => Promise<Ran>;
  sql: <Row extends object = any>(text: string, values?: unknown[]) => Promise<Row[]>;
  close: () => Promise<void>;
}

export async function openDoor(): Promise<Door> {
  const test = await createTestDatabase();
  let logged = '';
  const log = createLog({ level: 'debug', destination: { write: (line) => void (logged += line) } });
  const database = openDatabase({ url: test.url, log, poolSize: 6 });
  const { pool, prisma } = database;
  const seal = createSeal(createKeyRing([{ id: 'test', key: createSecretKey(randomBytes(32)) }]));
  const keys = createHostKeys({ seal, length: 6, randomDigit: () => randomInt(10), log });
  const tell = { people() {}, jobs() {} };
  const durations = durationsAt(1);
  const brake = createBrake({ percent: 2, minimum: 1_000_000, durations, log });
  const acceptor = createAcceptor({
    pool,
    tell,
    newId,
    brake,
    rotateOnTransfer: true,
    durations,
    log,
    failpoint: () => undefined,
  });
  const clock = { aheadMs: 0 };
  const now = () => new Date(Date.now() + clock.aheadMs);
  const parts: OperationsParts = {
    pool,
    prisma,
    acceptor,
    tell,
    brake,
    keys,
    seal,
    newId,
    now,
    publicUrl: PUBLIC_URL,
    webhookKinds: ['zoom'],
  };
  const operations = createOperations(parts);
  const findToken = createTokenFinder({ pool, log, cacheMs: 0 });
  const api = createAdminApi({
    operations,
    authenticate: ({ headers }, scope) => authenticate({ findToken, now }, headers.authorization, scope),
  });
  const server = createServer(createApp({ log, routes: [['/api', api]] })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const root = await operations.tokens.create('test', { name: 'root', scopes: ALL });
  return {
    database,
    parts,
    operations,
    acceptor,
    keys,
    seal,
    clock,
    logged: () => logged,
    ask: (method, path, body, token = root.token, headers = {}) =>
      ask(server, { method, path, body, token, headers }),
    run: (args, more) =>
      run(args, { openAdmin: async () => ({ operations, close: async () => {} }), ...more }),
    sql: async (text, values = []) => (await pool.query(text, values)).rows,
    async close() {
      server.closeAllConnections();
      server.close();
      await database.close();
      await test.drop();
    },
  };
}

const ALL = ['admin', 'jobs:read', 'jobs:write', 'keys:read'];

interface Request {
  method: string;
  path: string;
  body: unknown;
  token: string | null;
  headers: Record<string, string>;
}

async function ask(server: Server, { method, path, body, token, headers: more }: Request): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  const headers = token === null ? more : { authorization: `Bearer ${token}`, ...more };
  const sent = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(`http://127.0.0.1:${port}/api${path}`, { method, headers, body: sent });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    body: text === '' ? null : JSON.parse(text),
  };
}

async function run(args: string[], more: Partial<CliOptions> & Pick<CliOptions, 'openAdmin'>): Promise<Ran> {
  const ran = { stdout: '', stderr: '' };
  const never = () => Promise.reject(new Error('this command was not to be run'));
  const cli = createCli({
    run: {
      serve: never,
      web: never,
      worker: never,
      rehearse: never,
      migrate: never,
      doctor: {
        config: never,
        database: never,
        queue: never,
        keys: never,
        credentials: never,
        zoom: never,
      },
    },
    user: 'ann',
    version: '0.0.0',
    readFile: never,
    openFile: () => Readable.from([]),
    stdout: { write: (text) => (ran.stdout += text) },
    stderr: { write: (text) => (ran.stderr += text) },
    colour: false,
    ...more,
  });
  const code = await cli(args);
  return { code, ...ran };
}
