import { addAudit, type AuditLine } from './audit.js';
import type { PrismaClient } from './generated/client.js';
import { isNameTaken } from './stored.js';

export interface NewClient {
  id: string;
  name: string;
  sourceId: string;
  secretHash: Buffer;
  expiresAt: Date | null;
}

/** False when a client of this source has the name and is not revoked. */
export async function addClient(prisma: PrismaClient, client: NewClient, audit: AuditLine): Promise<boolean> {
  const data = { ...client, secretHash: new Uint8Array(client.secretHash) };
  try {
    await prisma.$transaction([
      prisma.oauthClient.create({ data, select: { id: true } }),
      addAudit(prisma, audit),
    ]);
    return true;
  } catch (error) {
    if (isNameTaken(error)) return false;
    throw error;
  }
}

/** The clients of a source, the newest first, never their secrets. */
export async function listClients(prisma: PrismaClient, sourceId: string) {
  return prisma.oauthClient.findMany({
    where: { sourceId },
    orderBy: { id: 'desc' },
    select: {
      id: true,
      name: true,
      createdAt: true,
      expiresAt: true,
      previousUntil: true,
      revokedAt: true,
      lastUsedAt: true,
    },
  });
}

/** By id, or by the name, which one client at most has until it is revoked. */
export type WhichClient = { sourceId: string } & ({ id: string } | { name: string });

export interface NewSecret {
  secretHash: Buffer;
  expiresAt: Date | null;
  /** When the one before ends, if it does not sooner. */
  previousUntil: Date;
}

export interface RotatedClient {
  id: string;
  name: string;
  previousUntil: Date;
}

/** Another secret. Null when there is no such client, or it is revoked. */
export async function rotateClient(
  prisma: PrismaClient,
  which: WhichClient,
  { secretHash, expiresAt, previousUntil }: NewSecret,
  audit: AuditLine,
): Promise<RotatedClient | null> {
  const id = 'id' in which ? which.id : null;
  const name = 'name' in which ? which.name : null;
  return prisma.$transaction(async (tx) => {
    const rotated = await tx.$queryRaw<RotatedClient[]>`
      UPDATE oauth_clients SET secret_hash = ${secretHash}, expires_at = ${expiresAt}, previous_hash = secret_hash,
        previous_until = least(expires_at, ${previousUntil}::timestamptz)
      WHERE source_id = ${which.sourceId}::uuid AND (id = ${id}::uuid OR name = ${name}) AND revoked_at IS NULL
      RETURNING id, name, previous_until AS "previousUntil"`;
    if (rotated[0]) await addAudit(tx, audit);
    return rotated[0] ?? null;
  });
}

/** Ends a client, and with it every token that it was given. How many there were. */
export async function revokeClient(
  prisma: PrismaClient,
  which: WhichClient,
  now: Date,
  audit: AuditLine,
): Promise<number> {
  return prisma.$transaction(async (tx) => {
    const where = { ...which, revokedAt: null };
    const { count } = await tx.oauthClient.updateMany({ where, data: { revokedAt: now } });
    if (count > 0) await addAudit(tx, audit);
    return count;
  });
}
