import { MEMBERSHIPS, type Membership, type ResourceType } from './scim-memberships.js';

/** A SCIM resource as its source's directory keeps it. */
export interface KeptResource {
  id: string;
  type: ResourceType;
  nameKey: string;
  externalId: string | null;
  active: boolean;
  resource: Record<string, unknown>;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  /** A user's groups, or a group's members; only where they were asked for. */
  memberships?: Membership[];
}

const COLUMNS = `r.id, r.type, r.name_key AS "nameKey", r.external_id AS "externalId", r.active, r.resource, r.version,
  r.created_at AS "createdAt", r.updated_at AS "updatedAt"`;

/** Of a row `r` of scim_resources, which is of the type whose memberships are wanted; null: none are. */
export function columnsOf(memberships: ResourceType | null): string {
  return memberships ? `${COLUMNS}, ${MEMBERSHIPS[memberships]}` : COLUMNS;
}
