import { nameKeyOf } from '../../lifecycle/fold.js';
import type { BulkOperation } from './bulk-request.js';
import { isObject, valueOf } from './json.js';

/** What of an operation decides whether it can be done beside others. */
export interface Lane {
  /** Only operations of one method on one type of resource are done at the same time. */
  name: string;
  /** What no two of them may share; null: it is done alone. */
  keys: string[] | null;
}

/**
 * So that what is done at the same time ends as if done in order (RFC 7644 §3.7): creations with different names do
 * not meet, nor do deletions and changes of different resources, save those that may take a name or give one free.
 */
function laneOf({ method, path, data }: BulkOperation): Lane {
  const place = path.toLowerCase().replace(/^\//, '');
  const [type = ''] = place.split('/');
  const name = `${method} ${type}`;
  const nameAttribute = type === 'groups' ? 'displayName' : 'userName';
  // What is encoded may be any other path as well.
  if (place.includes('%')) return { name, keys: null };
  if (method === 'DELETE') return { name, keys: [place] };
  if (method === 'PATCH') return { name, keys: mentions(data, nameAttribute) ? null : [place] };
  const taken = method === 'POST' && isObject(data) ? valueOf(data, nameAttribute) : undefined;
  return { name, keys: typeof taken === 'string' ? [nameKeyOf(taken)] : null };
}

function mentions(data: unknown, attribute: string): boolean {
  return JSON.stringify(data).toLowerCase().includes(attribute.toLowerCase());
}

export interface Waiting {
  operations: BulkOperation[];
  /** The numbers of the operations that it needs. */
  needs: readonly number[];
  /** It needs itself: it is made in two goes. */
  isCircle: boolean;
}

/** The first steps that can be done at the same time; at least one. */
export function takeWave(steps: readonly Waiting[]): Waiting[] {
  const keys = new Set<string>();
  const numbers = new Set<number>();
  let name: string | undefined;
  for (const { operations, needs, isCircle } of steps) {
    const [operation] = operations;
    if (!operation || isCircle) break;
    const lane = laneOf(operation);
    if (lane.keys === null || lane.name !== (name ?? lane.name)) break;
    if (needs.some((one) => numbers.has(one)) || lane.keys.some((key) => keys.has(key))) break;
    name = lane.name;
    numbers.add(operation.index);
    lane.keys.forEach((key) => keys.add(key));
  }
  return steps.slice(0, Math.max(numbers.size, 1));
}
