import { addAudit, type AuditLine } from './audit.js';
import type { PrismaClient } from './generated/client.js';

export interface NewToken {
  id: string;
  name: string;
  hash: Buffer;
  scopes: string[];
  expiresAt: Date | null;
}

/** How a token's row is spelled for Prisma. */
export function tokenRow({ hash, ...token }: NewToken) {
  return { ...token, hash: new Uint8Array(hash) };
}

/** False when a token of this name is in force: names stand in the audit, and must mean one token there. */
export async function addToken(
  prisma: PrismaClient,
  token: NewToken,
  now: Date,
  audit: AuditLine,
): Promise<boolean> {
  return prisma.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`token ${token.name}`}, 0))`;
    if ((await tx.token.count({ where: inForce(token.name, now) })) > 0) return false;
    await tx.token.create({ data: tokenRow(token) });
    await addAudit(tx, audit);
    return true;
  });
}

/** By id any token, by name those of no source. How many were in force until now. */
export async function revokeTokens(
  prisma: PrismaClient,
  which: { id: string } | { name: string },
  now: Date,
  audit: AuditLine,
): Promise<number> {
  const where = 'id' in which ? { id: which.id, revokedAt: null } : inForce(which.name, now);
  return prisma.$transaction(async (tx) => {
    const { count } = await tx.token.updateMany({ where, data: { revokedAt: now } });
    if (count > 0) await addAudit(tx, audit);
    return count;
  });
}

function inForce(name: string, now: Date) {
  return { name, sourceId: null, revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
}
