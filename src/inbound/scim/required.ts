import { isRequired, type Attribute } from './attribute.js';
import { isObject, valueOf, type JsonObject } from './json.js';
import type { Shape } from './shape.js';

/**
 * What the schemas require and the resource lacks, as paths: attributes of its core and of the extensions that it
 * has, and sub-attributes of what is there.
 */
export function findMissing(shape: Shape, resource: JsonObject): string[] {
  return [shape.core, ...shape.extensions].flatMap(({ key, required }) => {
    const holder = key === null ? resource : valueOf(resource, key);
    if (!isObject(holder)) return [];
    const prefix = key === null ? '' : `${key}:`;
    return required.flatMap((attribute) => missingOf(attribute, valueOf(holder, attribute.name), prefix));
  });
}

function missingOf(attribute: Attribute, value: unknown, prefix: string): string[] {
  const name = prefix + attribute.name;
  if (value === undefined) return isRequired(attribute) ? [name] : [];
  const elements = Array.isArray(value) ? value : [value];
  const subs = attribute.subAttributes?.filter(isRequired) ?? [];
  const lacking = subs.filter((sub) =>
    elements.some((one) => isObject(one) && valueOf(one, sub.name) === undefined),
  );
  return lacking.map((sub) => `${name}.${sub.name}`);
}
