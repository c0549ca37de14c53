import type { Answer } from './answer.js';
import type { BulkOperation } from './bulk-request.js';
import { errorBody, type ScimError } from './error.js';
import type { JsonObject } from './json.js';

/** What became of an operation. */
export type Outcome = { operation: BulkOperation } & (
  { answer: Answer; error?: never } | { error: ScimError; answer?: never }
);

const BULK_RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

/** RFC 7644 §3.7.3: the results in the order of the request; what succeeded goes without its body. */
export function answerBulk(outcomes: Outcome[], baseUrl: string): Answer {
  const inOrder = [...outcomes].sort((a, b) => a.operation.index - b.operation.index);
  const results = inOrder.map((outcome) => showOutcome(outcome, baseUrl));
  return { status: 200, body: { schemas: [BULK_RESPONSE_URN], Operations: results } };
}

function showOutcome({ operation, answer, error }: Outcome, baseUrl: string): JsonObject {
  const { method, path, bulkId } = operation;
  const { Location: location = locationOf(method, path, baseUrl), ETag: version } = answer?.headers ?? {};
  return {
    method,
    ...(bulkId !== undefined && { bulkId }),
    ...(location !== undefined && { location }),
    ...(version !== undefined && { version }),
    status: String(answer?.status ?? error?.status),
    ...(error && { response: errorBody(error) }),
  };
}

/** Of everything but a POST that failed, which made nothing. */
function locationOf(method: string, path: string, baseUrl: string): string | undefined {
  if (method === 'POST' || path === '') return undefined;
  return `${baseUrl}${path.startsWith('/') ? '' : '/'}${path}`;
}
