import { newId } from './id.js';
import type { Prisma, PrismaClient } from './generated/client.js';

/** Who did what to whom. Never a key, token or secret. */
export interface AuditLine {
  /** A token's name, or `cli:<user of the operating system>`. */
  actor: string;
  /** As the command is called: `source.add`, `people.clear`. */
  action: string;
  personId?: string;
  /** A name, mail or id, for people who read. */
  subject?: string;
  detail?: Prisma.InputJsonObject;
}

/** The one way to write an audit line; in a list of Prisma's it joins the transaction of what it tells of. */
export function addAudit(prisma: Pick<PrismaClient, 'audit'>, line: AuditLine) {
  return prisma.audit.create({ data: { id: newId(), ...line }, select: { id: true } });
}
