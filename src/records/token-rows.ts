import { addAudit, type AuditLine } from './audit.js';
import type { PrismaClient } from './generated/client.js';

export interface NewToken {
  id: string;
  name: string;
  hash: Buffer;
  scopes: string[];
  expiresAt: Date | null;
  /** Whom it speaks for; null for a script's. */
  sourceId?: string | null;
}

/** The tokens of one name: those of a source, or of none. */
export interface TokensNamed {
  name: string;
  sourceId: string | null;
}

/** How a token's row is spelled for Prisma. */
export function tokenRow({ hash, ...token }: NewToken) {
  return { ...token, hash: new Uint8Array(hash) };
}

/** False when such a token of this name is in force: names stand in the audit, and must mean one token there. */
export async function addToken(
  prisma: PrismaClient,
  token: NewToken,
  now: Date,
  audit: AuditLine,
): Promise<boolean> {
  const { name, sourceId = null } = token;
  return prisma.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`token ${name}`}, 0))`;
    if ((await tx.token.count({ where: inForce({ name, sourceId }, now) })) > 0) return false;
    await tx.token.create({ data: tokenRow(token) });
    await addAudit(tx, audit);
    return true;
  });
}

/** How many were in force until now. */
export async function revokeTokens(
  prisma: PrismaClient,
  which: { id: string; sourceId?: string } | TokensNamed,
  now: Date,
  audit: AuditLine,
): Promise<number> {
  const where = 'id' in which ? { ...which, revokedAt: null } : inForce(which, now);
  return prisma.$transaction(async (tx) => {
    const { count } = await tx.token.updateMany({ where, data: { revokedAt: now } });
    if (count > 0) await addAudit(tx, audit);
    return count;
  });
}

/** Never those that were given to a client: they end with it. */
function inForce({ name, sourceId }: TokensNamed, now: Date) {
  const notOver = { OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
  return { name, sourceId, clientId: null, revokedAt: null, ...notOver };
}
