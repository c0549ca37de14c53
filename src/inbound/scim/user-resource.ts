import { refusal } from './error.js';
import type { JsonObject } from './json.js';
import type { Operation } from './operations.js';
import type { Shape } from './shape.js';
import {
  checkLength,
  patchResource,
  readResource,
  replaceResource,
  type KeptAttributes,
} from './resource.js';

/** A user as it is kept: without `id` and `meta`. */
export interface UserResource extends KeptAttributes {
  userName: string;
  /** Undefined once a client has taken it away; whether the user is active is then as it was. */
  active?: boolean;
}

/** A user from the body of a POST: active unless it says otherwise. Throws ScimError. */
export function readUser(shape: Shape, body: unknown): UserResource {
  return finish(readResource(shape, body), true);
}

/** A user after a PUT, who is as active as before unless it says otherwise. Throws ScimError. */
export function replaceUser(shape: Shape, before: UserResource, body: unknown): UserResource {
  return finish(replaceResource(shape, before, body), before.active);
}

/** A user after a PATCH. Throws ScimError, and nothing happened. */
export function patchUser(shape: Shape, before: UserResource, operations: Operation[]): UserResource {
  return finish(patchResource(shape, before, operations), undefined);
}

function finish(resource: KeptAttributes, activeBefore: boolean | undefined): UserResource {
  const { userName, externalId, active = activeBefore } = resource as KeptAttributes & JsonObject;
  if (typeof userName !== 'string' || userName.trim() === '') {
    throw refusal('invalidValue', 'userName is required and cannot be empty');
  }
  checkLength('userName', userName);
  checkLength('externalId', externalId);
  return { ...resource, userName, ...(active !== undefined && { active: active === true }) };
}
