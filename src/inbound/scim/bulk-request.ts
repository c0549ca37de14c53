import { refusal, ScimError } from './error.js';
import { isObject, valueOf, type JsonObject } from './json.js';
import { checkMessage } from './message.js';

/** One operation of a bulk request (RFC 7644 §3.7). */
export interface BulkOperation {
  /** Where it stands in the request, from 0. */
  index: number;
  /** In capitals; as it came when it is none that we know. */
  method: string;
  /** Without a slash at its end. */
  path: string;
  bulkId?: string;
  /** The entity tag that the resource must have. */
  version?: string;
  data: unknown;
  /** Why it cannot even be tried. */
  fault?: ScimError;
}

export interface BulkRequest {
  operations: BulkOperation[];
  /** After how many errors the rest is left undone. */
  failOnErrors: number;
}

const BULK_REQUEST_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
export const MAX_BULK_OPERATIONS = 1_000;
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** Throws 400, and 413 for too many operations. An operation that is wrong in itself is one that fails. */
export function readBulk(body: unknown): BulkRequest {
  if (!isObject(body)) throw refusal('invalidSyntax', 'the body must be a JSON object with Operations');
  checkMessage(body, BULK_REQUEST_URN);
  const given = valueOf(body, 'Operations');
  if (!Array.isArray(given) || given.length === 0) {
    throw refusal('invalidSyntax', 'Operations must be an array of at least one operation');
  }
  if (given.length > MAX_BULK_OPERATIONS) {
    const detail = `a bulk request can have at most ${MAX_BULK_OPERATIONS} operations (maxOperations)`;
    throw new ScimError(413, `${detail}; this one has ${given.length}`, { code: 'TOO_MANY_OPERATIONS' });
  }
  const operations = given.map(readOperation);
  return { operations: refuseRepeats(operations), failOnErrors: readFailOnErrors(body) };
}

function readFailOnErrors(body: JsonObject): number {
  const value = valueOf(body, 'failOnErrors') ?? Infinity;
  if (value === Infinity) return value;
  if (!Number.isInteger(value) || Number(value) < 0) {
    throw refusal('invalidValue', 'failOnErrors must be a whole number, 1 or more');
  }
  return Math.max(Number(value), 1);
}

function readOperation(given: unknown, index: number): BulkOperation {
  if (!isObject(given)) return refused({ index, method: '', path: '', data: null }, 'must be an object');
  const method = textOf(valueOf(given, 'method')) ?? '';
  const path = textOf(valueOf(given, 'path')) ?? '';
  const bulkId = textOf(valueOf(given, 'bulkId'));
  const version = textOf(valueOf(given, 'version'));
  const operation = {
    index,
    method: METHODS.includes(method.toUpperCase()) ? method.toUpperCase() : method,
    path: path.endsWith('/') ? path.slice(0, -1) : path,
    ...(bulkId !== undefined && { bulkId }),
    ...(version !== undefined && { version }),
    data: valueOf(given, 'data') ?? null,
  };
  const why = faultOf(operation, given);
  return why === undefined ? operation : refused(operation, why);
}

function faultOf({ method, path, bulkId, data }: BulkOperation, given: JsonObject): string | undefined {
  if (!METHODS.includes(method)) return `needs a method: ${METHODS.join(', ')}`;
  if (path === '') return 'needs a path, such as /Users or /Users/{id}';
  if (/[?#]/.test(path)) return 'has a path with a query, which no operation can have';
  for (const name of ['bulkId', 'version']) {
    const value = valueOf(given, name) ?? '';
    if (typeof value !== 'string') return `has a ${name} that is no text`;
  }
  if (method === 'POST' && !bulkId) return 'needs a bulkId, as every POST';
  return method !== 'DELETE' && data === null ? `needs data, as every ${method}` : undefined;
}

/** RFC 7644 §3.7: a bulkId is unique within a request. References mean the first. */
function refuseRepeats(operations: BulkOperation[]): BulkOperation[] {
  const first = new Map<string, number>();
  return operations.map((operation) => {
    const { method, bulkId, index } = operation;
    if (method !== 'POST' || bulkId === undefined) return operation;
    const before = first.get(bulkId);
    if (before === undefined) return (first.set(bulkId, index), operation);
    const detail = `Operations[${index}] has the bulkId of Operations[${before}]`;
    return { ...operation, fault: new ScimError(409, detail, { scimType: 'uniqueness' }) };
  });
}

function refused(operation: BulkOperation, why: string): BulkOperation {
  return { ...operation, fault: refusal('invalidSyntax', `Operations[${operation.index}] ${why}`) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
