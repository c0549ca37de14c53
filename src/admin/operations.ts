import { createClientOperations } from './operations/clients.js';
import { createEventOperations } from './operations/events.js';
import { createJobOperations } from './operations/jobs.js';
import { createLinkImport } from './operations/link-import.js';
import { createLookUp } from './operations/look-up.js';
import type { OperationsParts } from './operations/parts.js';
import { createPeopleOperations } from './operations/people.js';
import { createSourceOperations } from './operations/sources.js';
import { createTokenOperations } from './operations/tokens.js';

/**
 * Everything an operator can do, whichever door they come by. Each takes what was typed or sent as it is and
 * checks it; whatever changes or shows something is written to the audit, with who asked.
 *
 * @throws Problem for what the operator can mend
 */
export function createOperations(parts: OperationsParts) {
  return {
    sources: createSourceOperations(parts),
    clients: createClientOperations(parts),
    tokens: createTokenOperations(parts),
    jobs: createJobOperations(parts),
    events: createEventOperations(parts),
    people: createPeopleOperations(parts),
    importLinks: createLinkImport(parts),
    lookUp: createLookUp(parts),
  };
}

export type Operations = ReturnType<typeof createOperations>;
