import type { Client } from './database.js';

/** That somebody joined or left an entitled group, committed with it and not yet decided upon. */
export interface MembershipNewsRow {
  id: string;
  sourceId: string;
  memberId: string;
  groupName: string;
  noticeId: string;
  joined: boolean;
  at: Date;
}

/** Few enough that nobody waits long for those whom one transaction decides upon. */
export const NEWS_AT_ONCE = 100;

const TAKE = `
SELECT id, source_id AS "sourceId", member_id AS "memberId", group_name AS "groupName", notice_id AS "noticeId", joined, at
FROM membership_news`;
const OLDEST = `ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED`;

export interface WhichNews {
  /** Of one notice; null: of all. */
  noticeId: string | null;
  /** Younger than the news of this id. */
  after: string;
  limit: number;
}

/** The oldest news that nobody else is at: the transaction's own until its end. */
export async function takeNews(
  client: Client,
  { noticeId, after, limit }: WhichNews,
): Promise<MembershipNewsRow[]> {
  const [name, where] = noticeId === null ? ['take-news', ''] : ['take-news-of', ' AND notice_id = $3'];
  const text = `${TAKE} WHERE id > $1${where} ${OLDEST}`;
  const values = [after, limit, ...(noticeId === null ? [] : [noticeId])];
  return (await client.query<MembershipNewsRow>({ name, text, values })).rows;
}

export async function deleteNews(client: Client, rows: MembershipNewsRow[]): Promise<void> {
  const text = 'DELETE FROM membership_news WHERE id = ANY ($1::bigint[])';
  await client.query({ name: 'delete-news', text, values: [rows.map(({ id }) => id)] });
}
