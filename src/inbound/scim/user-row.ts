import type { ScimRow } from '../../jobs/intake.js';
import { nameKeyOf } from '../../lifecycle/fold.js';
import type { KeptResource } from '../../records/scim-resources.js';
import type { UserResource } from './user-resource.js';

/** A user as a row: what clients match on beside the whole of it; as active as before when nothing says it. */
export function rowOf(id: string, resource: UserResource, wasActive = true): ScimRow {
  const externalId = typeof resource['externalId'] === 'string' ? resource['externalId'] || null : null;
  return {
    id,
    type: 'User',
    nameKey: nameKeyOf(resource.userName),
    externalId,
    active: resource.active ?? wasActive,
    resource,
  };
}

/** What a kept row holds was written by `rowOf`. */
export function userOf(kept: KeptResource): UserResource {
  return kept.resource as UserResource;
}
