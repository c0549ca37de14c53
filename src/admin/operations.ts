import type pg from 'pg';
import type { Acceptor } from '../jobs/intake.js';
import type { Tell } from '../jobs/relay.js';
import type { PrismaClient } from '../records/generated/client.js';
import type { HostKeys } from '../records/host-keys.js';
import type { Seal } from '../records/seal.js';
import { createEventOperations } from './operations/events.js';
import { createJobOperations } from './operations/jobs.js';
import { createLookUp } from './operations/look-up.js';
import { createPeopleOperations } from './operations/people.js';
import { createSourceOperations } from './operations/sources.js';
import { createTokenOperations } from './operations/tokens.js';

export interface OperationsParts {
  pool: pg.Pool;
  prisma: PrismaClient;
  acceptor: Acceptor;
  tell: Tell;
  keys: HostKeys;
  seal: Seal;
  newId: () => string;
  now: () => Date;
  /** Where sources reach us, without a slash at its end. */
  publicUrl: string;
  /** Kinds of source that sign what they send, beside `scim`. */
  webhookKinds: readonly string[];
}

/**
 * Everything an operator can do, whichever door they come by. Each takes what was typed or sent as it is and
 * checks it; whatever changes or shows something is written to the audit, with who asked.
 *
 * @throws Problem for what the operator can mend
 */
export function createOperations(parts: OperationsParts) {
  return {
    sources: createSourceOperations(parts),
    tokens: createTokenOperations(parts),
    jobs: createJobOperations(parts),
    events: createEventOperations(parts),
    people: createPeopleOperations(parts),
    lookUp: createLookUp(parts),
  };
}

export type Operations = ReturnType<typeof createOperations>;
