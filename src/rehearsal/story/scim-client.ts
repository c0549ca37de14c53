import { ask, type Reply } from './ask.js';

export interface ScimUser extends Record<string, unknown> {
  id: string;
}

/** How one IdP speaks to us. */
export interface ScimAccess {
  url: string;
  token: string;
  headers: Record<string, string>;
}

/** SCIM requests of an IdP. An answer that would make the real one report a failure is an error here. */
export interface ScimClient {
  find(filter: string, paging?: Record<string, string>): Promise<ScimUser | undefined>;
  get(id: string): Promise<ScimUser>;
  create(user: Record<string, unknown>): Promise<ScimUser>;
  replace(id: string, user: Record<string, unknown>): Promise<void>;
  patch(id: string, operation: Record<string, unknown>): Promise<void>;
  remove(id: string): Promise<void>;
}

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export function createScimClient({ url, token, headers }: ScimAccess): ScimClient {
  async function call(wanted: number[], method: string, path: string, body?: unknown): Promise<unknown> {
    const said = body === undefined ? {} : { body: JSON.stringify(body) };
    const typed = body === undefined ? {} : { 'Content-Type': 'application/scim+json; charset=utf-8' };
    const reply = await ask({
      method,
      url: `${url}/scim/v2${path}`,
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/scim+json', ...typed, ...headers },
      ...said,
    });
    if (wanted.includes(reply.status)) return reply.json;
    throw new Error(`${method} /scim/v2${path} was answered ${reply.status}: ${detailOf(reply)}`);
  }

  return {
    async find(filter, paging = {}) {
      const query = Object.entries({ filter, ...paging }).map(
        ([name, value]) => `${name}=${encodeURIComponent(value)}`,
      );
      const found = (await call([200], 'GET', `/Users?${query.join('&')}`)) as { Resources?: ScimUser[] };
      return found.Resources?.[0];
    },
    get: async (id) => (await call([200], 'GET', `/Users/${id}`)) as ScimUser,
    create: async (user) => (await call([201], 'POST', '/Users', user)) as ScimUser,
    replace: async (id, user) => void (await call([200], 'PUT', `/Users/${id}`, user)),
    patch: async (id, operation) =>
      void (await call([200, 204], 'PATCH', `/Users/${id}`, {
        schemas: [PATCH_OP],
        Operations: [operation],
      })),
    remove: async (id) => void (await call([204], 'DELETE', `/Users/${id}`)),
  };
}

function detailOf({ json }: Reply): string {
  const detail = (json as { detail?: unknown } | null | undefined)?.detail;
  return typeof detail === 'string' ? detail : 'no SCIM error';
}
