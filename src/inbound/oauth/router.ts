import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import { hashToken } from '../../http/bearer.js';
import { readBody } from '../../http/body.js';
import type { FailureLimit } from '../../http/failure-limit.js';
import { logFailure } from '../../http/log-failure.js';
import { originOf } from '../../http/origin.js';
import { Problem } from '../../http/problem.js';
import type { LimitRate } from '../../http/rate-limit.js';
import { requestIdOf } from '../../http/request-id.js';
import type { Log } from '../../log.js';
import { errorBody, refuse, toOauthProblem } from './error.js';
import { checkAsked, clientIdOf, grant, type GrantParts, requireClient } from './grant.js';
import { readTokenRequest, type TokenRequest } from './request.js';

export interface OauthRouterParts extends GrantParts {
  /** Of sources, by their id: the same one as at /scim. */
  limitRate: LimitRate;
  failures: FailureLimit;
  log: Pick<Log, 'warn' | 'error'>;
  /** How clients reach us, if the Host header does not say it right. */
  publicUrl: string | undefined;
}

const BODY_LIMIT_BYTES = 16_384;
const SCIM_PATH = '/scim/v2';

/** `POST /token` (RFC 6749 §4.4), to be mounted at /oauth: a SCIM source's clients get their tokens here. */
export function createOauthRouter(parts: OauthRouterParts): Router {
  const router = Router();
  router.all('/token', async (request, response) => {
    if (request.method !== 'POST') throw notAllowed(request.method);
    const asked = await readRequest(parts, request);
    checkAsked(asked, originOf(request, parts.publicUrl) + SCIM_PATH);
    sendJson(response, 200, await answer(parts, request, response, asked));
  });
  router.use(createErrorHandler(parts.log));
  return router;
}

/** RFC 8414: what is offered here, for clients that look. To be mounted at /.well-known/oauth-authorization-server. */
export function describeOauth(publicUrl: string | undefined): Router {
  const describe: RequestHandler = (request, response) => {
    const issuer = originOf(request, publicUrl);
    response.json({
      issuer,
      token_endpoint: `${issuer}/oauth/token`,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      scopes_supported: ['scim'],
    });
  };
  return Router().get('/', describe);
}

async function readRequest({ failures }: OauthRouterParts, request: Request): Promise<TokenRequest> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') {
    throw refuse('invalid_request', 'the body must be application/x-www-form-urlencoded');
  }
  const body = await readBody(request, { limitBytes: BODY_LIMIT_BYTES });
  try {
    return readTokenRequest(body.toString(), request.headers.authorization);
  } catch (error) {
    throw failures.refuse({ ip: request.ip }, error);
  }
}

async function answer(parts: OauthRouterParts, request: Request, response: Response, asked: TokenRequest) {
  const { failures, limitRate } = parts;
  const caller = { ip: request.ip, clientId: clientIdOf(asked.client) };
  try {
    await failures.admit(caller, () => hashToken(asked.client.secret).toString('hex'));
    const client = await requireClient(parts, asked.client);
    response.locals.source = client.sourceName;
    limitRate(client.sourceId);
    return await grant(parts, client);
  } catch (error) {
    throw failures.refuse(caller, error);
  }
}

/** RFC 6749 §5.1 asks for both headers. */
function sendJson(response: Response, status: number, body: object): void {
  response.status(status).set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' }).json(body);
}

function notAllowed(method: string): Problem {
  return new Problem({
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    detail: `${method} is not allowed here`,
    headers: { Allow: 'POST' },
  });
}

function createErrorHandler(log: OauthRouterParts['log']): ErrorRequestHandler {
  return (thrown: unknown, _request, response, _next) => {
    const problem = toOauthProblem(thrown);
    logFailure(log, problem, { requestId: requestIdOf(response), err: thrown });
    response.locals.code = problem.code;
    if (response.headersSent) return void response.destroy();
    response.set(problem.headers);
    sendJson(response, problem.status, errorBody(problem));
  };
}
