import { Problem } from '../../http/problem.js';
import type { PrismaClient } from '../../records/generated/client.js';
import { findSource, type SourceRow } from '../../records/source-rows.js';
import { invalidInput } from '../input.js';

/** By which operators speak; it is no system that somebody connected. */
export const RESERVED = 'operator';

/**
 * The source of that name, or else the one that was removed last under it.
 *
 * @throws Problem 404 SOURCE_UNKNOWN
 */
export async function requireSource(prisma: PrismaClient, name: string): Promise<SourceRow> {
  const source = await findSource(prisma, name);
  if (!source || source.name === RESERVED) throw unknownSource(name);
  return source;
}

/** @throws Problem 404 SOURCE_UNKNOWN also for one that was removed */
export async function requireConnected(prisma: PrismaClient, name: string): Promise<SourceRow> {
  const source = await requireSource(prisma, name);
  if (source.removedAt) throw unknownSource(name);
  return source;
}

/** @throws Problem 404 SOURCE_UNKNOWN, or 400 for one that signs: it has a secret, and shows no token */
export async function requireScim(prisma: PrismaClient, name: string): Promise<SourceRow> {
  const source = await requireConnected(prisma, name);
  if (source.kind !== 'scim')
    throw invalidInput(`source: ${name} signs what it sends; only scim takes tokens`);
  return source;
}

export function unknownSource(name: string): Problem {
  return new Problem({ status: 404, code: 'SOURCE_UNKNOWN', detail: `there is no source named ${name}` });
}

export function sourcesBusy(): Problem {
  return new Problem({
    status: 503,
    code: 'SOURCES_BUSY',
    detail: 'a long transaction, such as a backup, reads the sources; try again when it is over',
    headers: { 'Retry-After': '60' },
  });
}
