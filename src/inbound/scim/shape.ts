import type { ResourceType } from '../../records/scim-memberships.js';
import { complex, isRequired, plain, reference, text, type Attribute, type Schema } from './attribute.js';
import { ENTERPRISE_SCHEMA } from './schema-enterprise.js';
import { GROUP_SCHEMA } from './schema-group.js';
import { USER_SCHEMA } from './schema-user.js';

/** A schema's attributes by their names in lower case, and what has to be asked of each resource. */
export interface SchemaTable {
  urn: string;
  /** Where a resource keeps them: an extension's URN; null: at the top. */
  key: string | null;
  attributes: ReadonlyMap<string, Attribute>;
  /** Those that must be there, or a part of them when they are. */
  required: readonly Attribute[];
  /** Those that cannot change once they are set, or a part of them; in lists, elements look after themselves. */
  immutable: readonly Attribute[];
  /** Whether any of it is returned otherwise than by default. */
  differs: boolean;
  /** Whether any of it is kept and not returned unless it is named, if then. */
  hides: boolean;
}

export const RESOURCE_TYPES = ['User', 'Group'] as const satisfies readonly ResourceType[];

/** What a type of resource consists of. */
export interface Shape {
  type: ResourceType;
  core: SchemaTable;
  extensions: SchemaTable[];
  schemas: Schema[];
  /** Names, in lower case, of what is write-only beside passwords. */
  secrets: ReadonlySet<string>;
}

/** The shape of every type of resource, made once at the start. */
export type Shapes = Readonly<Record<ResourceType, Shape>>;

/** A schema beside those of the RFC, and what it extends. */
export interface Extension {
  resourceType: ResourceType;
  schema: Schema;
}

const READ_ONLY = { mutability: 'readOnly' } as const;

/** Of every resource, in no schema (RFC 7643 §3.1). `schemas` is made by us, so nobody has to give it. */
const COMMON: Attribute[] = [
  reference('schemas', 'The schemas', ['uri'], { returned: 'always', multiValued: true }),
  text('id', 'Our id', { ...READ_ONLY, required: true, returned: 'always', caseExact: true }),
  text('externalId', "The client's own id", { caseExact: true }),
  complex(
    'meta',
    'About the resource',
    [
      text('resourceType', 'The type', { ...READ_ONLY, caseExact: true }),
      plain('created', 'dateTime', 'When it was made', READ_ONLY),
      plain('lastModified', 'dateTime', 'When it was last changed', READ_ONLY),
      reference('location', 'Where it is', ['uri'], READ_ONLY),
      text('version', 'The entity tag', { ...READ_ONLY, caseExact: true }),
    ],
    READ_ONLY,
  ),
];

/** The shapes of the RFC's resources, with further schemas behind those of the RFC. */
export function createShapes(extensions: readonly Extension[] = []): Shapes {
  const of = (type: ResourceType) =>
    extensions.filter(({ resourceType }) => resourceType === type).map(({ schema }) => schema);
  return {
    User: createShape('User', USER_SCHEMA, [ENTERPRISE_SCHEMA, ...of('User')]),
    Group: createShape('Group', GROUP_SCHEMA, of('Group')),
  };
}

export function createShape(type: ResourceType, schema: Schema, extensions: Schema[]): Shape {
  return {
    type,
    core: createTable(schema.id, null, [...COMMON, ...schema.attributes]),
    extensions: extensions.map(({ id, attributes }) => createTable(id, id, attributes)),
    schemas: [schema, ...extensions],
    secrets: new Set(partsOf(extensions.flatMap((extension) => extension.attributes)).flatMap(secretName)),
  };
}

function createTable(urn: string, key: string | null, attributes: Attribute[]): SchemaTable {
  const parts = partsOf(attributes);
  return {
    urn,
    key,
    attributes: new Map(attributes.map((attribute) => [attribute.name.toLowerCase(), attribute])),
    required: attributes.filter((one) => isRequired(one) || one.subAttributes?.some(isRequired)),
    differs: parts.some(({ returned }) => returned !== 'default'),
    hides: parts.some((one) => ['never', 'request'].includes(one.returned) && one.mutability !== 'writeOnly'),
    immutable: attributes.filter(
      (one) => isImmutable(one) || (!one.multiValued && one.subAttributes?.some(isImmutable)),
    ),
  };
}

function partsOf(attributes: Attribute[]): Attribute[] {
  return attributes.flatMap((attribute) => [attribute, ...(attribute.subAttributes ?? [])]);
}

function secretName({ name, mutability }: Attribute): string[] {
  return mutability === 'writeOnly' ? [name.toLowerCase()] : [];
}

function isImmutable({ mutability }: Attribute): boolean {
  return mutability === 'immutable';
}
