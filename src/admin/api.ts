import { type RequestHandler, Router } from 'express';
import type { IncomingMessage } from 'node:http';
import { BodyError } from '../http/body-error.js';
import { readBody, readJson } from '../http/body.js';
import type { Asking } from '../http/identify.js';
import { type Route, routesOf } from './api/routes.js';
import type { Operations } from './operations.js';
import type { Scope } from './operations/tokens.js';

export interface AdminApiParts {
  operations: Operations;
  /** The token that a request carries, when it is in force and of this scope; throws Problem 401, 403 or 429. */
  authenticate: (request: Asking, scope: Scope) => Promise<{ name: string }>;
}

const BODY_LIMIT_BYTES = 262_144;
/** Some 200,000 rows; the command line takes any number. */
const CSV_LIMIT_BYTES = 33_554_432;

/** The operator's door for scripts: `/api/...`, JSON in and out, a bearer token with the route's scope. */
export function createAdminApi({ operations, authenticate }: AdminApiParts): Router {
  const router = Router();
  for (const route of routesOf(operations)) router[route.method](route.path, answering(route, authenticate));
  return router;
}

function answering(
  { scope, status, takes, act }: Route,
  authenticate: AdminApiParts['authenticate'],
): RequestHandler<Record<string, string>> {
  return async (request, response) => {
    response.set('Cache-Control', 'no-store');
    const { name } = await authenticate(request, scope);
    const body = takes === 'csv' ? await readCsvBody(request) : await readJsonBody(request);
    const { params, query } = request;
    response.status(status).json(await act({ by: name, params, query, body }));
  };
}

async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  return hasBody(request.headers) ? readJson(request, { limitBytes: BODY_LIMIT_BYTES }) : {};
}

/** Whole before it is looked at: to import takes longer than a body may be on its way. */
async function readCsvBody(request: IncomingMessage): Promise<Buffer> {
  if (!/^text\/csv\b/i.test(request.headers['content-type'] ?? ''))
    throw new BodyError('BODY_UNSUPPORTED', 'the body must be text/csv');
  return readBody(request, { limitBytes: CSV_LIMIT_BYTES });
}

function hasBody(headers: Record<string, unknown>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
