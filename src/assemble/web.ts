import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RequestHandler } from 'express';
import { createAdminApi } from '../admin/api.js';
import { createApp } from '../http/app.js';
import { authenticate } from '../http/bearer.js';
import { Problem } from '../http/problem.js';
import { createScimRouter } from '../inbound/scim/router.js';
import { createWebhookRouter } from '../inbound/webhooks.js';
import { isUnavailable } from '../records/database.js';
import { createScimDirectory } from '../records/scim-resources.js';
import { createWebhookSources } from '../records/sources.js';
import { createTokenFinder, type FoundToken } from '../records/tokens.js';
import { openOperations } from './admin.js';
import type { Core } from './core.js';
import { urlOf } from './url.js';

export interface Web {
  /** Where it listens. */
  url: string;
  /** Answers what has come in, takes nothing new. */
  close(): Promise<void>;
}

export interface WebOptions {
  /** Answers `/livez` and `/readyz`. */
  health: RequestHandler;
}

const REQUEST_TIMEOUT_MS = 60_000;
const HEADERS_TIMEOUT_MS = 15_000;
/** Of the grace; the rest is for closing what is behind the doors. */
const WEB_PART = 0.8;

/** The one listener, with every door. */
export async function startWeb(core: Core, options: WebOptions): Promise<Web> {
  const { config, log } = core;
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: HEADERS_TIMEOUT_MS });
  await listen(server, config.port, config.host);
  const { port } = server.address() as AddressInfo;
  const url = urlOf(config.host, port);
  const { machines, people } = doorsOf(core, options, config.publicUrl ?? url);
  const app = createApp({ log, machineRoutes: machines, routes: people, explain });
  server.on('request', app);
  return {
    url,
    close: () => stop(server, core.durations.drainMs * WEB_PART),
  };
}

type Route = [path: string, handler: RequestHandler];

function doorsOf(core: Core, { health }: WebOptions, url: string): { machines: Route[]; people: Route[] } {
  const { config, log, database, acceptor, keys, seal, newId } = core;
  const findToken = createTokenFinder({ pool: database.pool, log });
  const now = () => new Date();
  const identify = (authorization: string | undefined, scope: string) =>
    authenticate({ findToken, now }, authorization, scope);
  const scim = createScimRouter({
    accept: acceptor,
    directory: createScimDirectory(database.pool),
    newId,
    log,
    authenticate: async (request) => sourceOf(await identify(request.headers.authorization, 'scim')),
    ...(config.publicUrl && { publicUrl: config.publicUrl }),
  });
  const webhooks = createWebhookRouter({
    accept: (intake) => acceptor.accept(intake),
    findSource: createWebhookSources({ pool: database.pool, seal }),
    hashKey: (key, zoomUserId) => keys.hashes(key, zoomUserId),
    log,
    now,
  });
  const api = createAdminApi({ operations: openOperations(core, url), authenticate: identify });
  return {
    machines: [
      ['/scim/v2', scim],
      ['/webhooks', webhooks],
    ],
    people: [
      ['/api', api],
      ['/', health],
    ],
  };
}

/** A SCIM token says which source speaks. */
function sourceOf({ sourceId, sourceName }: FoundToken): { sourceId: string; sourceName: string } {
  if (sourceId !== null && sourceName !== null) return { sourceId, sourceName };
  throw new Problem({ status: 403, code: 'SOURCE_MISSING', detail: 'this token belongs to no SCIM source' });
}

/** What the errors of other folders mean to a caller. */
function explain(error: unknown): Problem | undefined {
  if (!isUnavailable(error)) return undefined;
  const detail = 'the database is not available: nothing was kept, send it again';
  return new Problem({
    status: 503,
    code: 'STORE_UNAVAILABLE',
    detail,
    headers: { 'Retry-After': '5' },
    cause: error,
  });
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
