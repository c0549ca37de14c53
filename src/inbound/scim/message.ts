import { refusal } from './error.js';
import { valueOf, type JsonObject } from './json.js';

/** Refuses a body that says it is another message; one that does not say what it is passes. */
export function checkMessage(body: JsonObject, urn: string): void {
  const schemas = valueOf(body, 'schemas');
  if (schemas === undefined || schemas === null) return;
  const isIt = (one: unknown) => typeof one === 'string' && one.toLowerCase() === urn.toLowerCase();
  if (!Array.isArray(schemas) || !schemas.some(isIt)) {
    throw refusal('invalidSyntax', `schemas must be an array with ${urn}`);
  }
}
