import type { Client } from './database.js';

/** By when something must be over, for the sake of whoever waits for it. */
export interface Deadline {
  /** In milliseconds; 0 once it is over. */
  leftMs(): number;
}

/** It would take longer than it may: others hold what it needs, or there is too much to do. Answer 503 with Retry-After. */
export class ResourceBusy extends Error {
  override readonly name = 'ResourceBusy';
  readonly code = 'RESOURCE_BUSY';
  constructor(cause?: unknown) {
    super('it took longer than it may', { cause });
  }
}

/** Nothing may take a client more than 5 s, were it for others that it has to wait. */
export const LIMIT_MS = 4_500;
/** For a push of very many members on a slow machine: put off, it would never end. Half of the minute after which Okta hangs up. */
export const LONG_LIMIT_MS = 30_000;
/** PostgreSQL's query_canceled and lock_not_available. */
const TOO_LONG = new Set<unknown>(['57014', '55P03']);

export function deadlineIn(ms: number): Deadline {
  const end = performance.now() + ms;
  return { leftMs: () => Math.max(0, end - performance.now()) };
}

/**
 * From here to the end of the transaction a statement that runs past the deadline is broken off, or one that then still
 * waits for others' locks. Not to be waited for.
 */
export function limitStatements(client: Client, deadline: Deadline, waiting?: Deadline): void {
  const locks = waiting ? `; SET LOCAL lock_timeout = ${wholeMs(waiting)}` : '';
  client.query(`SET LOCAL statement_timeout = ${wholeMs(deadline)}${locks}`).catch(() => undefined);
}

/** 0 would be no limit at all. */
function wholeMs(deadline: Deadline): number {
  return Math.max(1, Math.ceil(deadline.leftMs()));
}

/** Whether a statement was broken off for that. */
export function isTooLong(error: unknown): boolean {
  return error instanceof Error && 'code' in error && TOO_LONG.has(error.code);
}
