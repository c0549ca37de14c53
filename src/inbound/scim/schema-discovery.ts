import {
  complex,
  flag,
  MUTABILITIES,
  plain,
  reference,
  RETURNED,
  text,
  TYPES,
  type Attribute,
  type Schema,
} from './attribute.js';

export const CONFIG_URN = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';
export const RESOURCE_TYPE_URN = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';
export const SCHEMA_URN = 'urn:ietf:params:scim:schemas:core:2.0:Schema';

const READ_ONLY = { mutability: 'readOnly' } as const;
const NEEDED = { ...READ_ONLY, required: true } as const;
const LIST = { multiValued: true } as const;

const count = (name: string, description: string) => plain(name, 'integer', description, NEEDED);

/** Whether a part of SCIM is offered, and how far. */
function offer(name: string, description: string, ...limits: Attribute[]): Attribute {
  return complex(name, description, [flag('supported', 'Whether it is offered', NEEDED), ...limits], NEEDED);
}

/** RFC 7643 §5, with `pagination` of RFC 9865 §4. */
const CONFIG: Schema = {
  id: CONFIG_URN,
  name: 'ServiceProviderConfig',
  description: 'What this service provider offers',
  attributes: [
    reference('documentationUri', 'Where it is described', ['external'], READ_ONLY),
    offer('patch', 'PATCH'),
    offer(
      'bulk',
      'Many operations in one request',
      count('maxOperations', 'How many of them'),
      count('maxPayloadSize', 'The size of the body, in bytes'),
    ),
    offer('filter', 'Filters', count('maxResults', 'How many resources one answer can have')),
    offer('changePassword', 'Changes of a password'),
    offer('sort', 'Sorting'),
    offer('etag', 'Versions and preconditions'),
    complex(
      'pagination',
      'How lists are read in pages',
      [
        flag('cursor', 'Whether by cursor', NEEDED),
        flag('index', 'Whether by index', NEEDED),
        text('defaultPaginationMethod', 'What is used when neither is asked for', {
          ...READ_ONLY,
          canonicalValues: ['cursor', 'index'],
        }),
        plain('defaultPageSize', 'integer', 'Resources on a page, unless asked for otherwise', READ_ONLY),
        plain('maxPageSize', 'integer', 'The most resources on a page', READ_ONLY),
        plain('cursorTimeout', 'integer', 'How long a cursor lasts, in seconds', READ_ONLY),
      ],
      READ_ONLY,
    ),
    complex(
      'authenticationSchemes',
      'How clients prove who they are',
      [
        text('type', 'The scheme', {
          ...NEEDED,
          canonicalValues: ['oauth', 'oauth2', 'oauthbearertoken', 'httpbasic', 'httpdigest'],
        }),
        text('name', 'Its common name', NEEDED),
        text('description', 'What it is', NEEDED),
        reference('specUri', 'Its specification', ['external'], READ_ONLY),
        reference('documentationUri', 'How it is used here', ['external'], READ_ONLY),
        flag('primary', 'Whether it is the preferred one', READ_ONLY),
      ],
      { ...NEEDED, ...LIST },
    ),
  ],
};

/** RFC 7643 §6. */
const RESOURCE_TYPE: Schema = {
  id: RESOURCE_TYPE_URN,
  name: 'ResourceType',
  description: 'A type of resource',
  attributes: [
    text('id', 'Its id', READ_ONLY),
    text('name', 'Its name, as in meta.resourceType', NEEDED),
    text('description', 'What it is', READ_ONLY),
    reference('endpoint', 'Where its resources are, behind the base URL', ['uri'], NEEDED),
    reference('schema', 'The URI of its schema', ['uri'], NEEDED),
    complex(
      'schemaExtensions',
      'What its schema is extended by',
      [
        reference('schema', 'The URI of the extension', ['uri'], NEEDED),
        flag('required', 'Whether every resource has it', NEEDED),
      ],
      { ...READ_ONLY, ...LIST },
    ),
  ],
};

const words = (name: string, description: string, canonicalValues: readonly string[]) =>
  text(name, description, { ...READ_ONLY, canonicalValues: [...canonicalValues] });

/** Of an attribute and of a sub-attribute alike. */
const CHARACTERISTICS: Attribute[] = [
  text('name', 'The name', { ...NEEDED, caseExact: true }),
  { ...words('type', 'The data type', TYPES), required: true },
  flag('multiValued', 'Whether it is a list', NEEDED),
  text('description', 'What it is', READ_ONLY),
  flag('required', 'Whether it has to be there', READ_ONLY),
  text('canonicalValues', 'Suggested values', { ...READ_ONLY, ...LIST, caseExact: true }),
  flag('caseExact', 'Whether upper and lower case differ', READ_ONLY),
  words('mutability', 'Who can set it, and when', MUTABILITIES),
  words('returned', 'When it is answered', RETURNED),
  words('uniqueness', 'Whether two resources can have the same value', ['none', 'server', 'global']),
  text('referenceTypes', 'What a reference can lead to', { ...READ_ONLY, ...LIST, caseExact: true }),
];

/** RFC 7643 §7; the one schema with something complex in something complex. */
const SCHEMA: Schema = {
  id: SCHEMA_URN,
  name: 'Schema',
  description: 'The attributes of a type of resource, or of an extension',
  attributes: [
    text('id', 'The URI of the schema', { ...NEEDED, caseExact: true, returned: 'always' }),
    text('name', 'Its name', READ_ONLY),
    text('description', 'What it is for', READ_ONLY),
    complex(
      'attributes',
      'Its attributes',
      [
        ...CHARACTERISTICS,
        complex('subAttributes', 'The parts of a complex attribute', CHARACTERISTICS, {
          ...READ_ONLY,
          ...LIST,
        }),
      ],
      { ...NEEDED, ...LIST },
    ),
  ],
};

/** The schemas of what discovery itself answers (RFC 7643 §8.7.2). */
export const DISCOVERY_SCHEMAS: readonly Schema[] = [CONFIG, RESOURCE_TYPE, SCHEMA];
