import type { Spent } from '../lifecycle/brake.js';
import type { Client } from './database.js';

/** What a source has spent, and how many people there were when they were last counted; times in milliseconds. */
export interface BrakeRow {
  sourceId: string;
  spent: Spent;
  people: number;
  countedAt: number | null;
}

const LOCK = `
SELECT source_id AS "sourceId", spent, people, (extract(epoch FROM counted_at) * 1000)::float8 AS "countedAt"
FROM brakes WHERE source_id = ANY ($1::uuid[]) ORDER BY source_id FOR UPDATE`;
const ADD = `
INSERT INTO brakes (source_id) SELECT unnest($1::uuid[]) AS id ORDER BY id ON CONFLICT DO NOTHING`;

/** Locks the sources' rows until the end of the transaction, always in one order. Whoever does holds the people already. */
export async function lockBrakes(client: Client, sourceIds: string[]): Promise<BrakeRow[]> {
  const rows = await lock(client, sourceIds);
  if (rows.length === sourceIds.length) return rows;
  // A source's first. Those of another transaction are waited for, and found by the second look.
  await client.query({ name: 'add-brakes', text: ADD, values: [sourceIds] });
  return lock(client, sourceIds);
}

async function lock(client: Client, sourceIds: string[]): Promise<BrakeRow[]> {
  return (await client.query<BrakeRow>({ name: 'lock-brakes', text: LOCK, values: [sourceIds] })).rows;
}

export async function saveBrake(
  client: Client,
  { sourceId, spent, people, countedAt }: BrakeRow,
): Promise<void> {
  const text = `UPDATE brakes SET spent = $2, people = $3, counted_at = to_timestamp($4::float8 / 1000)
    WHERE source_id = $1::uuid`;
  await client.query({
    name: 'save-brake',
    text,
    values: [sourceId, JSON.stringify(spent), people, countedAt],
  });
}

export async function countPeople(client: Client): Promise<number> {
  const text = 'SELECT count(*)::float8 AS people FROM people WHERE merged_into IS NULL';
  const { rows } = await client.query<{ people: number }>({ name: 'count-people', text });
  return rows[0]?.people ?? 0;
}

/** Whether a source's brake is on already. Asked with its row locked, nobody can be putting it on meanwhile. */
export async function hasBraked(client: Client, sourceId: string | null): Promise<boolean> {
  const text = `SELECT EXISTS (SELECT FROM jobs WHERE state = 'braked' AND source_id IS NOT DISTINCT FROM $1::uuid) AS braked`;
  const statement = { name: 'has-braked', text, values: [sourceId] };
  return (await client.query<{ braked: boolean }>(statement)).rows[0]?.braked ?? false;
}
