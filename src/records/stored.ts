import { isUnavailable, StoreUnavailable } from './database.js';
import { Prisma } from './generated/client.js';

/** Prisma's words for what `isUnavailable` knows by SQLSTATE: not reachable, closed, timed out, no connection left. */
const UNAVAILABLE = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037']);

/** A failure of PostgreSQL, asked through Prisma or not, as StoreUnavailable; any other error as it is. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof StoreUnavailable) return error;
  const code = error instanceof Prisma.PrismaClientKnownRequestError ? error.code : '';
  const isDown = UNAVAILABLE.has(code) || isUnavailable(error) || isUnavailable({ code: sqlStateOf(error) });
  return isDown ? new StoreUnavailable(error) : error;
}

export function isNameTaken(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}

/** PostgreSQL's own code, which Prisma keeps deep inside its error; empty when there is none. */
export function sqlStateOf(error: unknown): string {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return '';
  const { driverAdapterError } = (error.meta ?? {}) as {
    driverAdapterError?: { cause?: { originalCode?: unknown } };
  };
  const state = driverAdapterError?.cause?.originalCode;
  return typeof state === 'string' ? state : '';
}
