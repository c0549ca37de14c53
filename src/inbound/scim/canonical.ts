import { foldCase } from '../../lifecycle/fold.js';
import { subAttribute, type Attribute } from './attribute.js';
import { instantOf } from './instant.js';
import { isObject } from './json.js';

/**
 * A text that two values of an attribute share when they are equal by its schema: letters by `caseExact`, times as
 * instants, numbers as numbers, an object whatever the order of its keys. Values are kept as they came; this is how
 * they are compared.
 */
export function canonical(attribute: Attribute, value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonical(attribute, one)).join()}]`;
  if (isObject(value)) return canonicalObject(attribute, value);
  return typeof value === 'string' ? JSON.stringify(comparable(attribute, value)) : JSON.stringify(value);
}

/** A text as its attribute compares it. */
function comparable({ type, caseExact }: Attribute, text: string): string | number {
  if (type === 'dateTime') return instantOf(text) ?? text;
  return caseExact || type === 'any' ? text : foldCase(text);
}

const keys = new WeakMap<Attribute, WeakMap<object, string>>();

/**
 * What tells one value of a list from the others. Two with the same `value` and `type` are one (RFC 7643 §2.4);
 * without a `value` all of it counts. Remembered, since values are never changed in place.
 */
export function createElementKey(attribute: Attribute): (element: unknown) => string {
  const known = keys.get(attribute) ?? new WeakMap<object, string>();
  keys.set(attribute, known);
  const partOf = (name: string) => subAttribute(attribute, name) ?? unknown;
  const [valuePart, typePart] = [partOf('value'), partOf('type')];
  return (element) => {
    if (!isObject(element)) return canonical(attribute, element);
    const remembered = known.get(element);
    if (remembered !== undefined) return remembered;
    const { value, type } = element;
    const isNamed = typeof value === 'string' && attribute.type === 'complex';
    const key = isNamed
      ? `${canonical(valuePart, value)} ${canonical(typePart, type)}`
      : canonical(attribute, element);
    known.set(element, key);
    return key;
  };
}

function canonicalObject(attribute: Attribute, object: Record<string, unknown>): string {
  const parts = Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const sub = subAttribute(attribute, name);
      const text = canonical(sub ?? unknown, value);
      return `${JSON.stringify(sub?.name ?? name.toLowerCase())}:${text}`;
    });
  return `{${parts.sort().join()}}`;
}

const unknown: Attribute = {
  name: '',
  type: 'any',
  description: '',
  multiValued: false,
  required: false,
  mutability: 'readWrite',
  returned: 'default',
};
