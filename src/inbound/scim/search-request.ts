import { refusal } from './error.js';
import { isObject, valueOf } from './json.js';
import { checkMessage } from './message.js';

const SEARCH_URN = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

const LISTS = ['attributes', 'excludedAttributes'];
const TEXTS = ['filter', 'sortBy', 'sortOrder', 'cursor'];
const NUMBERS = ['startIndex', 'count'];

/** A POST to `/.search` (RFC 7644 §3.4.3) as the query that a GET would have. Throws `invalidSyntax`, `invalidValue`. */
export function readSearchRequest(body: unknown): URLSearchParams {
  if (!isObject(body)) throw refusal('invalidSyntax', 'the body must be a JSON object');
  checkMessage(body, SEARCH_URN);
  const query = new URLSearchParams();
  for (const name of [...LISTS, ...TEXTS, ...NUMBERS]) {
    const value = valueOf(body, name);
    if (value !== undefined && value !== null) query.set(name, readParameter(name, value));
  }
  return query;
}

function readParameter(name: string, value: unknown): string {
  if (LISTS.includes(name)) {
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(',');
    throw refusal('invalidValue', `${name} must be an array of strings`);
  }
  if (NUMBERS.includes(name)) {
    if (typeof value === 'number') return String(value);
    throw refusal('invalidValue', `${name} must be a number`);
  }
  if (typeof value === 'string') return value;
  throw refusal('invalidValue', `${name} must be a string`);
}
