import { isEntitledGroup } from '../lifecycle/entitled.js';
import { nameKeyOf } from '../lifecycle/fold.js';
import { addAudit, type AuditLine } from './audit.js';
import type { Prisma, PrismaClient } from './generated/client.js';
import { sqlStateOf } from './stored.js';

/**
 * Removes a source and its credentials.
 *
 * @param forgetLeavers whom it said are gone are so no longer: it counts as one that is observed
 * @returns false when a long transaction kept the lock from us
 */
export function removeSource(
  prisma: PrismaClient,
  { id, at, forgetLeavers }: { id: string; at: Date; forgetLeavers: boolean },
  audit: AuditLine,
): Promise<boolean> {
  return changingSources(prisma, async (tx) => {
    const credentials = { secret: null, previousSecret: null, previousUntil: null };
    const data = { removedAt: at, ...credentials };
    const removed = await tx.source.updateMany({ where: { id, removedAt: null }, data });
    const inForce = { where: { sourceId: id, revokedAt: null }, data: { revokedAt: at } };
    await tx.token.updateMany(inForce);
    await tx.oauthClient.updateMany(inForce);
    const where = { id, observed: false };
    const forgotten = forgetLeavers ? await tx.source.updateMany({ where, data: { observed: true } }) : null;
    if (removed.count > 0 || forgotten) await addAudit(tx, audit);
  });
}

/**
 * What an observed source says counts from now on. That everybody is still to be decided anew is kept, until
 * `endGoLive`.
 *
 * @returns false when a long transaction kept the lock from us
 */
export function beginGoLive(prisma: PrismaClient, id: string, at: Date, audit: AuditLine): Promise<boolean> {
  return changingSources(prisma, async (tx) => {
    const where = { id, observed: true, removedAt: null };
    const { count } = await tx.source.updateMany({ where, data: { observed: false, goingLiveAt: at } });
    if (count > 0) await addAudit(tx, audit);
  });
}

/**
 * From now on the members of these groups alone get keys; of none, everybody of the source again. Once it counts, all are
 * to be decided anew, until `endGoLive`. Nobody writes a group meanwhile, since whoever does has read the source before.
 *
 * @returns false when a long transaction kept the lock from us
 */
export function entitleGroups(
  prisma: PrismaClient,
  { id, entitledGroups, at }: { id: string; entitledGroups: string[]; at: Date },
  audit: AuditLine,
): Promise<boolean> {
  return changingSources(prisma, async (tx) => {
    const where = { id, removedAt: null };
    if ((await tx.source.updateMany({ where, data: { entitledGroups } })).count === 0) return;
    await tx.source.updateMany({ where: { ...where, observed: false }, data: { goingLiveAt: at } });
    await markGroups(tx, id, entitledGroups);
    await addAudit(tx, audit);
  });
}

/** No version of a group changes by it: what its source decides is no attribute of its own. */
async function markGroups(tx: Prisma.TransactionClient, sourceId: string, groups: string[]): Promise<void> {
  const isMeant = [{ nameKey: { in: groups.map(nameKeyOf) } }, { externalId: { in: groups } }];
  const found = await tx.scimResource.findMany({
    where: { sourceId, type: 'Group', OR: [{ entitled: true }, ...isMeant] },
    select: { id: true, nameKey: true, externalId: true, entitled: true },
  });
  for (const entitled of [true, false]) {
    const changed = found.filter(
      (one) => one.entitled !== entitled && isEntitledGroup(one, groups) === entitled,
    );
    const where = { sourceId, id: { in: changed.map(({ id }) => id) } };
    if (changed.length > 0) await tx.scimResource.updateMany({ where, data: { entitled } });
  }
}

/** Everybody is decided anew by the source as it was at `at`; when it has changed since, they are to be once more. */
export async function endGoLive(
  prisma: PrismaClient,
  id: string,
  at: Date | null,
  audit: AuditLine,
): Promise<void> {
  const end = prisma.source.updateMany({ where: { id, goingLiveAt: at }, data: { goingLiveAt: null } });
  await prisma.$transaction([end, addAudit(prisma, audit)]);
}

/**
 * The exclusive lock waits for every transaction that has read the sources, since it decides by the source as it was;
 * those that come after see it changed.
 *
 * @returns false when a long transaction, such as a backup, kept the lock from us
 */
export async function changingSources(
  prisma: PrismaClient,
  work: (tx: Prisma.TransactionClient) => Promise<void>,
): Promise<boolean> {
  try {
    await prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SET LOCAL lock_timeout = '3s'`;
      await tx.$executeRaw`LOCK TABLE sources IN ACCESS EXCLUSIVE MODE`;
      await work(tx);
    });
    return true;
  } catch (error) {
    if (sqlStateOf(error) === LOCK_NOT_AVAILABLE) return false;
    throw error;
  }
}

const LOCK_NOT_AVAILABLE = '55P03';
