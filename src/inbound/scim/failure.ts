import { toProblem } from '../../http/problem.js';
import { ScimError } from './error.js';

const RETRY_AFTER_SECONDS = '5';

/** Any error as SCIM clients read it: those of the door (token, body) keep their status, code and words. */
export function toScimError(error: unknown): ScimError {
  if (error instanceof ScimError) return error;
  if (isStoreUnavailable(error)) {
    return new ScimError(503, 'the database is not available for the moment; ask again', {
      code: 'STORE_UNAVAILABLE',
      headers: { 'Retry-After': RETRY_AFTER_SECONDS },
      cause: error,
    });
  }
  const { status, code, detail, headers } = toProblem(error);
  const isSyntax = status === 400 && code.startsWith('BODY_');
  return new ScimError(status, detail, {
    ...(isSyntax && { scimType: 'invalidSyntax' }),
    code,
    headers: { ...headers },
    cause: error,
  });
}

function isStoreUnavailable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'STORE_UNAVAILABLE';
}
