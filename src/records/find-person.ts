import { normalise } from '../lifecycle/event.js';
import type { PrismaClient } from './generated/client.js';
import { isId } from './is-id.js';

export interface FoundPerson {
  id: string;
  name: string | null;
  mail: string | null;
}

/** Finds a person by mail, by the id of one of their Zoom users, or by their own id, also one from before a merge. */
export async function findPerson(prisma: PrismaClient, who: string): Promise<FoundPerson | null> {
  const id = who.includes('@') ? await idByMail(prisma, who) : await idByZoomUser(prisma, who);
  if (id) return findMerged(prisma, id);
  return isId(who.toLowerCase()) ? findMerged(prisma, who) : null;
}

async function idByMail(prisma: PrismaClient, mail: string): Promise<string | undefined> {
  const where = { kind_value: { kind: 'mail', value: normalise(mail) } };
  return (await prisma.link.findUnique({ where, select: { personId: true } }))?.personId;
}

async function idByZoomUser(prisma: PrismaClient, id: string): Promise<string | null | undefined> {
  return (await prisma.zoomUser.findUnique({ where: { id }, select: { personId: true } }))?.personId;
}

/** Somebody merged away leads to who they became. */
async function findMerged(prisma: PrismaClient, id: string): Promise<FoundPerson | null> {
  const select = { id: true, name: true, mail: true, mergedInto: true };
  for (let next = id; ;) {
    const row = await prisma.person.findUnique({ where: { id: next }, select });
    if (!row) return null;
    if (!row.mergedInto) return { id: row.id, name: row.name, mail: row.mail };
    next = row.mergedInto;
  }
}
