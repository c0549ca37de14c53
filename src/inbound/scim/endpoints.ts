import { resourceTypes, schemas, serviceProviderConfig } from './discovery.js';
import { ScimError } from './error.js';
import { createGroup, listGroups, refuseGroup, refuseOptional } from './groups.js';
import { refuseMe } from './me.js';
import type { Endpoint } from './request.js';
import { createUsers, type UsersOptions } from './users.js';

export type Methods = Partial<Record<string, Endpoint>>;

/** What is answered where: by path, in which `:id` stands for any one part. */
export type Endpoints = Readonly<Record<string, Methods>>;

export interface Target {
  /** The path as the table has it. */
  pattern: string;
  methods: Methods;
  /** Decoded; empty where the pattern has none. */
  id: string;
}

const ID = '/:id';

/** Everything that is answered. */
export function createEndpoints(options: UsersOptions): Endpoints {
  const resources = createResourceEndpoints(options);
  const everyMethod = (endpoint: Endpoint): Methods =>
    Object.fromEntries(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [method, endpoint]));
  const search = { POST: refuseOptional };
  return {
    ...resources,
    '/.search': search,
    '/Users/.search': search,
    '/Groups/.search': search,
    '/Bulk': search,
    '/Me': everyMethod(refuseMe),
    '/ServiceProviderConfig': { GET: async (request) => serviceProviderConfig(request) },
    '/ResourceTypes': { GET: async (request) => resourceTypes(request) },
    '/ResourceTypes/:id': { GET: async (request) => resourceTypes(request) },
    '/Schemas': { GET: async (request) => schemas(request) },
    '/Schemas/:id': { GET: async (request) => schemas(request) },
  };
}

/** Those of the resources themselves, which is what a bulk request may reach. */
function createResourceEndpoints(options: UsersOptions): Endpoints {
  const users = createUsers(options);
  return {
    '/Users': { GET: users.list, POST: users.create },
    '/Users/:id': { GET: users.get, PUT: users.replace, PATCH: users.patch, DELETE: users.remove },
    '/Groups': { GET: listGroups, POST: createGroup },
    '/Groups/:id': { GET: refuseGroup, PUT: refuseGroup, PATCH: refuseGroup, DELETE: refuseGroup },
  };
}

/** Whatever the case, and with or without a slash at the end. Throws 400 for a path that cannot be decoded. */
export function createEndpointFinder(endpoints: Endpoints): (path: string) => Target | undefined {
  const patterns = new Map(Object.keys(endpoints).map((pattern) => [pattern.toLowerCase(), pattern]));
  const targetOf = (path: string, id: string): Target | undefined => {
    const pattern = patterns.get(path.toLowerCase());
    const methods = pattern === undefined ? undefined : endpoints[pattern];
    return pattern === undefined || !methods ? undefined : { pattern, methods, id };
  };
  return (path) => {
    const parts = path
      .split('/')
      .slice(path.startsWith('/') ? 1 : 0)
      .map(decode);
    if (parts.length > 1 && parts.at(-1) === '') parts.pop();
    const whole = targetOf(`/${parts.join('/')}`, '');
    if (whole || parts.length !== 2) return whole;
    const [type = '', id = ''] = parts;
    return targetOf(`/${type}${ID}`, id);
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new ScimError(400, 'the path cannot be read: it has a % that begins no character', {
      code: 'BAD_REQUEST',
      cause,
    });
  }
}
