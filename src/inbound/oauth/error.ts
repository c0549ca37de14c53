import { Problem, toProblem } from '../../http/problem.js';
import { toStoreProblem } from '../store-problem.js';

/** RFC 6749 §5.2; `invalid_target` is RFC 8707's. */
export type OauthErrorCode =
  'invalid_request' | 'invalid_client' | 'unsupported_grant_type' | 'invalid_scope' | 'invalid_target';

/** A 400. */
export function refuse(code: OauthErrorCode, detail: string): Problem {
  return new Problem({ status: 400, code, detail });
}

/** A 401 names the way to authenticate, whichever was tried (RFC 9110 §11.6.1). */
export function refuseClient(detail: string): Problem {
  const headers = { 'WWW-Authenticate': 'Basic realm="hostkeeper", charset="UTF-8"' };
  return new Problem({ status: 401, code: 'invalid_client' satisfies OauthErrorCode, detail, headers });
}

/** Any error as clients of a token endpoint read it; what is not of their making keeps its code for the log. */
export function toOauthProblem(error: unknown): Problem {
  return toStoreProblem(error) ?? toProblem(error);
}

/** RFC 6749 has no name for a token endpoint that is busy: the one it gives the other endpoint is understood. */
export function errorBody({ status, code, detail }: Problem): Record<string, string> {
  return { error: nameOf(status, code), error_description: detail };
}

function nameOf(status: number, code: string): string {
  if (/^[a-z_]+$/.test(code)) return code;
  if (status === 429 || status === 503) return 'temporarily_unavailable';
  return status < 500 ? 'invalid_request' : 'server_error';
}
