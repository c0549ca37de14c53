import { Prisma } from './generated/client.js';

/** Credentials or name refused, not reachable, timed out, no access, no TLS, closed, no connection or transaction left. */
const OUT_OF_REACH = new Set([
  'P1000',
  'P1001',
  'P1002',
  'P1003',
  'P1008',
  'P1010',
  'P1011',
  'P1017',
  'P2024',
  'P2028',
  'P2037',
]);

/** Whether Prisma says in its own words that the database could not be asked. */
export function isOutOfReach(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && OUT_OF_REACH.has(error.code);
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
