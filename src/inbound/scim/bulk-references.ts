import type { BulkOperation } from './bulk-request.js';
import { isObject } from './json.js';

/** A value that is a reference and nothing else: of a member, a manager. */
const WHOLE = /^bulkId:(.+)$/s;
/** At the end of an address. */
const IN_ADDRESS = /(?<=^|\/)bulkId:([^/]+)$/;
/** In a PATCH's path: `members[value eq "bulkId:…"]`. */
const IN_PATH = /(?<=")bulkId:([^"]+)(?=")/g;

/** The bulkIds that an operation refers to (RFC 7644 §3.7.2), in its path or anywhere in its data. */
export function referencesOf({ path, data }: BulkOperation): Set<string> {
  const found = new Set<string>();
  const keep = (bulkId: string) => (found.add(bulkId), '');
  replaceIn(path, '$ref', keep);
  replaceIn(data, '', keep);
  return found;
}

/** The operation with ids in place of references. */
export function resolveReferences(operation: BulkOperation, idOf: (bulkId: string) => string): BulkOperation {
  const { path, data } = operation;
  return { ...operation, path: String(replaceIn(path, '$ref', idOf)), data: replaceIn(data, '', idOf) };
}

/** The operation without those attributes that refer to any of these. */
export function withoutReferences(operation: BulkOperation, bulkIds: ReadonlySet<string>): BulkOperation {
  if (!isObject(operation.data)) return operation;
  const kept = Object.entries(operation.data).filter(([key, value]) => {
    const references = referencesOf({ ...operation, path: '', data: { [key]: value } });
    return ![...references].some((bulkId) => bulkIds.has(bulkId));
  });
  return { ...operation, data: Object.fromEntries(kept) };
}

function replaceIn(value: unknown, key: string, idOf: (bulkId: string) => string): unknown {
  if (typeof value === 'string') {
    return value.includes('bulkId:') ? value.replace(patternOf(key), (_, bulkId) => idOf(bulkId)) : value;
  }
  if (Array.isArray(value)) return value.map((one) => replaceIn(one, key, idOf));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaceIn(one, name, idOf)]));
}

function patternOf(key: string): RegExp {
  if (key.toLowerCase() === 'path') return IN_PATH;
  return key === '$ref' ? IN_ADDRESS : WHOLE;
}
