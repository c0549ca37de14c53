import type { GroupRow } from '../../jobs/groups.js';
import { nameKeyOf } from '../../lifecycle/fold.js';
import type { KeptResource } from '../../records/scim-resources.js';
import { refusal } from './error.js';
import { isObject, isSameJson, type JsonObject } from './json.js';
import type { Operation } from './operations.js';
import type { Shape } from './shape.js';
import {
  checkLength,
  patchResource,
  readResource,
  replaceResource,
  type KeptAttributes,
} from './resource.js';

/** A group's shape without its members, which are rows of their own: whatever else is said of them is ignored. */
export function withoutMembers(shape: Shape): Shape {
  const attributes = new Map(shape.core.attributes);
  const members = attributes.get('members');
  if (members) attributes.set('members', { ...members, mutability: 'readOnly' });
  return { ...shape, core: { ...shape.core, attributes } };
}

/** A body as an object. Throws `invalidSyntax`. */
export function readBody(body: unknown): JsonObject {
  if (isObject(body)) return body;
  throw refusal('invalidSyntax', 'the body must be a JSON object');
}

/** A group from the body of a POST. Throws ScimError. */
export function readGroup(shape: Shape, body: JsonObject): GroupRow {
  return rowOf(readResource(shape, body));
}

/** A group after a PUT; an externalId that it does not say stays, as a user's does. Undefined: as it was. */
export function replaceGroup(shape: Shape, before: KeptResource, body: JsonObject): GroupRow | undefined {
  return unlessSame(before, rowOf(replaceResource(shape, before.resource, body)));
}

/** A group after a PATCH of what is its own. Undefined: as it was. */
export function patchGroup(
  shape: Shape,
  before: KeptResource,
  operations: Operation[],
): GroupRow | undefined {
  return unlessSame(before, rowOf(patchResource(shape, before.resource, operations)));
}

function rowOf(resource: KeptAttributes): GroupRow {
  const { displayName, externalId } = resource as KeptAttributes & JsonObject;
  if (typeof displayName !== 'string' || displayName.trim() === '')
    throw refusal('invalidValue', 'displayName is required and cannot be empty');
  checkLength('displayName', displayName);
  checkLength('externalId', externalId);
  return {
    nameKey: nameKeyOf(displayName),
    externalId: typeof externalId === 'string' ? externalId || null : null,
    resource: { ...resource, displayName },
  };
}

function unlessSame(before: KeptResource, row: GroupRow): GroupRow | undefined {
  return isSameJson(before.resource, row.resource) ? undefined : row;
}
