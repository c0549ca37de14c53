import { PARTS, type Part, type PartName } from './change-parts.js';
import type { Client } from './database.js';

/** A row as PostgreSQL spells it: column names as keys, times as ISO texts. */
export type Row = Record<string, unknown>;

/** Rows to write, by kind of change; kinds without rows cost nothing. */
export type Changes = Partial<Record<PartName, Row[]>>;

/** Writes all of a transaction's changes in one round trip. */
export async function writeChanges(client: Client, changes: Changes): Promise<void> {
  const names = (Object.keys(PARTS) as PartName[]).filter(
    (name) => changes[name] && changes[name].length > 0,
  );
  if (names.length === 0) return;
  const values = names.map((name) => JSON.stringify(changes[name]));
  await client.query({ ...statementFor(names), values });
}

const ORDER = new Map((Object.keys(PARTS) as PartName[]).map((name, index) => [name, index]));

interface Statement {
  name: string;
  text: string;
}

/** Of the few combinations of parts that there are, each is spelled once. */
const statements = new Map<string, Statement>();

function statementFor(names: PartName[]): Statement {
  const name = `write:${names.map((part) => ORDER.get(part)).join()}`;
  const known = statements.get(name);
  if (known) return known;
  const parts = names.map((part, index) => partSql(part, index + 1, names));
  const statement = { name, text: `WITH ${parts.join(',\n')}\nSELECT 1` };
  statements.set(name, statement);
  return statement;
}

function partSql(name: PartName, parameter: number, names: PartName[]): string {
  const part: Part<PartName> = PARTS[name];
  const waits = (part.after ?? [])
    .filter((other) => names.includes(other))
    .map((other) => `(SELECT count(*) FROM ${other}) >= 0`);
  const rows = `json_populate_recordset(null::${part.table}, $${parameter}) AS r`;
  if (part.sql) {
    const few = `(SELECT * FROM ${rows} WHERE ${[isItself(part), ...waits].join(' AND ')})`;
    return `${name} AS (${part.sql(few)} RETURNING 1)`;
  }
  const where = waits.length > 0 ? ` WHERE ${waits.join(' AND ')}` : '';
  const insert = `INSERT INTO ${part.table} (${part.columns}) SELECT ${part.columns} FROM ${rows}${where}`;
  return `${name} AS (${insert}${part.key ? conflict(part.key, part.update ?? '') : ''} RETURNING 1)`;
}

/**
 * Always true. The planner takes JSON for a hundred rows, and would read the whole of a young table for them, each time;
 * of a condition that it cannot judge it expects that one row fulfils it, and looks that up.
 */
function isItself({ columns }: Part<PartName>): string {
  const key = columns.split(', ')[0];
  return `r.${key} = coalesce(r.${key}, r.${key})`;
}

function conflict(key: string, update: string): string {
  const sets = update.split(', ').map((column) => `${column} = excluded.${column}`);
  return ` ON CONFLICT (${key}) DO UPDATE SET ${sets.join(', ')}`;
}

/** Puts rows of `more` behind those of `changes`. */
export function addChanges(changes: Changes, more: Changes): void {
  for (const [name, rows] of Object.entries(more) as [PartName, Row[]][]) {
    changes[name] = changes[name] ? [...changes[name], ...rows] : rows;
  }
}

export function iso(at: number): string;
export function iso(at: number | null): string | null;
export function iso(at: number | null): string | null {
  if (at === null) return null;
  if (at !== spelled.at) spelled = { at, text: new Date(at).toISOString() };
  return spelled.text;
}

/** A transaction spells the same time over and over. */
let spelled = { at: NaN, text: '' };
