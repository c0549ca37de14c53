/** The data types of RFC 7643 §2.3. */
export const TYPES = [
  'string',
  'boolean',
  'decimal',
  'integer',
  'dateTime',
  'binary',
  'reference',
  'complex',
] as const;
export const MUTABILITIES = ['readOnly', 'readWrite', 'immutable', 'writeOnly'] as const;
export const RETURNED = ['always', 'default', 'request', 'never'] as const;

/** `any` is ours, for attributes that no schema of ours knows: kept as they come. */
export type AttributeType = (typeof TYPES)[number] | 'any';

/** An attribute as RFC 7643 §7 describes one, so that a table of them is also what /Schemas answers. */
export interface Attribute {
  name: string;
  type: AttributeType;
  multiValued: boolean;
  description: string;
  required: boolean;
  caseExact?: boolean;
  canonicalValues?: string[];
  mutability: (typeof MUTABILITIES)[number];
  returned: (typeof RETURNED)[number];
  uniqueness?: 'none' | 'server' | 'global';
  referenceTypes?: string[];
  subAttributes?: Attribute[];
}

export interface Schema {
  id: string;
  name: string;
  description: string;
  attributes: Attribute[];
}

type Differences = Partial<Omit<Attribute, 'name' | 'description'>>;

const SIMPLE = {
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
} as const;

export function text(name: string, description: string, differences: Differences = {}): Attribute {
  return { name, type: 'string', description, ...SIMPLE, ...differences };
}

/** What has no letters: its `caseExact` says nothing, and is not said. */
export function plain(
  name: string,
  type: Attribute['type'],
  description: string,
  differences: Differences = {},
): Attribute {
  const { multiValued, required, mutability, returned } = SIMPLE;
  return { name, type, description, multiValued, required, mutability, returned, ...differences };
}

export function flag(name: string, description: string, differences: Differences = {}): Attribute {
  return plain(name, 'boolean', description, differences);
}

/** References are case exact (RFC 7643 §2.3.7). */
export function reference(
  name: string,
  description: string,
  referenceTypes: string[],
  differences: Differences = {},
): Attribute {
  return text(name, description, { type: 'reference', caseExact: true, referenceTypes, ...differences });
}

export function complex(
  name: string,
  description: string,
  subAttributes: Attribute[],
  differences: Differences = {},
): Attribute {
  return plain(name, 'complex', description, { subAttributes, uniqueness: 'none', ...differences });
}

/** A multi-valued attribute with the usual sub-attributes of RFC 7643 §2.4 around its `value`. */
export function plural(name: string, description: string, value: Attribute, types: string[] = []): Attribute {
  const type = text('type', 'What the value is used for', types.length > 0 ? { canonicalValues: types } : {});
  const display = text('display', 'The value for people to read');
  const primary = flag('primary', 'Whether this is the preferred value; true for at most one');
  return complex(name, description, [value, display, type, primary], { multiValued: true });
}

export function unknownAttribute(name: string, multiValued = false): Attribute {
  return text(name, '', { type: 'any', multiValued });
}

/** Names of attributes are compared without regard to case (RFC 7643 §2.1). */
export function subAttribute(attribute: Attribute, name: string): Attribute | undefined {
  const exact = attribute.subAttributes?.find((sub) => sub.name === name);
  if (exact) return exact;
  const lower = name.toLowerCase();
  return attribute.subAttributes?.find((sub) => sub.name.toLowerCase() === lower);
}

/** What is thrown away whoever sends it: ours to set, or never to be shown (RFC 7643 §7). */
export function isIgnored({ mutability }: Attribute): boolean {
  return mutability === 'readOnly' || mutability === 'writeOnly';
}

/** What clients cannot set, they cannot be asked for. */
export function isRequired(attribute: Attribute): boolean {
  return attribute.required && !isIgnored(attribute);
}
