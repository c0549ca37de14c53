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

/** Where an operation leads, as two are compared. */
export function placeOf({ path }: BulkOperation): string {
  return path.toLowerCase().replace(/^\//, '');
}

/** The attribute by which no two resources are the same. */
export function nameAttributeOf(place: string): string {
  return place.startsWith('groups') ? 'displayName' : 'userName';
}

/**
 * So that what is done at the same time ends as if done in order (RFC 7644 §3.7): creations with different names do
 * not meet, nor do deletions and changes of different resources, save those that may take a name or give one free.
 * `nameKey` is what a PUT's resource is called before it, if that is known.
 */
function laneOf(operation: BulkOperation, nameKey?: string): Lane {
  const { method, data } = operation;
  const place = placeOf(operation);
  const name = `${method} ${place.split('/')[0]}`;
  const attribute = nameAttributeOf(place);
  // What is encoded may be any other path as well.
  if (place.includes('%')) return { name, keys: null };
  if (method === 'DELETE') return { name, keys: [place] };
  if (method === 'PATCH') return { name, keys: mentions(data, attribute) > 0 ? null : [place] };
  const said = saidName(data, attribute);
  if (said === undefined) return { name, keys: null };
  if (method === 'PUT') return { name, keys: said === nameKey ? [place] : null };
  return { name, keys: [said] };
}

/** Undefined where it may be said twice, once by its URN. */
function saidName(data: unknown, attribute: string): string | undefined {
  const name = isObject(data) && mentions(data, attribute) === 1 ? valueOf(data, attribute) : undefined;
  return typeof name === 'string' ? nameKeyOf(name) : undefined;
}

function mentions(data: unknown, attribute: string): number {
  return JSON.stringify(data).toLowerCase().split(attribute.toLowerCase()).length - 1;
}

export interface Waiting {
  operations: BulkOperation[];
  /** The numbers of the operations that it needs. */
  needs: readonly number[];
  /** It needs itself: it is made in two goes. */
  isCircle: boolean;
}

/** The first steps that can be done at the same time; at least one. `nameKeys`: of PUTs, by their index. */
export function takeWave(
  steps: readonly Waiting[],
  nameKeys: ReadonlyMap<number, string> = new Map(),
): Waiting[] {
  const keys = new Set<string>();
  const numbers = new Set<number>();
  let name: string | undefined;
  for (const { operations, needs, isCircle } of steps) {
    const [operation] = operations;
    if (!operation || isCircle) break;
    const lane = laneOf(operation, nameKeys.get(operation.index));
    if (lane.keys === null || lane.name !== (name ?? lane.name)) break;
    if (needs.some((one) => numbers.has(one)) || lane.keys.some((key) => keys.has(key))) break;
    name = lane.name;
    numbers.add(operation.index);
    lane.keys.forEach((key) => keys.add(key));
  }
  return steps.slice(0, Math.max(numbers.size, 1));
}
