import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { ENTERPRISE_URN, expectDone, GROUP_URN, idOf, type Client } from './conversation.js';
import { fixture } from './fixture.js';
import { ENTRA_GROUP_URN } from './grouping.js';
import type { Reply } from './scim-server.js';

/** What an administrator puts behind the tenant URL, so that Entra sends the other kind of PATCH. */
export const FLAG = 'aadOptscim062020';

/**
 * Both kinds of PATCH come from one tenant, since the flag does not apply to on-demand provisioning. Each expects
 * 200 or 204.
 */
export interface Dialect {
  /** Attributes of a user or a group get other values; the key is the path. */
  set(resource: string, values: JsonObject): Promise<Reply>;
  add(resource: string, path: string, value: unknown): Promise<Reply>;
  remove(resource: string, path: string): Promise<Reply>;
  removeMembers(group: string, ids: string[]): Promise<Reply>;
}

/** Without the flag: capitals, a path in every operation, and texts for booleans. */
export function byDefault(entra: Client): Dialect {
  const patch = createPatch(entra);
  const valueOf = (value: unknown) => (typeof value === 'boolean' ? (value ? 'True' : 'False') : value);
  return {
    set: (resource, values) =>
      patch(
        resource,
        ...Object.entries(values).map(([path, value]) => ({ op: 'Replace', path, value: valueOf(value) })),
      ),
    add: (resource, path, value) => patch(resource, { op: 'Add', path, value: valueOf(value) }),
    remove: (resource, path) => patch(resource, { op: 'Remove', path }),
    removeMembers: (group, ids) => patch(group, { op: 'Remove', path: 'members', value: refsTo(ids) }),
  };
}

/** With the flag: lower case, booleans, several attributes in one operation without a path, elements by their own. */
export function flagged(entra: Client): Dialect {
  const patch = createPatch(entra);
  const replace = ([path, value]: [string, unknown]) => ({ op: 'replace', path, value });
  return {
    set(resource, values) {
      const entries = Object.entries(values);
      const elements = entries.filter(([path]) => path.includes('['));
      const others = entries.filter(([path]) => !path.includes('['));
      const together = { op: 'replace', value: Object.fromEntries(others) };
      const rest = others.length > 1 ? [together] : others.map(replace);
      return patch(resource, ...elements.map(replace), ...rest);
    },
    add: (resource, path, value) => patch(resource, { op: 'add', path, value }),
    remove: (resource, path) => patch(resource, { op: 'remove', path }),
    removeMembers: (group, ids) =>
      patch(group, ...ids.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` }))),
  };
}

function createPatch(entra: Client): Client['patch'] {
  return async (path, ...operations) => {
    const reply = await entra.patch(path, ...operations);
    expectDone(reply);
    return reply;
  };
}

/** Members and managers, as Entra refers to them. */
export function refsTo(ids: string[]): JsonObject[] {
  return ids.map((value) => ({ $ref: null, value }));
}

/** Somebody of the initial cycle: managers come only in its second pass. */
export function newUser(userName: string): JsonObject {
  const emails = [{ primary: true, type: 'work', value: userName }];
  const own = { userName, externalId: randomUUID(), emails, [ENTERPRISE_URN]: { department: 'Field' } };
  return { ...fixture('entra-create'), ...own };
}

export async function addEntraUser(entra: Client, userName: string): Promise<string> {
  return idOf(await entra.call('POST', '/Users', newUser(userName)));
}

export function newGroup(displayName: string): JsonObject {
  const schemas = [GROUP_URN, ENTRA_GROUP_URN];
  return { schemas, externalId: randomUUID(), displayName, meta: { resourceType: 'Group' } };
}
