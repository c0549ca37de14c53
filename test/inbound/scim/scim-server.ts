import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Request } from 'express';
import pg from 'pg';
import { createApp } from '../../../src/http/app.js';
import { Problem } from '../../../src/http/problem.js';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { createScimRouter } from '../../../src/inbound/scim/router.js';
import { createShapes, type Shapes } from '../../../src/inbound/scim/shape.js';
import { createAcceptor } from '../../../src/jobs/accept.js';
import { createGroupKeeper } from '../../../src/jobs/groups.js';
import type { Accepted, Intake } from '../../../src/jobs/intake.js';
import { durationsAt } from '../../../src/lifecycle/durations.js';
import { createLog } from '../../../src/log.js';
import { newId } from '../../../src/records/id.js';
import type { ListLimits } from '../../../src/records/scim-list.js';
import { createScimDirectory } from '../../../src/records/scim-resources.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  body: JsonObject;
}

export interface CallOptions {
  source?: string;
  headers?: Record<string, string>;
}

export interface ScimServer {
  /** `path` begins behind /scim/v2; a body that is text or bytes is sent as it is. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Reply>;
  url: string;
  pool: pg.Pool;
  database: TestDatabase;
  sourceIds: Record<'okta' | 'entra', string>;
  /** What was handed to be accepted, oldest first. */
  intakes: Intake[];
  /** Notices from which something follows about who gets a key. */
  followed: string[];
  /** Set to stand between the router and what accepts. */
  hooks: {
    accept?: (intake: Intake, go: () => Promise<Accepted>) => Promise<Accepted>;
    charge?: (operations: number) => void;
  };
  /** Lines that were logged. */
  logged: string[];
  close(): Promise<void>;
}

export interface ScimServerOptions {
  publicUrl?: string;
  /** Those of the RFC, unless told otherwise. */
  shapes?: Shapes;
  /** Another process, as it were, on the same database; to be closed first. */
  beside?: ScimServer;
  /** How long things may take; far more than in earnest, unless told otherwise: test machines are busy. */
  writeLimitMs?: number;
  bulkBeginMs?: number;
  bulkLimitMs?: number;
  listLimits?: Partial<ListLimits>;
}

const PATIENCE_MS = 60_000;

/** The router on a real port, with the real way in and a database of its own; its sources are `okta` and `entra`. */
export async function startScimServer(given: ScimServerOptions = {}): Promise<ScimServer> {
  const { publicUrl, beside, shapes = createShapes() } = given;
  const {
    writeLimitMs = PATIENCE_MS,
    bulkBeginMs = PATIENCE_MS,
    bulkLimitMs = PATIENCE_MS,
    listLimits,
  } = given;
  const database = beside?.database ?? (await createTestDatabase());
  const pool = new pg.Pool({ connectionString: database.url, max: 8, pipeline: true } as pg.PoolConfig);
  const sourceIds = beside?.sourceIds ?? {
    okta: await addSource(pool, 'okta'),
    entra: await addSource(pool, 'entra'),
  };
  const logged: string[] = [];
  const log = createLog({ level: 'info', destination: { write: (line) => void logged.push(line) } });
  const nothing = () => undefined;
  const tell = { people: nothing, jobs: nothing };
  const policy = { rotateOnTransfer: true, durations: durationsAt(1), brake: async () => undefined };
  const acceptor = createAcceptor({ pool, tell, newId, ...policy, log, failpoint: nothing });
  const intakes: Intake[] = [];
  const hooks: ScimServer['hooks'] = {};
  const accept = (intake: Intake) => {
    intakes.push(intake);
    const go = () => acceptor.accept(intake);
    return hooks.accept ? hooks.accept(intake, go) : go();
  };
  const authenticate = async (request: Request) => {
    const name = request.headers.authorization?.replace('Bearer ', '') ?? '';
    if (name !== 'okta' && name !== 'entra') throw unauthorized();
    const charge = (operations: number) => hooks.charge?.(operations);
    return { sourceId: sourceIds[name], sourceName: name, charge };
  };
  const directory = createScimDirectory(pool, { ms: PATIENCE_MS, ...listLimits });
  const followed: string[] = [];
  const follow = (noticeId: string) => void followed.push(noticeId);
  const groups = createGroupKeeper({ pool, newId, follow, failpoint: nothing });
  const options = {
    accept: { accept },
    groups,
    directory,
    authenticate,
    newId,
    shapes,
    writeLimitMs,
    bulkBeginMs,
    bulkLimitMs,
    log,
    ...(publicUrl && { publicUrl }),
  };
  const server = createApp({ log, routes: [['/scim/v2', createScimRouter(options)]] }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim/v2`;
  return {
    call: (method, path, body, callOptions) => call(url + path, method, body, callOptions),
    url,
    pool,
    database,
    sourceIds,
    intakes,
    followed,
    hooks,
    logged,
    close: async () => {
      await closeServer(server);
      await pool.end();
      if (!beside) await database.drop();
    },
  };
}

async function call(url: string, method: string, body: unknown, options: CallOptions = {}): Promise<Reply> {
  const { source = 'okta', headers } = options;
  const response = await fetch(url, {
    method,
    headers: {
      Authorization: `Bearer ${source}`,
      ...(body !== undefined && { 'Content-Type': 'application/scim+json; charset=utf-8' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text ? JSON.parse(text) : {} };
}

async function addSource(pool: pg.Pool, name: string): Promise<string> {
  const id = randomUUID();
  await pool.query('INSERT INTO sources (id, name, kind) VALUES ($1, $2, $3)', [id, name, 'scim']);
  return id;
}

function unauthorized(): Problem {
  const headers = { 'WWW-Authenticate': 'Bearer realm="hostkeeper"' };
  return new Problem({ status: 401, code: 'TOKEN_INVALID', detail: 'this token is not known here', headers });
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
