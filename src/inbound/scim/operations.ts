import { refusal, ScimError } from './error.js';
import { isObject, isPasswordName, valueOf, withoutPasswords, type JsonObject } from './json.js';
import { checkMessage } from './message.js';

/** One operation of a PATCH, without what a password would be. */
export interface Operation {
  op: 'add' | 'replace' | 'remove';
  path?: string;
  value?: unknown;
}

const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const MAX_OPERATIONS = 1_000;
const OPS = new Set<unknown>(['add', 'replace', 'remove']);

/** Reads a PATCH body (RFC 7644 §3.5.2); names and ops in any case, as Entra writes `Replace`. */
export function readOperations(body: unknown): Operation[] {
  if (!isObject(body)) throw refusal('invalidSyntax', 'the body must be a JSON object with Operations');
  checkMessage(body, PATCH_URN);
  const operations = valueOf(body, 'Operations');
  if (!Array.isArray(operations) || operations.length === 0) {
    throw refusal('invalidSyntax', 'Operations must be an array of at least one operation');
  }
  if (operations.length > MAX_OPERATIONS) {
    throw new ScimError(413, `a PATCH can have at most ${MAX_OPERATIONS} operations`, {
      code: 'TOO_MANY_OPERATIONS',
    });
  }
  return operations.map(readOperation);
}

function readOperation(given: unknown, index: number): Operation {
  if (!isObject(given)) throw refusal('invalidSyntax', `Operations[${index}] must be an object`);
  const word = valueOf(given, 'op');
  const op = typeof word === 'string' ? word.toLowerCase() : undefined;
  if (!isOp(op)) throw refusal('invalidSyntax', `Operations[${index}].op must be add, replace or remove`);
  const path = valueOf(given, 'path') ?? undefined;
  if (path !== undefined && typeof path !== 'string') {
    throw refusal('invalidPath', `Operations[${index}].path must be a string`);
  }
  if (path !== undefined && isPasswordName(path)) return { op, path, value: '' };
  return { op, ...(path && { path }), ...readValueOf(given, op, index) };
}

function readValueOf(given: JsonObject, op: Operation['op'], index: number): { value?: unknown } {
  const value = valueOf(given, 'value');
  if (value !== undefined) return { value: withoutPasswords(value) };
  if (op === 'remove') return {};
  throw refusal('invalidValue', `Operations[${index}] needs a value`);
}

function isOp(op: string | undefined): op is Operation['op'] {
  return OPS.has(op);
}
