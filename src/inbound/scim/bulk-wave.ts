import type { BulkOperation } from './bulk-request.js';
import { isObject, valueOf } from './json.js';

/** What of an operation decides whether it can be done beside others. */
export interface Lane {
  /** Only operations of one kind on one type of resource are done at the same time. */
  name: string;
  /** What no two of them may share; null: it is done alone. */
  keys: string[] | null;
}

const KINDS: Record<string, string> = { POST: 'create', PUT: 'change', PATCH: 'change', DELETE: 'remove' };

/**
 * So that what is done at the same time ends as if done in order (RFC 7644 §3.7): creations with different names do
 * not meet, nor do changes of different resources, save those that may take or free a name.
 */
export function laneOf({ method, path, data }: BulkOperation): Lane {
  const type = path.toLowerCase().split('/')[path.startsWith('/') ? 1 : 0] ?? '';
  const name = `${KINDS[method]} ${type}`;
  if (method === 'DELETE') return { name, keys: [path] };
  const nameAttribute = type === 'groups' ? 'displayName' : 'userName';
  if (method === 'PATCH') return { name, keys: mentions(data, nameAttribute) ? null : [path] };
  const taken = isObject(data) ? valueOf(data, nameAttribute) : undefined;
  if (typeof taken !== 'string') return { name, keys: null };
  return { name, keys: [`name ${taken.trim().toLowerCase()}`, ...(method === 'PUT' ? [path] : [])] };
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
