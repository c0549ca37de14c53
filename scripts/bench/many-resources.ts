import type pg from 'pg';

const BATCH = 20_000;

/** The one whose rows are copied, made in earnest before: its ids, and the texts in it that are each one's own. */
export interface Pattern {
  id: string;
  /** In the resource's text and columns; a number follows it in the copies. */
  word: string;
}

export const nameOf = (word: string, number: number) => `${word}${number}`;

/** Ids of copies are the pattern's with the number as their end. */
export function idOf({ id }: Pattern, number: number): string {
  return id.slice(0, 24) + number.toString(16).padStart(12, '0');
}

/** So many SCIM resources more, each like the pattern save for its id and the pattern's word. */
export async function copyResource(pool: pg.Pool, pattern: Pattern, count: number): Promise<void> {
  for (let from = 1; from <= count; from += BATCH) {
    await pool.query(
      `INSERT INTO scim_resources SELECT copy.* FROM scim_resources r, generate_series($3::int, $4::int) n,
         LATERAL jsonb_populate_record(null::scim_resources, replace(replace(to_jsonb(r)::text, $2, $2 || n), $1::text,
           left($1::text, 24) || lpad(to_hex(n), 12, '0'))::jsonb) copy WHERE r.id = $1::uuid`,
      [pattern.id, pattern.word, from, Math.min(from + BATCH - 1, count)],
    );
  }
}

/** The first so many copies of a user become members of a group. */
export async function addMembers(
  pool: pg.Pool,
  groupId: string,
  user: Pattern,
  count: number,
): Promise<void> {
  await pool.query(
    `INSERT INTO scim_members (source_id, group_id, member_id)
     SELECT source_id, id, (left($2::text, 24) || lpad(to_hex(n), 12, '0'))::uuid
     FROM scim_resources, generate_series(1, $3::int) n WHERE id = $1::uuid`,
    [groupId, user.id, count],
  );
}
