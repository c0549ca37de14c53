import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { readOperations } from '../../../src/inbound/scim/operations.js';
import { patchUser, readUser, type UserResource } from '../../../src/inbound/scim/user-resource.js';
import { USER_SHAPE } from './shapes.js';

export const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export const work = { value: 'w@x.y', type: 'work', primary: true };
export const home = { value: 'h@x.y', type: 'home' };

/** What, the user's attributes before, an operation, the attributes after. */
export type PatchRow = [string, JsonObject, unknown, JsonObject];

export function user(differences: JsonObject = {}): UserResource {
  return readUser(USER_SHAPE, { userName: 'mira', ...differences });
}

export function patched(before: UserResource, ...operations: unknown[]): UserResource {
  return patchUser(USER_SHAPE, before, readOperations({ schemas: [PATCH_URN], Operations: operations }));
}

/** The attributes after the operations, without those that every user has. */
export function after(before: JsonObject, ...operations: unknown[]): JsonObject {
  const { schemas: _, userName: __, active: ___, ...others } = patched(user(before), ...operations);
  return others;
}

export function refusalOf(before: JsonObject, ...operations: unknown[]): unknown {
  try {
    return after(before, ...operations);
  } catch (error) {
    const { status, scimType, detail } = error as { status: number; scimType?: string; detail: string };
    return [status, scimType, detail];
  }
}
