import { BODY_LIMIT_BYTES } from '../../http/body.js';
import { answerList, type Answer } from './answer.js';
import type { Schema } from './attribute.js';
import { MAX_BULK_OPERATIONS } from './bulk-request.js';
import { notFound, ScimError } from './error.js';
import type { JsonObject } from './json.js';
import { MAX_COUNT } from './paging.js';
import type { ScimRequest } from './request.js';
import { ENTERPRISE_URN } from './schema-enterprise.js';
import { USER_URN } from './schema-user.js';
import { USER_SHAPE } from './shape.js';

type Page = (request: ScimRequest) => Answer;

const CONFIG_URN = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';
const RESOURCE_TYPE_URN = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';
const SCHEMA_URN = 'urn:ietf:params:scim:schemas:core:2.0:Schema';

/** What we offer (RFC 7643 §5 to §7): no more than is true. */
export const serviceProviderConfig: Page = ({ baseUrl, query }) => {
  refuseFilter(query);
  const body = {
    schemas: [CONFIG_URN],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: MAX_BULK_OPERATIONS, maxPayloadSize: BODY_LIMIT_BYTES },
    filter: { supported: true, maxResults: MAX_COUNT },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description: 'The token that was shown when the source was added, in the Authorization header',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
      {
        type: 'oauth2',
        name: 'OAuth 2.0 client credentials',
        description: 'A token for an hour from POST /oauth/token, for a client of the source',
        specUri: 'https://www.rfc-editor.org/info/rfc6749',
        primary: false,
      },
    ],
    meta: metaOf('ServiceProviderConfig', `${baseUrl}/ServiceProviderConfig`),
  };
  return { status: 200, body };
};

export const resourceTypes: Page = ({ baseUrl, query, id }) => {
  refuseFilter(query);
  return answerOne([userType(baseUrl)], id);
};

export const schemas: Page = ({ baseUrl, query, id }) => {
  refuseFilter(query);
  return answerOne(
    USER_SHAPE.schemas.map((schema) => schemaOf(schema, baseUrl)),
    id,
  );
};

function userType(baseUrl: string): JsonObject {
  return {
    schemas: [RESOURCE_TYPE_URN],
    id: 'User',
    name: 'User',
    description: 'User Account',
    endpoint: '/Users',
    schema: USER_URN,
    schemaExtensions: [{ schema: ENTERPRISE_URN, required: false }],
    meta: metaOf('ResourceType', `${baseUrl}/ResourceTypes/User`),
  };
}

function schemaOf({ id, name, description, attributes }: Schema, baseUrl: string): JsonObject {
  const meta = metaOf('Schema', `${baseUrl}/Schemas/${id}`);
  return { schemas: [SCHEMA_URN], id, name, description, attributes, meta };
}

function metaOf(resourceType: string, location: string): JsonObject {
  return { resourceType, location };
}

/** All of them, or the one that the path names; its id without regard to case. */
function answerOne(all: JsonObject[], id: string): Answer {
  if (id === '') return answerList(all, all.length, 1);
  const found = all.find((one) => String(one['id']).toLowerCase() === id.toLowerCase());
  if (!found) throw notFound(JSON.stringify(id.slice(0, 100)));
  return { status: 200, body: found };
}

/** RFC 7644 §4: a filter here SHALL be refused with 403, so that nobody takes the answer for a filtered one. */
function refuseFilter(query: URLSearchParams): void {
  if (query.has('filter')) throw new ScimError(403, 'discovery cannot be filtered', { code: 'FORBIDDEN' });
}
