import type { IncomingMessage } from 'node:http';
import { parseJson } from './body.js';
import { OPERATIONS } from './operations/index.js';
import type { ApiCall, Operation } from './operations/operation.js';
import type { LoggedRequest } from './request-log.js';
import type { ZoomUsers } from './users.js';

export interface ApiRequest extends ApiCall {
  method: string;
  authorization: string | undefined;
  operation: Operation | undefined;
  tooLarge: boolean;
}

export function readApiRequest(
  users: ZoomUsers,
  incoming: IncomingMessage,
  body: Buffer | 'too large',
): ApiRequest {
  const method = incoming.method ?? '';
  const [path = '', query] = (incoming.url ?? '').split('?', 2);
  const operation = OPERATIONS.find((each) => each.method === method && each.path.test(path));
  const who = decode(operation?.path.exec(path)?.[1] ?? '');
  return {
    method,
    operation,
    who,
    user: users.find(who),
    query: new URLSearchParams(query),
    authorization: incoming.headers.authorization,
    json: body === 'too large' ? undefined : parseJson(body),
    tooLarge: body === 'too large',
  };
}

export function describeIn(entry: LoggedRequest, { operation, who, user, json }: ApiRequest): void {
  if (operation !== undefined) entry.label = operation.label;
  if (who !== '') entry.userId = user?.id ?? who;
  const hostKey = (json as { host_key?: unknown } | null | undefined)?.host_key;
  if (typeof hostKey === 'string') entry.hostKey = hostKey;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
