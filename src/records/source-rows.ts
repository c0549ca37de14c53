import { addAudit, type AuditLine } from './audit.js';
import type { PrismaClient } from './generated/client.js';
import { isNameTaken, sqlStateOf } from './stored.js';
import { type NewToken, tokenRow } from './token-rows.js';

export interface NewSource {
  id: string;
  name: string;
  kind: string;
  domains: string[];
  observed: boolean;
  presenceOnly: boolean;
  /** Sealed; null for a source that speaks with a token. */
  secret: string | null;
  secretGeneration: number;
}

export interface SourceRow {
  id: string;
  name: string;
  kind: string;
  secret: string | null;
  secretGeneration: number;
  removedAt: Date | null;
}

/** Where the secret of a source is sealed; a rotation moves its text to `previous_secret` as it is. */
export function secretPlace(sourceId: string, generation: number) {
  return { owner: sourceId, column: 'secret', generation };
}

/** The source of this name, or else the one that was removed last under it. */
export async function findSource(prisma: PrismaClient, name: string): Promise<SourceRow | null> {
  const select = { id: true, name: true, kind: true, secret: true, secretGeneration: true, removedAt: true };
  const live = await prisma.source.findFirst({ where: { name, removedAt: null }, select });
  return live ?? prisma.source.findFirst({ where: { name }, orderBy: { removedAt: 'desc' }, select });
}

/** False when the name is taken. */
export async function addSource(
  prisma: PrismaClient,
  source: NewSource,
  token: NewToken | null,
  audit: AuditLine,
): Promise<boolean> {
  const tokens = token && { tokens: { create: tokenRow(token) } };
  const create = prisma.source.create({ data: { ...source, ...tokens }, select: { id: true } });
  try {
    await prisma.$transaction([create, addAudit(prisma, audit)]);
    return true;
  } catch (error) {
    if (isNameTaken(error)) return false;
    throw error;
  }
}

/** Another token for a source; those before it end at `until`. */
export async function rotateToken(
  prisma: PrismaClient,
  sourceId: string,
  token: NewToken,
  until: Date,
  audit: AuditLine,
): Promise<void> {
  const later = { sourceId, revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: until } }] };
  await prisma.$transaction([
    prisma.token.updateMany({ where: later, data: { expiresAt: until } }),
    prisma.token.create({ data: { ...tokenRow(token), sourceId }, select: { id: true } }),
    addAudit(prisma, audit),
  ]);
}

/** Another secret for a source; the one before it is taken until `until`. False when somebody else was faster. */
export async function rotateSecret(
  prisma: PrismaClient,
  before: SourceRow,
  sealed: string,
  until: Date,
  audit: AuditLine,
): Promise<boolean> {
  const { id, secret, secretGeneration } = before;
  const data = {
    secret: sealed,
    secretGeneration: secretGeneration + 1,
    previousSecret: secret,
    previousUntil: until,
  };
  return prisma.$transaction(async (tx) => {
    const { count } = await tx.source.updateMany({
      where: { id, secretGeneration, removedAt: null },
      data,
    });
    if (count > 0) await addAudit(tx, audit);
    return count > 0;
  });
}

/**
 * Removes a source and its credentials. The exclusive lock waits for every transaction that has read the sources,
 * since it would decide by the source as it was; those that come after see it removed.
 *
 * @returns false when a long transaction, such as a backup, kept the lock from us
 */
export async function removeSource(
  prisma: PrismaClient,
  id: string,
  at: Date,
  audit: AuditLine,
): Promise<boolean> {
  try {
    await prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SET LOCAL lock_timeout = '3s'`;
      await tx.$executeRaw`LOCK TABLE sources IN ACCESS EXCLUSIVE MODE`;
      const data = { removedAt: at, secret: null, previousSecret: null, previousUntil: null };
      const { count } = await tx.source.updateMany({ where: { id, removedAt: null }, data });
      await tx.token.updateMany({ where: { sourceId: id, revokedAt: null }, data: { revokedAt: at } });
      if (count > 0) await addAudit(tx, audit);
    });
    return true;
  } catch (error) {
    if (sqlStateOf(error) === LOCK_NOT_AVAILABLE) return false;
    throw error;
  }
}

const LOCK_NOT_AVAILABLE = '55P03';

/** Everybody of whom a source has a record. */
export async function findPeopleOf(prisma: PrismaClient, sourceId: string): Promise<string[]> {
  const rows = await prisma.$queryRaw<{ person_id: string }[]>`
    SELECT DISTINCT person_id FROM standings WHERE source_id = ${sourceId}::uuid ORDER BY person_id`;
  return rows.map((row) => row.person_id);
}
