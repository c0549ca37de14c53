/** An attribute as RFC 7643 §7 describes one, so that a table of them is also what /Schemas answers. */
export interface Attribute {
  name: string;
  /** `any` is ours, for attributes that no schema of ours knows: kept as they come. */
  type: 'string' | 'boolean' | 'reference' | 'binary' | 'complex' | 'any';
  multiValued: boolean;
  description: string;
  required: boolean;
  caseExact?: boolean;
  canonicalValues?: string[];
  mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
  returned: 'always' | 'default' | 'never';
  uniqueness?: 'none' | 'server';
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

export function flag(name: string, description: string): Attribute {
  const { multiValued, required, mutability, returned } = SIMPLE;
  return { name, type: 'boolean', description, multiValued, required, mutability, returned };
}

export function reference(name: string, description: string, referenceTypes: string[]): Attribute {
  return text(name, description, { type: 'reference', caseExact: true, referenceTypes });
}

export function complex(name: string, description: string, subAttributes: Attribute[]): Attribute {
  const { multiValued, required, mutability, returned } = SIMPLE;
  return { name, type: 'complex', description, multiValued, required, mutability, returned, subAttributes };
}

/** A multi-valued attribute with the usual sub-attributes of RFC 7643 §2.4 around its `value`. */
export function plural(name: string, description: string, value: Attribute, types: string[] = []): Attribute {
  const type = text('type', 'What the value is used for', types.length > 0 ? { canonicalValues: types } : {});
  const display = text('display', 'The value for people to read');
  const primary = flag('primary', 'Whether this is the preferred value; true for at most one');
  return { ...complex(name, description, [value, display, type, primary]), multiValued: true };
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
