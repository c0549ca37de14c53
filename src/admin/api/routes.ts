import { Readable } from 'node:stream';
import { invalidInput } from '../input.js';
import type { Operations } from '../operations.js';
import type { Scope } from '../operations/tokens.js';

/** A request as the operations see it; they know nothing of express. */
export interface Asked {
  /** The name of the token. */
  by: string;
  params: Record<string, string>;
  query: unknown;
  body: unknown;
}

export interface Route {
  method: 'get' | 'post' | 'delete';
  path: string;
  scope: Scope;
  status: number;
  /** What the body is; JSON when left out. A CSV is given to `act` as bytes. */
  takes?: 'csv';
  act: (asked: Asked) => Promise<unknown>;
}

/** Every address below `/api`. People are asked about in bodies: a mail has no place in an address. */
export function routesOf({
  sources,
  clients,
  tokens,
  jobs,
  events,
  people,
  importLinks,
  lookUp,
}: Operations): Route[] {
  return [
    get('/sources', 'admin', () => sources.list()),
    post('/sources', 'admin', ({ by, body }) => sources.add(by, body), 201),
    post('/sources/:name/rotate', 'admin', ({ by, params, body }) => sources.rotate(by, join(body, params))),
    post('/sources/:name/go-live', 'admin', ({ by, params, body }) => sources.goLive(by, join(body, params))),
    post('/sources/:name/entitle', 'admin', ({ by, params, body }) =>
      sources.entitle(by, join(body, params)),
    ),
    remove('/sources/:name', 'admin', ({ by, params, query }) => sources.remove(by, join(query, params))),

    get('/sources/:source/clients', 'admin', ({ params }) => clients.list(params)),
    post(
      '/sources/:source/clients',
      'admin',
      ({ by, params, body }) => clients.add(by, join(body, params)),
      201,
    ),
    post('/sources/:source/clients/:client/rotate', 'admin', ({ by, params, body }) =>
      clients.rotate(by, join(body, params)),
    ),
    remove('/sources/:source/clients/:client', 'admin', ({ by, params }) => clients.revoke(by, params)),

    get('/tokens', 'admin', ({ query }) => tokens.list(query)),
    post('/tokens', 'admin', ({ by, body }) => tokens.create(by, body), 201),
    remove('/tokens/:token', 'admin', ({ by, params, query }) => tokens.revoke(by, join(query, params))),

    get('/jobs', 'jobs:read', ({ query }) => jobs.list(query)),
    get('/jobs/:id', 'jobs:read', ({ params }) => jobs.show(params)),
    post('/jobs/rerun', 'jobs:write', ({ by, body }) => jobs.rerun(by, body)),
    post('/jobs/release', 'jobs:write', ({ by, body }) => jobs.release(by, body)),
    post('/jobs/:id/rerun', 'jobs:write', ({ by, params }) => jobs.rerunOne(by, params)),
    post('/jobs/:id/cancel', 'jobs:write', ({ by, params }) => jobs.cancel(by, params)),

    get('/events', 'jobs:read', ({ query }) => events.list(query)),

    post('/people/show', 'admin', ({ body }) => people.show(body)),
    post('/people/clear', 'admin', ({ by, body }) => people.clear(by, body)),
    post('/people/restore', 'admin', ({ by, body }) => people.restore(by, body)),
    post('/people/rotate', 'admin', ({ by, body }) => people.rotate(by, body)),
    post('/people/standings/drop', 'admin', ({ by, body }) => people.dropStandings(by, body)),

    {
      ...post('/people/links/import', 'admin', ({ by, query, body }) =>
        importLinks(by, query, Readable.from([body as Buffer])),
      ),
      takes: 'csv',
    },

    post('/host-keys/lookup', 'keys:read', ({ by, body }) => lookUp(by, body)),
  ];
}

type Act = Route['act'];

function get(path: string, scope: Scope, act: Act): Route {
  return { method: 'get', path, scope, status: 200, act };
}

function post(path: string, scope: Scope, act: Act, status = 200): Route {
  return { method: 'post', path, scope, status, act };
}

function remove(path: string, scope: Scope, act: Act): Route {
  return { method: 'delete', path, scope, status: 200, act };
}

/** What the address names wins over what a body says of it. */
function join(body: unknown, params: Record<string, string>): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidInput('the body must be a JSON object');
  }
  return { ...body, ...params };
}
