import { addAudit, type AuditLine } from './audit.js';
import type { Prisma, PrismaClient } from './generated/client.js';
import { changingSources } from './source-changes.js';
import { isNameTaken } from './stored.js';
import { type NewToken, tokenRow } from './token-rows.js';

export interface NewSource {
  id: string;
  name: string;
  kind: string;
  domains: string[];
  observed: boolean;
  presenceOnly: boolean;
  /** By displayName or externalId: whose members alone get keys. */
  entitledGroups: string[];
  /** Of one that decides about keys as soon as it is there: everybody is yet to be decided anew. */
  goingLiveAt: Date | null;
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
  observed: boolean;
  removedAt: Date | null;
  entitledGroups: string[];
  /** When a go-live began that is not ended yet. */
  goingLiveAt: Date | null;
}

/** Where the secret of a source is sealed; a rotation moves its text to `previous_secret` as it is. */
export function secretPlace(sourceId: string, generation: number) {
  return { owner: sourceId, column: 'secret', generation };
}

/** The source of this name, or else the one that was removed last under it. */
export async function findSource(prisma: PrismaClient, name: string): Promise<SourceRow | null> {
  const select = {
    id: true,
    name: true,
    kind: true,
    secret: true,
    secretGeneration: true,
    observed: true,
    removedAt: true,
    entitledGroups: true,
    goingLiveAt: true,
  };
  const live = await prisma.source.findFirst({ where: { name, removedAt: null }, select });
  return live ?? prisma.source.findFirst({ where: { name }, orderBy: { removedAt: 'desc' }, select });
}

/** `busy`: a long transaction kept the lock from us, without which one that decides cannot be added. */
export async function addSource(
  prisma: PrismaClient,
  source: NewSource,
  token: NewToken | null,
  audit: AuditLine,
): Promise<'added' | 'name-taken' | 'busy'> {
  const tokens = token && { tokens: { create: tokenRow(token) } };
  const add = async (tx: Prisma.TransactionClient) => {
    await tx.source.create({ data: { ...source, ...tokens }, select: { id: true } });
    await addAudit(tx, audit);
  };
  try {
    if (source.goingLiveAt) return (await changingSources(prisma, add)) ? 'added' : 'busy';
    await prisma.$transaction(add);
    return 'added';
  } catch (error) {
    if (isNameTaken(error)) return 'name-taken';
    throw error;
  }
}

/** Another token for a source; those before it end at `until`. What its clients were given is not touched. */
export async function rotateToken(
  prisma: PrismaClient,
  sourceId: string,
  token: NewToken,
  until: Date,
  audit: AuditLine,
): Promise<void> {
  const endsLater = { OR: [{ expiresAt: null }, { expiresAt: { gt: until } }] };
  const later = { sourceId, clientId: null, revokedAt: null, ...endsLater };
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
