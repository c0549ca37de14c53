import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Router } from 'express';
import { readJson } from '../../http/body.js';
import { requestIdOf } from '../../http/request-id.js';
import type { Log } from '../../log.js';
import { send } from './answer.js';
import { resourceTypes, schemas, serviceProviderConfig } from './discovery.js';
import { errorBody, notFound, ScimError } from './error.js';
import { toScimError } from './failure.js';
import { createGroup, listGroups, refuseGroup, refuseOptional } from './groups.js';
import type { ScimRequest, ScimSource } from './request.js';
import { createUsers, type Endpoint, type UsersOptions } from './users.js';

export interface ScimRouterOptions extends UsersOptions {
  /** Throws Problem 401 or 403. */
  authenticate: (request: Request) => Promise<ScimSource>;
  log: Pick<Log, 'warn' | 'error'>;
  /** How clients reach us, if the Host header does not say it right. */
  publicUrl?: string;
}

type Methods = Partial<Record<string, Endpoint>>;

/** SCIM 2.0, to be mounted at /scim/v2. Every answer, also of an error, is SCIM's. */
export function createScimRouter({ authenticate, log, publicUrl, ...options }: ScimRouterOptions): Router {
  const router = express.Router();
  const users = createUsers(options);
  const at = (path: string | string[], methods: Methods) => router.all(path, answer(methods, publicUrl));

  router.use(identify(authenticate));
  at('/Users', { GET: users.list, POST: users.create });
  at(['/Bulk', '/Me', '/.search', '/Users/.search', '/Groups/.search'], {
    GET: refuseOptional,
    POST: refuseOptional,
  });
  at('/Users/:id', { GET: users.get, PUT: users.replace, PATCH: users.patch, DELETE: users.remove });
  at('/Groups', { GET: listGroups, POST: createGroup });
  at('/Groups/:id', { GET: refuseGroup, PUT: refuseGroup, PATCH: refuseGroup, DELETE: refuseGroup });
  at('/ServiceProviderConfig', { GET: async (request) => serviceProviderConfig(request) });
  at(['/ResourceTypes', '/ResourceTypes/:id'], { GET: async (request) => resourceTypes(request) });
  at(['/Schemas', '/Schemas/:id'], { GET: async (request) => schemas(request) });
  router.use((request) => {
    throw notFound(`the endpoint ${JSON.stringify(request.path.slice(0, 100))}`);
  });
  router.use(createErrorHandler(log));
  return router;
}

function identify(authenticate: ScimRouterOptions['authenticate']): RequestHandler {
  return async (request, response, next) => {
    const source = await authenticate(request);
    response.locals['scimSource'] = source;
    response.locals.source = source.sourceName;
    next();
  };
}

/** HEAD is GET without its body, which node leaves out by itself. */
function answer(methods: Methods, publicUrl: string | undefined): RequestHandler {
  const allow = [...Object.keys(methods), ...(methods['GET'] ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  return async (request, response) => {
    if (request.method === 'OPTIONS') return send(response, { status: 204, headers: { Allow: allow } });
    const endpoint = methods[request.method === 'HEAD' ? 'GET' : request.method];
    if (!endpoint) throw notAllowed(request.method, allow);
    send(response, await endpoint(readRequest(request, response.locals['scimSource'], publicUrl)));
  };
}

function readRequest(request: Request, source: ScimSource, publicUrl: string | undefined): ScimRequest {
  const queryAt = request.url.indexOf('?');
  const id = request.params['id'];
  const origin = publicUrl?.replace(/\/+$/, '') ?? `${request.protocol}://${request.host ?? 'localhost'}`;
  return {
    source,
    baseUrl: origin + request.baseUrl,
    query: new URLSearchParams(queryAt < 0 ? '' : request.url.slice(queryAt + 1)),
    id: typeof id === 'string' ? id : '',
    readBody: () => readBody(request),
  };
}

/** Okta's test suite posts plain application/json. */
async function readBody(request: Request): Promise<unknown> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type && type !== 'application/scim+json' && type !== 'application/json') {
    throw new ScimError(415, 'the body must be application/scim+json', { code: 'BODY_UNSUPPORTED' });
  }
  return readJson(request);
}

function notAllowed(method: string, allow: string): ScimError {
  return new ScimError(405, `${method} is not allowed here`, {
    code: 'METHOD_NOT_ALLOWED',
    headers: { Allow: allow },
  });
}

/** Failures of ours are logged with their cause, those of the client only as a request. */
function createErrorHandler(log: ScimRouterOptions['log']): ErrorRequestHandler {
  return (thrown: unknown, _request, response, _next) => {
    const error = toScimError(thrown);
    const { status, code, headers } = error;
    const fields = { requestId: requestIdOf(response), source: response.locals.source, code, err: thrown };
    if (status === 503) log.warn(fields, 'request put off');
    else if (status >= 500 && code !== 'NOT_OFFERED') log.error(fields, 'request failed');
    response.locals.code = code;
    if (response.headersSent) response.destroy();
    else send(response, { status, headers, body: errorBody(error) });
  };
}
