import type pg from 'pg';
import type { Brake } from '../../jobs/brake.js';
import type { Acceptor } from '../../jobs/intake.js';
import type { Tell } from '../../jobs/relay.js';
import type { PrismaClient } from '../../records/generated/client.js';
import type { HostKeys } from '../../records/host-keys.js';
import type { Seal } from '../../records/seal.js';

/** What the operations are made from; each lists what it uses. */
export interface OperationsParts {
  pool: pg.Pool;
  prisma: PrismaClient;
  acceptor: Acceptor;
  tell: Tell;
  brake: Brake;
  keys: HostKeys;
  seal: Seal;
  newId: () => string;
  now: () => Date;
  /** Where sources reach us, without a slash at its end. */
  publicUrl: string;
  /** Kinds of source that sign what they send, beside `scim`. */
  webhookKinds: readonly string[];
}
