import { ScimError, refusal } from './error.js';
import { checkSize, isObject, isSameJson, valueOf, type JsonObject } from './json.js';
import { carryImmutable } from './mutability.js';
import type { Operation } from './operations.js';
import { applyPatch } from './patch.js';
import { findMissing } from './required.js';
import type { Shape } from './shape.js';
import { assign } from './write.js';

/** A resource of any type as it is kept: without `id` and `meta`. */
export interface KeptAttributes extends JsonObject {
  schemas: string[];
}

/** Names stand in indexes, whose entries PostgreSQL limits to 2.7 kB. */
const MAX_NAME_LENGTH = 512;

/** Somewhat more than a body may have, so that whatever could be made can be changed. */
const MAX_RESOURCE_LENGTH = 1_200_000;

/** What the body of a POST says, each value by its schema. Throws ScimError. */
export function readResource(shape: Shape, body: unknown): KeptAttributes {
  const resource = readAttributes(shape, body);
  checkSchemas(shape, body);
  return checkWhole(shape, withSchemas(shape, resource));
}

/**
 * What the body of a PUT says. The rest is cleared, save what is immutable and `externalId`: RFC 7644 §3.5.1 leaves
 * that to us, Okta's PUT carries no externalId, and without it a returner could not be recognised. Throws ScimError.
 */
export function replaceResource(shape: Shape, before: JsonObject, body: unknown): KeptAttributes {
  const given = carryImmutable(shape, before, readAttributes(shape, body));
  checkSchemas(shape, body);
  const isSaid = valueOf(body as JsonObject, 'externalId') !== undefined;
  const { externalId } = before;
  const resource = isSaid || externalId === undefined ? given : { externalId, ...given };
  return checkWhole(shape, withSchemas(shape, resource));
}

/** A resource after a PATCH. Throws ScimError, and nothing happened. */
export function patchResource(shape: Shape, before: JsonObject, operations: Operation[]): KeptAttributes {
  const patched = applyPatch(shape, before, operations);
  if (!isSameJson(patched, before) && JSON.stringify(patched).length > MAX_RESOURCE_LENGTH) {
    throw new ScimError(413, `the resource would be larger than ${MAX_RESOURCE_LENGTH} characters`, {
      code: 'BODY_TOO_LARGE',
    });
  }
  return withSchemas(shape, patched);
}

function readAttributes(shape: Shape, body: unknown): JsonObject {
  if (!isObject(body)) throw refusal('invalidSyntax', 'the body must be a JSON object');
  const resource: JsonObject = {};
  assign({ shape, resource }, body, 'replace');
  return checkSize(resource);
}

/** It may list more than we know, as Entra does with every group. */
function checkSchemas(shape: Shape, body: unknown): void {
  const schemas = valueOf(body as JsonObject, 'schemas') ?? [shape.core.urn];
  if (!Array.isArray(schemas) || !schemas.every((urn) => typeof urn === 'string')) {
    throw refusal('invalidValue', 'schemas must be an array of strings');
  }
  if (!schemas.some((urn) => urn.toLowerCase() === shape.core.urn.toLowerCase())) {
    throw refusal('invalidValue', `schemas must contain ${shape.core.urn}`);
  }
}

/** `schemas` lists the core and each extension with values, whatever the client lists (RFC 7643 §3). */
function withSchemas(shape: Shape, resource: JsonObject): KeptAttributes {
  const used = shape.extensions.map(({ urn }) => urn).filter((urn) => resource[urn] !== undefined);
  return { ...resource, schemas: [shape.core.urn, ...used] };
}

function checkWhole(shape: Shape, resource: KeptAttributes): KeptAttributes {
  const [missing] = findMissing(shape, resource);
  if (missing !== undefined) throw refusal('invalidValue', `${missing} is required and cannot be empty`);
  return resource;
}

/** As it came, and as it is compared: some letters are longer in NFC. */
export function checkLength(name: string, value: unknown): void {
  const forms = typeof value === 'string' ? [value, value.normalize('NFC')] : [];
  if (forms.some(({ length }) => length > MAX_NAME_LENGTH)) {
    throw refusal('invalidValue', `${name} can have at most ${MAX_NAME_LENGTH} characters`);
  }
}
