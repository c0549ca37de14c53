import type { Client } from './database.js';
import { isId } from './is-id.js';

/** One entry of a source. */
interface RecordKey {
  source_id: string;
  record: string;
}

/** Through all of somebody's groups; theirs are few, whatever the number of an entitled group's members. */
const FIND = `
SELECT k.source_id, k.record FROM unnest($1::uuid[], $2::uuid[]) AS k (source_id, record), LATERAL (
  SELECT FROM scim_members m, LATERAL
    (SELECT entitled FROM scim_resources WHERE source_id = m.source_id AND id = m.group_id OFFSET 0) g
  WHERE m.source_id = k.source_id AND m.member_id = k.record AND g.entitled LIMIT 1) membership`;

export function recordKey(sourceId: string, record: string): string {
  return `${sourceId} ${record}`;
}

/** Which of these records are in an entitled group of their source, by their keys. */
export async function findEntitled(client: Client, records: RecordKey[]): Promise<ReadonlySet<string>> {
  const asked = records.filter(({ record }) => isId(record));
  if (asked.length === 0) return new Set();
  const values = [asked.map(({ source_id }) => source_id), asked.map(({ record }) => record)];
  const { rows } = await client.query<RecordKey>({ name: 'find-entitled', text: FIND, values });
  return new Set(rows.map((row) => recordKey(row.source_id, row.record)));
}
