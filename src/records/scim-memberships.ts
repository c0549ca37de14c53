export type ResourceType = 'User' | 'Group';

/** Somebody or something that belongs to a group, or a group that they belong to. */
export interface Membership {
  id: string;
  type: ResourceType;
  display: string | null;
}

/** The name of a resource that is a member, or has members, by what its row is called. */
export function nameOf(row: string): string {
  return `coalesce(nullif(${row}.resource->>'displayName', ''), ${row}.resource->>'userName')`;
}

const NAME = nameOf('other');

/** Row by row: fifty thousand members must not make PostgreSQL read everybody. */
function listOf(own: string, others: string, display: string): string {
  return `SELECT json_agg(json_build_object('id', m.${others}, 'type', other.type, 'display', ${display}) ORDER BY m.${others})
    FROM scim_members m, LATERAL
      (SELECT type, resource FROM scim_resources WHERE source_id = m.source_id AND id = m.${others} OFFSET 0) other
    WHERE m.source_id = r.source_id AND m.${own} = r.id`;
}

/**
 * The column `memberships` of a query over `scim_resources r`: the groups of a user, or the members of a group, each
 * with the name that a client gave it or else its own.
 */
export const MEMBERSHIPS: Record<ResourceType, string> = {
  User: `coalesce((${listOf('member_id', 'group_id', NAME)}), '[]') AS memberships`,
  Group: `coalesce((${listOf('group_id', 'member_id', `coalesce(m.display, ${NAME})`)}), '[]') AS memberships`,
};

export type Ask = <Row extends object>(sql: string, params: unknown[]) => Promise<Row[]>;

const COUNT = `
SELECT g.id, (SELECT count(*)::integer FROM (SELECT FROM scim_members WHERE source_id = $1 AND group_id = g.id
    LIMIT $3::integer + 1) few) AS members
FROM unnest($2::uuid[]) AS g (id)`;
const LOAD = `SELECT r.id, ${MEMBERSHIPS.Group} FROM scim_resources r WHERE r.source_id = $1 AND r.id = ANY ($2)`;

interface HasId {
  id: string;
}

/** How many of these groups, from the first on, have no more than so many members together; one at least. */
export async function countFitting(
  ask: Ask,
  sourceId: string,
  groups: HasId[],
  maxMembers: number,
): Promise<number> {
  const ids = groups.map(({ id }) => id);
  const counts = await ask<HasId & { members: number }>(COUNT, [sourceId, ids, maxMembers]);
  const countOf = new Map(counts.map(({ id, members }) => [id, members]));
  let members = 0;
  const end = groups.findIndex(({ id }) => (members += countOf.get(id) ?? 0) > maxMembers);
  return end < 0 ? groups.length : Math.max(end, 1);
}

/** These groups, each with its members. */
export async function withMembers<Group extends HasId>(
  ask: Ask,
  sourceId: string,
  groups: Group[],
): Promise<(Group & { memberships: Membership[] })[]> {
  const ids = groups.map(({ id }) => id);
  const loaded = await ask<HasId & { memberships: Membership[] }>(LOAD, [sourceId, ids]);
  const membersOf = new Map(loaded.map(({ id, memberships }) => [id, memberships]));
  return groups.map((group) => ({ ...group, memberships: membersOf.get(group.id) ?? [] }));
}
