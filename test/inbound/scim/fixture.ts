import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../../src/inbound/scim/json.js';

/** A request body as a client sends it; `{{id}}` in it becomes the id given. */
export function fixture(name: string, id = ''): JsonObject {
  const text = readFileSync(new URL(`../../fixtures/scim/${name}.json`, import.meta.url), 'utf8');
  return JSON.parse(text.replaceAll('{{id}}', id)) as JsonObject;
}
