import { type RequestHandler, Router } from 'express';
import { readJson } from '../http/body.js';
import { Problem } from '../http/problem.js';
import { StoreUnavailable } from '../records/database.js';
import { toStoreError } from '../records/stored.js';
import { type Route, routesOf } from './api/routes.js';
import type { Operations } from './operations.js';
import type { Scope } from './operations/tokens.js';

export interface AdminApiParts {
  operations: Operations;
  /** The token that a request carries, when it is in force and of this scope; throws Problem 401 or 403. */
  authenticate: (authorization: string | undefined, scope: Scope) => Promise<{ name: string }>;
}

const BODY_LIMIT_BYTES = 262_144;

/** The operator's door for scripts: `/api/...`, JSON in and out, a bearer token with the route's scope. */
export function createAdminApi({ operations, authenticate }: AdminApiParts): Router {
  const router = Router();
  for (const route of routesOf(operations)) router[route.method](route.path, answering(route, authenticate));
  return router;
}

function answering(
  { scope, status, act }: Route,
  authenticate: AdminApiParts['authenticate'],
): RequestHandler<Record<string, string>> {
  return async (request, response) => {
    response.set('Cache-Control', 'no-store');
    const { name } = await authenticate(request.headers.authorization, scope);
    const body = hasBody(request.headers) ? await readJson(request, { limitBytes: BODY_LIMIT_BYTES }) : {};
    const { params, query } = request;
    response.status(status).json(await act({ by: name, params, query, body }).catch(explain));
  };
}

function hasBody(headers: Record<string, unknown>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Prisma has words of its own for a database that is away. */
function explain(error: unknown): never {
  const failure = toStoreError(error);
  if (!(failure instanceof StoreUnavailable)) throw failure;
  throw new Problem({
    status: 503,
    code: failure.code,
    detail: 'the database is not available; try again in a moment',
    headers: { 'Retry-After': '5' },
    cause: failure,
  });
}
