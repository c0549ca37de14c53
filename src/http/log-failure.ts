import type { Log } from '../log.js';

/** Of the request that failed. */
export interface FailureFields {
  requestId: string | undefined;
  source?: string | undefined;
  /** What was thrown, before anybody put it into words for the caller. */
  err: unknown;
}

/** Failures of ours are logged with their cause, those of the caller, and what is not offered, only as a request. */
export function logFailure(
  log: Pick<Log, 'warn' | 'error'>,
  { status, code }: { status: number; code: string },
  fields: FailureFields,
): void {
  if (status === 503) log.warn({ ...fields, code }, 'request put off');
  else if (status >= 500 && status !== 501) log.error({ ...fields, code }, 'request failed');
}
