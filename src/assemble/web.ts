import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RequestHandler } from 'express';
import { createAdminApi } from '../admin/api.js';
import { createApp } from '../http/app.js';
import { Problem } from '../http/problem.js';
import { createOauthRouter, describeOauth } from '../inbound/oauth/router.js';
import { createScimRouter } from '../inbound/scim/router.js';
import type { Shapes } from '../inbound/scim/shape.js';
import { toStoreProblem } from '../inbound/store-problem.js';
import { createWebhookRouter } from '../inbound/webhooks.js';
import { findOauthClient, giveAccessToken } from '../records/access-tokens.js';
import { createScimDirectory } from '../records/scim-resources.js';
import { createWebhookSources } from '../records/sources.js';
import type { FoundToken } from '../records/tokens.js';
import { type Access, openAccess } from './access.js';
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
  shapes: Shapes;
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
  const app = createApp({
    log,
    machineRoutes: machines,
    routes: people,
    explain: toStoreProblem,
    trustProxy: config.trustProxy,
  });
  server.on('request', app);
  return {
    url,
    close: () => stop(server, core.durations.drainMs * WEB_PART),
  };
}

type Route = [path: string, handler: RequestHandler];

function doorsOf(
  core: Core,
  { health, shapes }: WebOptions,
  url: string,
): { machines: Route[]; people: Route[] } {
  const access = openAccess(core);
  const { identify: authenticate } = access;
  const api = createAdminApi({ operations: openOperations(core, url), authenticate });
  return {
    machines: [
      ['/scim/v2', scimDoor(core, access, shapes)],
      ['/oauth', oauthDoor(core, access)],
      ['/.well-known/oauth-authorization-server', describeOauth(core.config.publicUrl)],
      ['/webhooks', webhookDoor(core, access)],
    ],
    people: [
      ['/api', api],
      ['/', health],
    ],
  };
}

function scimDoor(
  { config, log, database, acceptor, groups, newId }: Core,
  { identify, limitRate }: Access,
  shapes: Shapes,
) {
  return createScimRouter({
    accept: acceptor,
    groups,
    directory: createScimDirectory(database.pool),
    newId,
    shapes,
    log,
    async authenticate(request) {
      const source = sourceOf(await identify(request, 'scim'));
      limitRate(source.sourceId);
      return { ...source, charge: (operations) => limitRate(source.sourceId, operations) };
    },
    ...(config.publicUrl && { publicUrl: config.publicUrl }),
  });
}

function oauthDoor({ config, log, database: { pool }, newId }: Core, access: Access) {
  return createOauthRouter({
    ...access,
    findClient: (id) => findOauthClient(pool, id),
    giveToken: (client, token) => giveAccessToken(pool, client, token),
    newId,
    log,
    publicUrl: config.publicUrl,
  });
}

function webhookDoor({ log, database: { pool }, acceptor, keys, seal }: Core, { failures, now }: Access) {
  return createWebhookRouter({
    accept: (intake) => acceptor.accept(intake),
    findSource: createWebhookSources({ pool, seal }),
    hashKey: (key, zoomUserId) => keys.hashes(key, zoomUserId),
    failures,
    log,
    now,
  });
}

/** A SCIM token says which source speaks. */
function sourceOf({ sourceId, sourceName }: FoundToken): { sourceId: string; sourceName: string } {
  if (sourceId !== null && sourceName !== null) return { sourceId, sourceName };
  throw new Problem({ status: 403, code: 'SOURCE_MISSING', detail: 'this token belongs to no SCIM source' });
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
