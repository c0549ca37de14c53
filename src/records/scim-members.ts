import type { Client } from './database.js';
import { MEMBERSHIPS, type Membership } from './scim-memberships.js';

/** A group whose members are written, and the notice that asks for it. */
export interface MemberWriting {
  sourceId: string;
  groupId: string;
  groupName: string;
  noticeId: string;
  /** Whether keys follow from who belongs to it: then those who come and go are news. */
  isNews: boolean;
}

export interface NewMember {
  id: string;
  display: string | null;
}

const NEWS = `INSERT INTO membership_news (source_id, member_id, group_name, notice_id, joined, at)`;

/** Those who are members already are left as they are; of whom nobody knows, one is told. */
const ADD = `
WITH given AS MATERIALIZED (
  SELECT DISTINCT ON (id) id, display FROM unnest($6::uuid[], $7::text[]) AS g (id, display) ORDER BY id
), fresh AS MATERIALIZED (
  SELECT id, display FROM given LEFT JOIN LATERAL (SELECT true AS there FROM scim_members
    WHERE source_id = $1 AND group_id = $2 AND member_id = given.id OFFSET 0) m ON true WHERE there IS NULL
), known AS MATERIALIZED (
  SELECT fresh.* FROM fresh, LATERAL (SELECT FROM scim_resources WHERE source_id = $1 AND id = fresh.id OFFSET 0) r
), added AS (
  INSERT INTO scim_members (source_id, group_id, member_id, display) SELECT $1::uuid, $2::uuid, id, display FROM known
  RETURNING member_id
), news AS (${NEWS} SELECT $1::uuid, member_id, $3::text, $4::uuid, true, clock_timestamp() FROM added WHERE $5::boolean)
SELECT (SELECT count(*) FROM added) > 0 AS changed, (SELECT id FROM fresh EXCEPT SELECT id FROM known LIMIT 1) AS unknown`;

/** `unknown`: an id that nobody has; then nothing may be kept. */
export async function addMembers(
  client: Client,
  writing: MemberWriting,
  members: NewMember[],
): Promise<{ changed: boolean; unknown: string | null }> {
  const values = [members.map(({ id }) => id), members.map(({ display }) => display)];
  const { rows } = await client.query<{ changed: boolean; unknown: string | null }>({
    name: 'add-members',
    text: ADD,
    values: [...valuesOf(writing), ...values],
  });
  return rows[0] as { changed: boolean; unknown: string | null };
}

function removal(which: string): string {
  return `WITH gone AS (
    DELETE FROM scim_members WHERE source_id = $1 AND group_id = $2 AND member_id = ANY (${which}) RETURNING member_id
  ), news AS (${NEWS} SELECT $1::uuid, member_id, $3::text, $4::uuid, false, clock_timestamp() FROM gone WHERE $5::boolean)
  SELECT (SELECT count(*) FROM gone) > 0 AS changed`;
}

const REMOVE = removal('$6::uuid[]');
/** By a set operation, which no plan turns into comparing each with each. */
const KEEP = removal(
  'ARRAY (SELECT member_id FROM scim_members WHERE source_id = $1 AND group_id = $2 EXCEPT SELECT unnest($6::uuid[]))',
);

/** Takes these out, those who belong to it. @returns whether there were any */
export function removeMembers(client: Client, writing: MemberWriting, ids: string[]): Promise<boolean> {
  return remove(client, writing, { name: 'remove-members', text: REMOVE }, ids);
}

/** Takes all others out. @returns whether there were any */
export function keepMembers(client: Client, writing: MemberWriting, ids: string[]): Promise<boolean> {
  return remove(client, writing, { name: 'keep-members', text: KEEP }, ids);
}

async function remove(
  client: Client,
  writing: MemberWriting,
  statement: { name: string; text: string },
  ids: string[],
): Promise<boolean> {
  const { rows } = await client.query<{ changed: boolean }>({
    ...statement,
    values: [...valuesOf(writing), ids],
  });
  return rows[0]?.changed === true;
}

/** All who belong to it are news: it has come to decide about keys, or no longer does. */
export async function tellOfMembers(client: Client, writing: MemberWriting, joined: boolean): Promise<void> {
  const text = `${NEWS} SELECT source_id, member_id, $3::text, $4::uuid, $6::boolean, clock_timestamp() FROM scim_members
    WHERE source_id = $1 AND group_id = $2 AND $5::boolean`;
  await client.query({ name: 'tell-of-members', text, values: [...valuesOf(writing), joined] });
}

/** All of them, as clients see them. */
export async function loadMembers(
  client: Client,
  { sourceId, groupId }: MemberWriting,
): Promise<Membership[]> {
  const text = `SELECT ${MEMBERSHIPS.Group} FROM scim_resources r WHERE source_id = $1 AND id = $2`;
  const { rows } = await client.query<{ memberships: Membership[] }>(text, [sourceId, groupId]);
  return rows[0]?.memberships ?? [];
}

function valuesOf({ sourceId, groupId, groupName, noticeId, isNews }: MemberWriting): unknown[] {
  return [sourceId, groupId, groupName, noticeId, isNews];
}
