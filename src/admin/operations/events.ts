import { z } from 'zod';
import type { EventType } from '../../lifecycle/event.js';
import { listEvents } from '../../records/listings.js';
import { nameInput, pagingInput, parseInput, whoInput } from '../input.js';
import type { OperationsParts } from './parts.js';
import { narrow } from './narrow.js';

const TYPES = [
  'created',
  'changed',
  'transferred',
  'removed',
  'exposed',
] as const satisfies readonly EventType[];

const eventListInput = z.strictObject({
  type: z.enum(TYPES, { error: `must be one of ${TYPES.join(', ')}` }).optional(),
  outcome: z
    .string()
    .regex(/^[a-z][a-z-]{0,31}$/, 'must be an outcome, such as rejected')
    .optional(),
  source: nameInput.optional(),
  person: whoInput.optional(),
  ...pagingInput,
});

export function createEventOperations({ prisma }: Pick<OperationsParts, 'prisma'>) {
  return {
    async list(given: unknown) {
      const { limit, cursor, ...asked } = parseInput(eventListInput, given);
      const { rows, nextCursor } = await listEvents(prisma, await narrow(prisma, asked), { limit, cursor });
      return { events: rows, nextCursor };
    },
  };
}
