import { attempt, attemptAll, type Running } from './bulk-attempt.js';
import { withoutReferences } from './bulk-references.js';
import type { BulkOperation } from './bulk-request.js';
import type { Outcome } from './bulk-result.js';
import { ScimError } from './error.js';

/**
 * Makes resources that refer to each other (RFC 7644 §3.7.1): first without the attributes by which they do, then as
 * they are meant to be. When one cannot be made, none of them stays.
 */
export async function makeCircle(running: Running, operations: BulkOperation[]): Promise<Outcome[]> {
  const circle = new Set(operations.flatMap(({ bulkId }) => bulkId ?? []));
  const made = await attemptAll(
    running,
    operations.map((operation) => withoutReferences(operation, circle)),
  );
  if (made.some(({ error }) => error)) return undo(running, operations, made);
  const completed = await attemptAll(
    running,
    operations.map(({ version: _, ...operation }) => ({
      ...operation,
      method: 'PUT',
      path: pathOf(running, operation),
    })),
  );
  if (completed.some(({ error }) => error)) return undo(running, operations, completed);
  return operations.flatMap((operation, place) => {
    const answer = completed[place]?.answer;
    return answer ? { operation, answer: { ...answer, status: made[place]?.answer?.status ?? 201 } } : [];
  });
}

/** In its own time: nothing half-made stays. */
async function undo(running: Running, operations: BulkOperation[], tried: Outcome[]): Promise<Outcome[]> {
  const { deadline: _, ...request } = running.request;
  const failed = tried.find(({ error }) => error)?.operation.index;
  const undone: Outcome[] = [];
  for (const [place, operation] of operations.entries()) {
    const { bulkId = '', index } = operation;
    if (running.made.has(bulkId)) {
      const removal = { index, method: 'DELETE', path: pathOf(running, operation), data: null };
      await attempt({ ...running, request }, removal);
      running.made.delete(bulkId);
    }
    const detail = `Operations[${index}] refers to others in a circle, and Operations[${failed}] failed`;
    const error = tried[place]?.error ?? new ScimError(409, detail, { code: 'REFERENCE_UNRESOLVED' });
    undone.push({ operation, error });
  }
  return undone;
}

function pathOf({ made }: Running, { path, bulkId = '' }: BulkOperation): string {
  return `${path}/${made.get(bulkId)}`;
}
