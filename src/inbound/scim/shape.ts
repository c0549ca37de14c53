import { complex, reference, text, type Attribute, type Schema } from './attribute.js';
import { ENTERPRISE_SCHEMA } from './schema-enterprise.js';
import { GROUP_SCHEMA } from './schema-group.js';
import { USER_SCHEMA } from './schema-user.js';

/** A schema's attributes by their names in lower case. */
export interface SchemaTable {
  urn: string;
  attributes: ReadonlyMap<string, Attribute>;
}

/** What a type of resource consists of. */
export interface Shape {
  core: SchemaTable;
  extensions: SchemaTable[];
  schemas: Schema[];
}

/** Of every resource, in no schema (RFC 7643 §3.1); `schemas` is ours to keep right. */
const COMMON: Attribute[] = [
  text('schemas', 'The schemas', { mutability: 'readOnly', returned: 'always', multiValued: true }),
  text('id', 'Our id', { mutability: 'readOnly', returned: 'always', caseExact: true }),
  text('externalId', "The client's own id", { caseExact: true }),
  {
    ...complex('meta', 'About the resource', [
      text('resourceType', 'The type'),
      text('created', 'When it was made'),
      text('lastModified', 'When it was last changed'),
      reference('location', 'Where it is', ['uri']),
      text('version', 'The entity tag'),
    ]),
    mutability: 'readOnly',
  },
];

export function createShape(schema: Schema, extensions: Schema[]): Shape {
  return {
    core: createTable(schema.id, [...COMMON, ...schema.attributes]),
    extensions: extensions.map((extension) => createTable(extension.id, extension.attributes)),
    schemas: [schema, ...extensions],
  };
}

function createTable(urn: string, attributes: Attribute[]): SchemaTable {
  return {
    urn,
    attributes: new Map(attributes.map((attribute) => [attribute.name.toLowerCase(), attribute])),
  };
}

export const USER_SHAPE = createShape(USER_SCHEMA, [ENTERPRISE_SCHEMA]);
export const GROUP_SHAPE = createShape(GROUP_SCHEMA, []);
