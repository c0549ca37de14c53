import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Router } from 'express';
import { readJson, type BodyLimits } from '../../http/body.js';
import { logFailure, type FailureFields } from '../../http/log-failure.js';
import { originOf } from '../../http/origin.js';
import { requestIdOf } from '../../http/request-id.js';
import type { Log } from '../../log.js';
import { send } from './answer.js';
import { createEndpointFinder, type Methods } from './endpoint-table.js';
import { createEndpoints, type EndpointsOptions } from './endpoints.js';
import { errorBody, notFound, ScimError } from './error.js';
import { toScimError } from './failure.js';
import type { ScimRequest, ScimSource } from './request.js';

export interface ScimRouterOptions extends EndpointsOptions {
  /** Throws Problem 401 or 403. */
  authenticate: (request: Request) => Promise<ScimSource>;
  log: Pick<Log, 'warn' | 'error'>;
  /** How clients reach us, if the Host header does not say it right. */
  publicUrl?: string;
}

/** SCIM 2.0, to be mounted at /scim/v2. Every answer, also of an error, is SCIM's. */
export function createScimRouter({ authenticate, log, publicUrl, ...options }: ScimRouterOptions): Router {
  const router = express.Router();
  const find = createEndpointFinder(createEndpoints(options));
  router.use(identify(authenticate));
  router.use(async (request, response) => {
    const { methods, id } = find(request.path) ?? refusePath(request.path);
    const allow = allowOf(methods);
    if (request.method === 'OPTIONS') return send(response, { status: 204, headers: { Allow: allow } });
    const endpoint = methods[request.method === 'HEAD' ? 'GET' : request.method];
    if (!endpoint) throw notAllowed(request.method, allow);
    const source: ScimSource = response.locals['scimSource'];
    const explain = createExplanation(log, { requestId: requestIdOf(response), source: source.sourceName });
    send(response, await endpoint({ ...readRequest(request, publicUrl), source, id, explain }));
  });
  router.use(createErrorHandler(log));
  return router;
}

/** How to authenticate can be read by whoever does not yet know (RFC 7643 §5), and nothing else. */
const OPEN = /^\/ServiceProviderConfig\/?$/i;

/** Nobody's id: whoever shows no token sees no resources, whatever else goes wrong. */
const STRANGER: ScimSource = { sourceId: '00000000-0000-0000-0000-000000000000', sourceName: 'stranger' };

function identify(authenticate: ScimRouterOptions['authenticate']): RequestHandler {
  return async (request, response, next) => {
    const { headers, method, path } = request;
    const isOpen = headers.authorization === undefined && /^(?:GET|HEAD)$/.test(method) && OPEN.test(path);
    const source = isOpen ? STRANGER : await authenticate(request);
    response.locals['scimSource'] = source;
    if (!isOpen) response.locals.source = source.sourceName;
    next();
  };
}

function readRequest(
  request: Request,
  publicUrl: string | undefined,
): Pick<ScimRequest, 'baseUrl' | 'query' | 'headers' | 'readBody'> {
  const queryAt = request.url.indexOf('?');
  return {
    baseUrl: originOf(request, publicUrl) + request.baseUrl,
    query: new URLSearchParams(queryAt < 0 ? '' : request.url.slice(queryAt + 1)),
    headers: request.headers,
    readBody: (limits) => readBody(request, limits),
  };
}

/** Okta's test suite posts plain application/json. */
async function readBody(request: Request, limits?: BodyLimits): Promise<unknown> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type && type !== 'application/scim+json' && type !== 'application/json') {
    throw new ScimError(415, 'the body must be application/scim+json', { code: 'BODY_UNSUPPORTED' });
  }
  return readJson(request, limits);
}

/** HEAD is GET without its body, which node leaves out by itself. */
function allowOf(methods: Methods): string {
  return [...Object.keys(methods), ...(methods['GET'] ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}

function refusePath(path: string): never {
  throw notFound(`the endpoint ${JSON.stringify(path.slice(0, 100))}`);
}

function notAllowed(method: string, allow: string): ScimError {
  return new ScimError(405, `${method} is not allowed here`, {
    code: 'METHOD_NOT_ALLOWED',
    headers: { Allow: allow },
  });
}

function createExplanation(
  log: ScimRouterOptions['log'],
  about: Omit<FailureFields, 'err'>,
): ScimRequest['explain'] {
  return (thrown) => {
    const error = toScimError(thrown);
    logFailure(log, error, { ...about, err: thrown });
    return error;
  };
}

function createErrorHandler(log: ScimRouterOptions['log']): ErrorRequestHandler {
  return (thrown: unknown, _request, response, _next) => {
    const about = { requestId: requestIdOf(response), source: response.locals.source };
    const error = createExplanation(log, about)(thrown);
    response.locals.code = error.code;
    const { status, headers } = error;
    if (response.headersSent) response.destroy();
    else send(response, { status, headers, body: errorBody(error) });
  };
}
