import type { Deadline } from '../../records/deadline.js';
import type { Answer } from './answer.js';
import { referencesOf, resolveReferences } from './bulk-references.js';
import type { BulkOperation } from './bulk-request.js';
import type { Outcome } from './bulk-result.js';
import { ID, type Target } from './endpoint-table.js';
import { notFound, refusal, ScimError } from './error.js';
import type { ScimRequest } from './request.js';

/** What was done is answered without its body: members need not be read for it. */
const UNSEEN = new URLSearchParams({ excludedAttributes: 'members,groups' });

/** A bulk request under way. */
export interface Running {
  request: ScimRequest;
  /** Where an operation leads. */
  find: (path: string) => Target | undefined;
  /** By bulkId: the number of the operation that makes it. */
  makers: ReadonlyMap<string, number>;
  /** By bulkId: the id of what was made. */
  made: Map<string, string>;
  /** After it no further step is begun. */
  beginning: Deadline;
  /** Why nothing more can be done. */
  down?: ScimError;
}

/** As many as are accepted together; more of them would keep others' requests waiting. */
export const MAX_AT_ONCE = 48;

/** Does an operation as if it had come alone, and gives it with ids for its references. Never throws. */
export async function attempt(running: Running, given: BulkOperation): Promise<Outcome> {
  let operation = given;
  try {
    if (running.down) throw running.down;
    if (operation.fault) throw operation.fault;
    operation = resolve(running, given);
    const answer = await send(running, operation);
    const id = answer.body?.['id'];
    const { method, bulkId } = operation;
    if (method === 'POST' && bulkId !== undefined) running.made.set(bulkId, String(id));
    return { operation, answer };
  } catch (thrown) {
    return { operation, error: explain(running, thrown) };
  }
}

/** Of operations whose order does not matter. */
export async function attemptAll(running: Running, operations: BulkOperation[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let at = 0; at < operations.length; at += MAX_AT_ONCE) {
    const some = operations.slice(at, at + MAX_AT_ONCE);
    outcomes.push(...(await Promise.all(some.map((operation) => attempt(running, operation)))));
  }
  return outcomes;
}

/** The numbers of the operations that must be done before. */
export function needsOf(operation: BulkOperation, makers: Running['makers']): number[] {
  return [...referencesOf(operation)].flatMap((bulkId) => makers.get(bulkId) ?? []);
}

async function send(running: Running, operation: BulkOperation): Promise<Answer> {
  const { method, version, data } = operation;
  const { methods, id } = targetOf(running, operation);
  const endpoint = methods[method];
  if (!endpoint) throw refusal('invalidValue', `${method} is not allowed at ${operation.path}`);
  return endpoint({
    ...running.request,
    id,
    query: UNSEEN,
    headers: { 'if-match': version },
    readBody: async () => data,
  });
}

function targetOf({ find }: Running, { method, path, index }: BulkOperation): Target {
  const target = find(path);
  if (!target) throw notFound(`the endpoint ${JSON.stringify(path.slice(0, 100))} of Operations[${index}]`);
  const isOne = target.pattern.endsWith(ID);
  if (method === 'POST' ? isOne : !isOne) {
    const expected = method === 'POST' ? '/Users' : '/Users/{id}';
    throw refusal('invalidValue', `Operations[${index}].path of a ${method} must be such as ${expected}`);
  }
  return target;
}

/** RFC 7644 §3.7.1 gives 409 for references that cannot be resolved. */
function resolve({ made, makers }: Running, operation: BulkOperation): BulkOperation {
  return resolveReferences(operation, (bulkId) => {
    const id = made.get(bulkId);
    if (id !== undefined) return id;
    const maker = makers.get(bulkId);
    const why = maker === undefined ? 'which no POST of this request has' : `and Operations[${maker}] failed`;
    const detail = `Operations[${operation.index}] refers to ${JSON.stringify(`bulkId:${bulkId.slice(0, 100)}`)}, ${why}`;
    throw new ScimError(409, detail, { code: 'REFERENCE_UNRESOLVED' });
  });
}

/** When the database is down, the operations that follow need not find out one by one. */
function explain(running: Running, thrown: unknown): ScimError {
  if (running.down && thrown === running.down) return running.down;
  const error = running.request.explain(thrown);
  if (error.code === 'STORE_UNAVAILABLE') running.down = error;
  return error;
}
