import type { Client } from './database.js';

export interface ResourceKey {
  sourceId: string;
  id: string;
}

const PARENTS = `
SELECT DISTINCT m.source_id, m.group_id, m.member_id FROM unnest($1::uuid[], $2::uuid[]) AS k (source_id, id), LATERAL
  (SELECT * FROM scim_members WHERE source_id = k.source_id AND member_id = k.id OFFSET 0) m`;
/** Groups in the order of their ids, so that no two can wait for each other. */
const HOLD_PARENTS = `
WITH parents AS MATERIALIZED (${PARENTS}), held AS (
  SELECT FROM scim_resources WHERE (source_id, id) IN (SELECT source_id, group_id FROM parents
    UNION SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS k (source_id, id)) AND type = 'Group'
  ORDER BY id FOR NO KEY UPDATE)
SELECT source_id AS "sourceId", group_id AS "groupId", member_id AS "memberId", (SELECT count(*) FROM held) FROM parents`;
const HOLD = `SELECT FROM scim_resources WHERE (source_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
  ORDER BY id FOR UPDATE`;

interface ParentRow {
  sourceId: string;
  groupId: string;
  memberId: string;
}

/**
 * Holds resources that are to be deleted, and before them the groups that lose a member by it: whoever writes a group
 * holds it, and then asks for its members. What joined a group meanwhile is looked for again.
 *
 * @returns the ids of the groups of each, by its key with a space between
 */
export async function holdDoomed(client: Client, doomed: ResourceKey[]): Promise<Map<string, string[]>> {
  const values = [doomed.map(({ sourceId }) => sourceId), doomed.map(({ id }) => id)];
  for (;;) {
    const [, held, , found] = await Promise.all([
      client.query('SAVEPOINT doomed'),
      client.query<ParentRow>({ name: 'hold-parents', text: HOLD_PARENTS, values }),
      client.query({ name: 'hold-doomed', text: HOLD, values }),
      client.query({ name: 'parents', text: PARENTS, values }),
    ]);
    const groups = new Set(held.rows.map(({ groupId }) => groupId));
    if (found.rows.every((row: { group_id: string }) => groups.has(row.group_id)))
      return parentsOf(held.rows);
    await client.query('ROLLBACK TO SAVEPOINT doomed');
  }
}

function parentsOf(rows: ParentRow[]): Map<string, string[]> {
  const parents = new Map<string, string[]>();
  for (const { sourceId, memberId, groupId } of rows) {
    const key = `${sourceId} ${memberId}`;
    parents.set(key, [...(parents.get(key) ?? []), groupId]);
  }
  return parents;
}
