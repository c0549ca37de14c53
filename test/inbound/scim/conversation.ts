import { expect } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import type { CallOptions, Reply, ScimServer } from './scim-server.js';

export const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export interface ClientOptions extends CallOptions {
  /** Stands in the query of every request, as does what an administrator puts behind the URL. */
  flag?: string;
}

/** One client, as it speaks. */
export interface Client {
  call(method: string, path: string, body?: unknown): Promise<Reply>;
  /** GET of a type with a filter and more of a query. */
  find(type: 'Users' | 'Groups', filter: string, others?: Record<string, string>): Promise<Reply>;
  patch(path: string, ...operations: unknown[]): Promise<Reply>;
}

export function createClient(server: ScimServer, { flag, ...options }: ClientOptions): Client {
  const flagged = (path: string) => (flag ? `${path}${path.includes('?') ? '&' : '?'}${flag}` : path);
  const call: Client['call'] = (method, path, body) => server.call(method, flagged(path), body, options);
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

export function idsIn(reply: Reply): string[] {
  return foundIn(reply).map(({ id }) => id as string);
}

/** Whom a group holds, in the order of their ids. */
export async function membersAt(client: Client, path: string): Promise<string[]> {
  const members = (await client.call('GET', path)).body['members'] ?? [];
  return (members as { value: string }[]).map(({ value }) => value).sort();
}

const TIME = /^\d{4}-\d\d-\d\dT.*Z$/;

/** `meta` as every whole answer has it; `path` is the resource's own. */
export function metaAt({ url }: ScimServer, path: string, version: number): JsonObject {
  const time = expect.stringMatching(TIME);
  const resourceType = path.startsWith('/Users/') ? 'User' : 'Group';
  return { resourceType, created: time, lastModified: time, location: url + path, version: `W/"${version}"` };
}

/** What a PATCH may answer: both Okta and Entra take either. */
export function expectDone({ status }: Reply): void {
  expect([200, 204]).toContain(status);
}

/** What the events said since the last time. */
export function toldTo(server: ScimServer): string[] {
  const events = server.intakes.splice(0).flatMap(({ events }) => events);
  return events.map((event) => ('rejected' in event ? 'rejected' : `${event.type} ${event.standing}`));
}
