import { createBulk, type BulkOptions } from './bulk.js';
import { createDiscovery } from './discovery.js';
import type { Endpoints, Methods } from './endpoint-table.js';
import { createGroups, type GroupsOptions } from './groups.js';
import { createSearch } from './list.js';
import { refuseMe } from './me.js';
import type { Endpoint } from './request.js';
import { createUsers, type UsersOptions } from './users.js';

export interface EndpointsOptions extends UsersOptions, GroupsOptions, BulkOptions {}

/** Everything that is answered. */
export function createEndpoints(options: EndpointsOptions): Endpoints {
  const resources = createResourceEndpoints(options);
  const discovery = createDiscovery(options.shapes);
  const everyMethod = (endpoint: Endpoint): Methods =>
    Object.fromEntries(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [method, endpoint]));
  const { User, Group } = options.shapes;
  return {
    ...resources,
    '/.search': { POST: createSearch(options, [User, Group]) },
    '/Users/.search': { POST: createSearch(options, [User]) },
    '/Groups/.search': { POST: createSearch(options, [Group]) },
    '/Bulk': { POST: createBulk(resources, options) },
    '/Me': everyMethod(refuseMe),
    '/ServiceProviderConfig': { GET: discovery.serviceProviderConfig },
    '/ResourceTypes': { GET: discovery.resourceTypes },
    '/ResourceTypes/:id': { GET: discovery.resourceTypes },
    '/Schemas': { GET: discovery.schemas },
    '/Schemas/:id': { GET: discovery.schemas },
  };
}

/** Those of the resources themselves, which is what a bulk request may reach. */
function createResourceEndpoints(options: EndpointsOptions): Endpoints {
  const users = createUsers(options);
  const groups = createGroups(options);
  return {
    '/Users': { GET: users.list, POST: users.create },
    '/Users/:id': { GET: users.get, PUT: users.replace, PATCH: users.patch, DELETE: users.remove },
    '/Groups': { GET: groups.list, POST: groups.create },
    '/Groups/:id': { GET: groups.get, PUT: groups.replace, PATCH: groups.patch, DELETE: groups.remove },
  };
}
