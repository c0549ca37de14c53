import type { JsonObject } from '../../../src/inbound/scim/json.js';
import type { Reply, ScimServer } from './scim-server.js';

export const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';
/** Entra names it with every group; nobody has a schema of it. */
export const ENTRA_GROUP_URN = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

export interface Made {
  id: string;
  path: string;
}

/** Users and groups for tests, and what groups hold. */
export interface Grouping {
  user(more?: JsonObject): Promise<Made>;
  group(memberIds?: string[], more?: JsonObject): Promise<Made>;
  patch(group: Made, ...operations: JsonObject[]): Promise<Reply>;
  /** The ids of its members, in their order. */
  members(group: Made): Promise<string[]>;
  version(group: Made): Promise<string>;
}

let made = 0;

export function groupingOf(scim: () => ScimServer): Grouping {
  const create = async (type: 'Users' | 'Groups', body: JsonObject): Promise<Made> => {
    const reply = await scim().call('POST', `/${type}`, body);
    if (reply.status !== 201) throw new Error(`not made: ${reply.text}`);
    const id = reply.body['id'] as string;
    return { id, path: `/${type}/${id}` };
  };
  const get = async ({ path }: Made) => (await scim().call('GET', path)).body;
  return {
    user: (more = {}) => create('Users', { userName: `member-${++made}@hosts.example`, ...more }),
    group: (memberIds = [], more = {}) =>
      create('Groups', {
        schemas: [GROUP_URN],
        displayName: `Group ${++made}`,
        members: memberIds.map((value) => ({ value })),
        ...more,
      }),
    patch: (group, ...Operations) => scim().call('PATCH', group.path, { Operations }),
    async members(group) {
      const members = (await get(group))['members'] as { value: string }[];
      return members.map(({ value }) => value);
    },
    version: async (group) => ((await get(group))['meta'] as { version: string }).version,
  };
}
