import { Problem } from '../http/problem.js';
import { isUnavailable } from '../records/database.js';

/** A database that is away, as callers of every door read it; undefined for any other error. */
export function toStoreProblem(error: unknown): Problem | undefined {
  if (!isUnavailable(error)) return undefined;
  return new Problem({
    status: 503,
    code: 'STORE_UNAVAILABLE',
    detail: 'the database is not available for the moment; ask again',
    headers: { 'Retry-After': '5' },
    cause: error,
  });
}
