import { iso, type Row } from './changes.js';
import { newId } from './id.js';
import type { Prisma, PrismaClient } from './generated/client.js';

/** Who did what to whom. Never a key, token or secret. */
export interface AuditLine {
  /** A token's name, `cli:<user of the operating system>`, or `hostkeeper` for what nobody asked for. */
  actor: string;
  /** As the command is called: `source.add`, `people.clear`. */
  action: string;
  personId?: string;
  /** A name, mail or id, for people who read. */
  subject?: string;
  detail?: Prisma.InputJsonObject;
}

/** Writes an audit line; in a list of Prisma's it joins the transaction of what it tells of. */
export function addAudit(prisma: Pick<PrismaClient, 'audit'>, line: AuditLine) {
  return prisma.audit.create({ data: { id: newId(), ...line }, select: { id: true } });
}

/** An audit line as a row among the changes of the transaction that it tells of; `at` in milliseconds. */
export function auditRow(id: string, at: number, line: AuditLine): Row {
  const { actor, action, personId = null, subject = null, detail = null } = line;
  return { id, at: iso(at), actor, action, person_id: personId, subject, detail };
}
