import { toProblem } from '../../http/problem.js';
import { ResourceBusy } from '../../records/deadline.js';
import { toStoreProblem } from '../store-problem.js';
import { ScimError } from './error.js';

/** Any error as SCIM clients read it: those of the door (token, body) keep their status, code and words. */
export function toScimError(error: unknown): ScimError {
  if (error instanceof ScimError) return error;
  if (error instanceof ResourceBusy) return busy(error);
  const { status, code, detail, headers } = toStoreProblem(error) ?? toProblem(error);
  const isSyntax = status === 400 && code.startsWith('BODY_');
  return new ScimError(status, detail, {
    ...(isSyntax && { scimType: 'invalidSyntax' }),
    code,
    headers: { ...headers },
    cause: error,
  });
}

function busy(cause: ResourceBusy): ScimError {
  const detail = 'others are writing the same, or it takes longer than it may; ask again';
  return new ScimError(503, detail, { code: cause.code, headers: { 'Retry-After': '1' }, cause });
}
