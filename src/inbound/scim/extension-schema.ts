import { z } from 'zod';
import { isAttributeName, isUrn } from './attribute-path.js';
import { MUTABILITIES, RETURNED, TYPES, type Attribute } from './attribute.js';
import { isObject, isPasswordName, MAX_KEYS, valueOf } from './json.js';
import { DISCOVERY_SCHEMAS } from './schema-discovery.js';
import { createShapes, RESOURCE_TYPES, type Extension } from './shape.js';

/** A file that should hold schemas; `json` is what it says. */
export interface SchemaFile {
  name: string;
  json: unknown;
}

export interface SchemaProblem {
  file: string;
  /** Where in the file, such as `attributes[2].type`; empty: the file as a whole. */
  place: string;
  reason: string;
}

/**
 * Reads extensions in the form of RFC 7643 §7: a file holds one schema, an array of them, or a ListResponse. Beside
 * the RFC's, a schema may have a `resourceType`, User or Group, that it extends; without one it is User. All problems
 * of all files are told.
 */
export function readExtensions(files: readonly SchemaFile[]): {
  extensions: Extension[];
  problems: SchemaProblem[];
} {
  const extensions: Extension[] = [];
  const problems: SchemaProblem[] = [];
  const owners = new Map(builtIn().map((id) => [id.toLowerCase(), 'this service']));
  for (const { name: file, json } of files) {
    for (const { path, schema } of schemasIn(json)) {
      const read = EXTENSION.safeParse(withoutNulls(schema));
      const tell = (at: PropertyKey[], reason: string) =>
        problems.push({ file, place: placeOf([...path, ...at]), reason });
      if (!read.success) {
        read.error.issues.forEach((issue) => tell(issue.path, issue.message));
        continue;
      }
      const id = read.data.schema.id.toLowerCase();
      const owner = owners.get(id);
      if (owner === undefined) extensions.push(read.data);
      else tell(['id'], `is the id of a schema of ${owner}`);
      owners.set(id, file);
    }
  }
  return { extensions, problems };
}

function builtIn(): string[] {
  const shapes = Object.values(createShapes());
  return [...shapes.flatMap(({ schemas }) => schemas), ...DISCOVERY_SCHEMAS].map(({ id }) => id);
}

function schemasIn(json: unknown): { path: PropertyKey[]; schema: unknown }[] {
  const list = isObject(json) ? valueOf(json, 'Resources') : json;
  if (!Array.isArray(list)) return [{ path: [], schema: json }];
  const before = isObject(json) ? ['Resources'] : [];
  return list.map((schema: unknown, index) => ({ path: [...before, index], schema }));
}

function placeOf(path: readonly PropertyKey[]): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return text.replace(/^\./, '');
}

/** Null is no value (RFC 7643 §2.5). */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== null);
  return Object.fromEntries(entries.map(([key, one]) => [key, withoutNulls(one)]));
}

const NAME = z
  .string()
  .refine(
    isAttributeName,
    'is not a name: a letter, then letters, digits, "-" and "_", and no name of a prototype',
  )
  .refine((name) => !isPasswordName(name), 'ends in "password", and what is named so is never kept');

const CHARACTERISTICS = {
  name: NAME,
  type: z.enum(TYPES),
  multiValued: z.boolean().default(false),
  description: z.string().default(''),
  required: z.boolean().default(false),
  caseExact: z.boolean().default(false),
  canonicalValues: z.array(z.string()).optional(),
  mutability: z.enum(MUTABILITIES).default('readWrite'),
  returned: z.enum(RETURNED).default('default'),
  uniqueness: z.enum(['none', 'server', 'global']).default('none'),
  referenceTypes: z.array(z.string()).optional(),
};

const SUB_ATTRIBUTE = z.object({ ...CHARACTERISTICS, type: z.enum(TYPES).exclude(['complex']) });

const ATTRIBUTE = z
  .object({ ...CHARACTERISTICS, subAttributes: z.array(SUB_ATTRIBUTE).max(MAX_KEYS).optional() })
  .superRefine(({ type, subAttributes = [] }, context) => {
    const hasSubs = subAttributes.length > 0;
    const tell = (message: string) => context.addIssue({ code: 'custom', path: ['subAttributes'], message });
    if (type === 'complex' && !hasSubs) tell('must say what the complex attribute consists of');
    if (type !== 'complex' && hasSubs) tell(`cannot be there: the type is ${type}`);
    tellDoubles(subAttributes, ['subAttributes'], context);
  });

const EXTENSION = z
  .object({
    id: z.string().refine(isUrn, 'is not a URN'),
    name: z.string().optional(),
    description: z.string().default(''),
    resourceType: z.enum(RESOURCE_TYPES).default('User'),
    attributes: z.array(ATTRIBUTE).min(1).max(MAX_KEYS),
  })
  .superRefine(({ attributes }, context) => tellDoubles(attributes, ['attributes'], context))
  .transform(({ id, name = id, description, resourceType, attributes }): Extension => {
    return { resourceType, schema: { id, name, description, attributes: attributes.map(toAttribute) } };
  });

function tellDoubles(attributes: { name: string }[], path: PropertyKey[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  attributes.forEach(({ name }, index) => {
    const message = 'is the name of another attribute, too';
    if (seen.has(name.toLowerCase()))
      context.addIssue({ code: 'custom', path: [...path, index, 'name'], message });
    seen.add(name.toLowerCase());
  });
}

type Given = z.infer<typeof SUB_ATTRIBUTE> | z.infer<typeof ATTRIBUTE>;

/** As it will be true here: nobody checks uniqueness, and what is write-only is never returned. */
function toAttribute(given: Given): Attribute {
  const { name, type, multiValued, description, required, mutability } = given;
  const subs = 'subAttributes' in given ? given.subAttributes : undefined;
  const returned = mutability === 'writeOnly' ? 'never' : given.returned;
  const hasLetters = type === 'string' || type === 'reference' || type === 'binary';
  return {
    name,
    type,
    multiValued,
    description,
    required,
    ...(hasLetters && { caseExact: type !== 'string' || given.caseExact }),
    ...(given.canonicalValues && { canonicalValues: given.canonicalValues }),
    mutability,
    returned,
    uniqueness: 'none',
    ...(given.referenceTypes && { referenceTypes: given.referenceTypes }),
    ...(type === 'complex' && { subAttributes: subs?.map(toAttribute) ?? [] }),
  };
}
