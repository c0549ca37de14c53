import { nameKeyOf } from '../../lifecycle/fold.js';
import type { Running } from './bulk-attempt.js';
import type { BulkOperation } from './bulk-request.js';
import { nameAttributeOf, placeOf, type Waiting } from './bulk-wave.js';
import { ID } from './endpoint-table.js';

/** What the resources of a run of PUTs are called before it. */
export interface Names {
  /** The number of the step behind the run. */
  end: number;
  /** By the operation's index; without those of which it cannot be told. */
  keys: ReadonlyMap<number, string>;
}

/**
 * A PUT always says a name, but mostly the one that its resource has. Read for as many as may be done at the same time:
 * PUTs that stand together, each of another resource, so that none changes what was read for another.
 */
export async function readNames(
  running: Running,
  steps: readonly Waiting[],
  { from, most }: { from: number; most: number },
): Promise<Names> {
  const run = takeRun(steps.slice(from, from + most));
  const keys = new Map<number, string>();
  const read = async (operation: BulkOperation) => {
    const name = await readName(running, operation).catch(() => undefined);
    if (typeof name === 'string') keys.set(operation.index, nameKeyOf(name));
  };
  if (run.length > 1) await Promise.all(run.map(read));
  return { end: from + Math.max(run.length, 1), keys };
}

function takeRun(steps: readonly Waiting[]): BulkOperation[] {
  const run = new Map<string, BulkOperation>();
  for (const { operations } of steps) {
    const [operation] = operations;
    if (!operation || operation.method !== 'PUT') break;
    const place = placeOf(operation);
    if (run.has(place)) break;
    run.set(place, operation);
  }
  return [...run.values()];
}

/** What goes wrong here will go wrong for the operation itself, which says so. */
async function readName({ find, request }: Running, operation: BulkOperation): Promise<unknown> {
  const target = find(operation.path);
  if (!target?.pattern.endsWith(ID)) return undefined;
  const attribute = nameAttributeOf(placeOf(operation));
  const query = new URLSearchParams({ attributes: attribute });
  const answer = await target.methods['GET']?.({ ...request, id: target.id, query, headers: {} });
  return answer?.body?.[attribute];
}
