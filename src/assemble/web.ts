import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RequestHandler } from 'express';
import { createAdminApi } from '../admin/api.js';
import { createApp } from '../http/app.js';
import { authenticate } from '../http/bearer.js';
import { createHealth } from '../http/health.js';
import { Problem } from '../http/problem.js';
import { createScimRouter } from '../inbound/scim/router.js';
import { createWebhookRouter } from '../inbound/webhooks.js';
import { isUnavailable } from '../records/database.js';
import { createScimDirectory } from '../records/scim-resources.js';
import { createWebhookSources } from '../records/sources.js';
import { createTokenFinder } from '../records/tokens.js';
import { openOperations } from './admin.js';
import type { Core } from './core.js';

export interface Web {
  /** Where it listens. */
  url: string;
  /** Answers what has come in, takes nothing new. */
  close(): Promise<void>;
}

export interface WebOptions {
  /** Whether work goes on in this process, for /readyz; null where none is done here. */
  workGoesOn: (() => boolean) | null;
}

const REQUEST_TIMEOUT_MS = 60_000;
const HEADERS_TIMEOUT_MS = 15_000;
/** Of the grace; the rest is for closing what is behind the doors. */
const WEB_PART = 0.8;

/** The one listener, with every door. */
export async function startWeb(core: Core, options: WebOptions): Promise<Web> {
  const { config, log } = core;
  const draining = { now: false };
  const app = createApp({ log, routes: routesOf(core, options, draining), explain });
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: HEADERS_TIMEOUT_MS }, app);
  await listen(server, config.port, config.host);
  const { port } = server.address() as AddressInfo;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return {
    url: `http://${host}:${port}`,
    close: () => {
      draining.now = true;
      return stop(server, core.durations.drainMs * WEB_PART);
    },
  };
}

function routesOf(core: Core, { workGoesOn }: WebOptions, draining: { now: boolean }): [string, RequestHandler][] {
  const { config, log, database, acceptor, keys, seal, queue, newId } = core;
  const findToken = createTokenFinder(database.pool);
  const now = () => new Date();
  const identify = async (authorization: string | undefined, scope: string) => authenticate({ findToken, now }, authorization, scope);
  const health = createHealth({
    checks: [
      { name: 'database', check: () => database.pool.query('SELECT 1') },
      { name: 'queue', check: () => queue.outstanding() },
      ...(workGoesOn ? [{ name: 'worker', check: async () => (workGoesOn() ? undefined : Promise.reject(new Error('stuck'))) }] : []),
    ],
    isDraining: () => draining.now,
    log,
  });
  const scim = createScimRouter({
    accept: acceptor,
    directory: createScimDirectory(database.pool),
    newId,
    log,
    authenticate: async (request) => {
      const token = await identify(request.headers.authorization, 'scim');
      if (token.sourceId && token.sourceName) return { sourceId: token.sourceId, sourceName: token.sourceName };
      throw new Problem({ status: 403, code: 'SOURCE_MISSING', detail: 'this token belongs to no SCIM source' });
    },
    ...(config.publicUrl && { publicUrl: config.publicUrl }),
  });
  const webhooks = createWebhookRouter({
    accept: (intake) => acceptor.accept(intake),
    findSource: createWebhookSources({ pool: database.pool, seal }),
    hashKey: (key, zoomUserId) => keys.hashes(key, zoomUserId),
    log,
    now,
  });
  return [
    ['/scim/v2', scim],
    ['/webhooks', webhooks],
    ['/api', createAdminApi({ operations: openOperations(core), authenticate: identify, log })],
    ['/', health],
  ];
}

/** What the errors of other folders mean to a caller. */
function explain(error: unknown): Problem | undefined {
  if (!isUnavailable(error)) return undefined;
  const detail = 'the database is not available: nothing was kept, send it again';
  return new Problem({ status: 503, code: 'STORE_UNAVAILABLE', detail, headers: { 'Retry-After': '5' }, cause: error });
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Connections that fall idle are closed; those still busy at the end of the grace are cut. */
function stop(server: Server, graceMs: number): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  return new Promise((resolve) => {
    server.close(() => {
      clearInterval(idle);
      clearTimeout(cut);
      resolve();
    });
  });
}
