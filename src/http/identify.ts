import type { IncomingHttpHeaders } from 'node:http';
import { authenticate, type BearerCheck, hashToken, readBearer, type TokenTerms } from './bearer.js';
import type { Caller, FailureLimit } from './failure-limit.js';

/** What is looked at of a request to know who sends it: an express request is one. */
export interface Asking extends Caller {
  readonly headers: Pick<IncomingHttpHeaders, 'authorization'>;
}

export interface IdentifyParts<Token extends TokenTerms> extends BearerCheck<Token> {
  failures: FailureLimit;
}

/**
 * The one way in for whoever shows a bearer token: `authenticate`, and strict with those who fail again and again.
 *
 * @throws Problem 401 and 403 as `authenticate` does, 429 AUTH_FAILURES_LIMITED
 */
export function createIdentify<Token extends TokenTerms>({ failures, ...check }: IdentifyParts<Token>) {
  return async (request: Asking, scope: string): Promise<Token> => {
    const { authorization } = request.headers;
    try {
      await failures.admit(request, () => credentialOf(authorization));
      return await authenticate(check, authorization, scope);
    } catch (error) {
      throw failures.refuse(request, error);
    }
  };
}

function credentialOf(authorization: string | undefined): string | undefined {
  const reading = readBearer(authorization);
  return 'token' in reading ? hashToken(reading.token).toString('hex') : undefined;
}
