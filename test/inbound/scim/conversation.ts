import type { JsonObject } from '../../../src/inbound/scim/json.js';
import type { CallOptions, Reply, ScimServer } from './scim-server.js';

export const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
/** Entra sends it with each new group. */
export const ENTRA_GROUP_URN = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

/** One client, as it speaks. */
export interface Client {
  call(method: string, path: string, body?: unknown): Promise<Reply>;
  /** GET of a type with a filter and more of a query. */
  find(type: 'Users' | 'Groups', filter: string, others?: Record<string, string>): Promise<Reply>;
  patch(path: string, ...operations: unknown[]): Promise<Reply>;
}

export function createClient(server: ScimServer, options: CallOptions): Client {
  const call: Client['call'] = (method, path, body) => server.call(method, path, body, options);
  return {
    call,
    find: (type, filter, others = {}) =>
      call('GET', `/${type}?${new URLSearchParams({ ...others, filter })}`),
    patch: (path, ...Operations) => call('PATCH', path, { schemas: [PATCH_URN], Operations }),
  };
}

export function idOf({ body }: Reply): string {
  return body['id'] as string;
}

export function foundIn({ body }: Reply): JsonObject[] {
  return body['Resources'] as JsonObject[];
}

/** What the events said since the last time. */
export function toldTo(server: ScimServer): string[] {
  const events = server.intakes.splice(0).flatMap(({ events }) => events);
  return events.map((event) => ('rejected' in event ? 'rejected' : `${event.type} ${event.standing}`));
}
