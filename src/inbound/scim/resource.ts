import { ScimError, refusal } from './error.js';
import { checkSize, isObject, isSameJson, valueOf, type JsonObject } from './json.js';
import type { Operation } from './operations.js';
import { applyPatch } from './patch.js';
import type { Shape } from './shape.js';
import { assign } from './write.js';

/** A user as it is kept: without `id` and `meta`, with `schemas`, `userName` and `active`. */
export interface UserResource extends JsonObject {
  schemas: string[];
  userName: string;
  active: boolean;
}

/** They stand in indexes, whose entries PostgreSQL limits to 2.7 kB. */
const MAX_NAME_LENGTH = 512;
/** Somewhat more than a body may have, so that whoever could be made can be changed. */
const MAX_RESOURCE_LENGTH = 1_200_000;

/** A user from the body of a POST: active unless it says otherwise. Throws ScimError. */
export function readUser(shape: Shape, body: unknown): UserResource {
  return finish(shape, readAttributes(shape, body), { schemas: readSchemas(shape, body), active: true });
}

/**
 * A user after a PUT. What a PUT does not say is cleared, save `active` and `externalId`: RFC 7644 §3.5.1 leaves
 * that to us, Okta's PUT carries no externalId, and without it a returner could not be recognised.
 */
export function replaceUser(shape: Shape, before: UserResource, body: unknown): UserResource {
  const given = readAttributes(shape, body);
  const externalId =
    valueOf(body as JsonObject, 'externalId') === undefined ? before['externalId'] : undefined;
  const resource = externalId === undefined ? given : { externalId, ...given };
  return finish(shape, resource, { schemas: readSchemas(shape, body), active: before.active });
}

/** A user after a PATCH; one that takes `active` away leaves it. Throws ScimError, and nothing happened. */
export function patchUser(shape: Shape, before: UserResource, operations: Operation[]): UserResource {
  const { schemas, active } = before;
  const patched = applyPatch(shape, before, operations);
  if (patched['userName'] === undefined)
    throw refusal('mutability', 'userName is required: it cannot be removed');
  if (!isSameJson(patched, before) && JSON.stringify(patched).length > MAX_RESOURCE_LENGTH) {
    throw new ScimError(413, `the user would be larger than ${MAX_RESOURCE_LENGTH} characters`, {
      code: 'BODY_TOO_LARGE',
    });
  }
  return finish(shape, patched, { schemas, active });
}

function readAttributes(shape: Shape, body: unknown): JsonObject {
  if (!isObject(body)) throw refusal('invalidSyntax', 'the body must be a JSON object');
  const resource: JsonObject = {};
  assign({ shape, resource }, body, 'replace');
  return checkSize(resource);
}

function readSchemas(shape: Shape, body: unknown): string[] {
  const schemas = valueOf(body as JsonObject, 'schemas') ?? [shape.core.urn];
  if (!Array.isArray(schemas) || !schemas.every((urn) => typeof urn === 'string')) {
    throw refusal('invalidValue', 'schemas must be an array of strings');
  }
  if (!schemas.some((urn) => urn.toLowerCase() === shape.core.urn.toLowerCase())) {
    throw refusal('invalidValue', `schemas must contain ${shape.core.urn}`);
  }
  return [...new Set(schemas)];
}

function finish(
  shape: Shape,
  resource: JsonObject,
  kept: { schemas: string[]; active: boolean },
): UserResource {
  const { active = kept.active, userName, externalId } = resource;
  if (typeof userName !== 'string' || userName.trim() === '') {
    throw refusal('invalidValue', 'userName is required and cannot be empty');
  }
  checkLength('userName', userName);
  checkLength('externalId', externalId);
  const extensions = shape.extensions.map(({ urn }) => urn).filter((urn) => resource[urn] !== undefined);
  const schemas = [...new Set([...kept.schemas, ...extensions])];
  return { ...resource, schemas, userName, active: active === true };
}

function checkLength(name: string, value: unknown): void {
  if (typeof value === 'string' && value.length > MAX_NAME_LENGTH) {
    throw refusal('invalidValue', `${name} can have at most ${MAX_NAME_LENGTH} characters`);
  }
}
