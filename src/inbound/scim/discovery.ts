import { answerList, type Answer } from './answer.js';
import type { Schema } from './attribute.js';
import { notFound, ScimError } from './error.js';
import type { JsonObject } from './json.js';
import type { ScimRequest } from './request.js';
import { CONFIG_URN, DISCOVERY_SCHEMAS, RESOURCE_TYPE_URN, SCHEMA_URN } from './schema-discovery.js';
import { SERVICE_PROVIDER } from './service-provider.js';
import type { Shape, Shapes } from './shape.js';

type Page = (request: ScimRequest) => Promise<Answer>;

export interface Discovery {
  serviceProviderConfig: Page;
  resourceTypes: Page;
  schemas: Page;
}

/** A document without its place, which differs with the address that the client knows us by. */
interface Document {
  resourceType: string;
  /** Behind the base URL. */
  path: string;
  body: JsonObject;
}

/**
 * What clients can find out about us (RFC 7644 §4), from the shapes and settings that hold. Parameters of queries are
 * ignored, save filters of schemas and of types.
 */
export function createDiscovery(shapes: Shapes): Discovery {
  const all = Object.values(shapes);
  const types = all.map(resourceTypeOf);
  const schemas = [...all.flatMap((shape) => shape.schemas), ...DISCOVERY_SCHEMAS].map(schemaOf);
  return {
    serviceProviderConfig: async ({ baseUrl }) => answerDocument(CONFIG, baseUrl),
    resourceTypes: async (request) => answerOneOrAll(types, request),
    schemas: async (request) => answerOneOrAll(schemas, request),
  };
}

const CONFIG: Document = {
  resourceType: 'ServiceProviderConfig',
  path: '/ServiceProviderConfig',
  body: { schemas: [CONFIG_URN], ...SERVICE_PROVIDER },
};

function resourceTypeOf({ type, schemas: [core, ...extensions] }: Shape): Document {
  const schemaExtensions = extensions.map(({ id }) => ({ schema: id, required: false }));
  return {
    resourceType: 'ResourceType',
    path: `/ResourceTypes/${type}`,
    body: {
      schemas: [RESOURCE_TYPE_URN],
      id: type,
      name: type,
      description: core?.description,
      endpoint: `/${type}s`,
      schema: core?.id,
      ...(schemaExtensions.length > 0 && { schemaExtensions }),
    },
  };
}

function schemaOf({ id, name, description, attributes }: Schema): Document {
  return {
    resourceType: 'Schema',
    path: `/Schemas/${id}`,
    body: { schemas: [SCHEMA_URN], id, name, description, attributes },
  };
}

/** All of them, or the one that the path names; its id without regard to case. */
function answerOneOrAll(all: Document[], { baseUrl, query, id }: ScimRequest): Answer {
  refuseFilter(query);
  if (id === '') {
    const bodies = all.map((one) => bodyOf(one, baseUrl));
    return answerList(bodies, bodies.length, 1);
  }
  const found = all.find(({ body }) => String(body['id']).toLowerCase() === id.toLowerCase());
  if (!found) throw notFound(JSON.stringify(id.slice(0, 100)));
  return answerDocument(found, baseUrl);
}

function answerDocument(document: Document, baseUrl: string): Answer {
  return { status: 200, headers: { Location: baseUrl + document.path }, body: bodyOf(document, baseUrl) };
}

function bodyOf({ resourceType, path, body }: Document, baseUrl: string): JsonObject {
  return { ...body, meta: { resourceType, location: baseUrl + path } };
}

/** RFC 7644 §4: so that nobody takes the answer for a filtered one. */
function refuseFilter(query: URLSearchParams): void {
  if (query.has('filter')) throw new ScimError(403, 'discovery cannot be filtered', { code: 'FORBIDDEN' });
}
