import { folded, quote, type Sql } from './sql.js';

/** Rows that give values: what stands in FROM, and the condition on which they belong to the resource `r`. */
export interface From {
  rows: string;
  on: string;
}

/** JSON in SQL: what it is called, and what must be joined to have it. */
export interface Json {
  /** Each gives rows of one value and may refer to those before it; none: there is one value, maybe NULL. */
  from: From[];
  json: string;
  text: string;
}

export const NO_JSON: Json = { from: [], json: 'NULL::jsonb', text: 'NULL::text' };

export function jsonOf(sql: string): Json {
  return { from: [], json: sql, text: `${sql} #>> '{}'` };
}

/** What an object keeps under a name from a schema, as which it was written down. */
export function keyIn({ from, json }: Json, name: string): Json {
  return { from, json: `${json}->${quote(name)}`, text: `${json}->>${quote(name)}` };
}

/** What an object keeps under a name from the client, in any case; what is no object is its own `value`. */
export function anyKeyIn({ from, json }: Json, name: string, sql: Sql): Json {
  const entries = `jsonb_each(CASE WHEN jsonb_typeof(${json}) = 'object' THEN ${json} END) AS entry(name, value)`;
  const isNamed = `${folded('entry.name')} = ${folded(sql.bind(name, 'text'))}`;
  const found = `SELECT entry.value FROM ${entries} WHERE ${isNamed}`;
  const itself = `SELECT ${json} WHERE jsonb_typeof(${json}) <> 'object'`;
  return joined(from, name.toLowerCase() === 'value' ? `(${found} UNION ALL ${itself})` : `(${found})`, sql);
}

/** The values of an array, or the one value that is none; of nothing, no row. */
export function valuesIn({ from, json }: Json, sql: Sql): Json {
  return joined(from, `jsonb_path_query(${json}, '$[*]')`, sql);
}

/** The primary value of an array, else its first, or the one value that is no array. */
export function firstIn({ from, json }: Json): Json {
  const primary = `jsonb_path_query_first(${json}, '$[*] ? (@.primary == true)')`;
  return { ...jsonOf(`COALESCE(${primary}, jsonb_path_query_first(${json}, '$[*]'))`), from };
}

function joined(from: From[], rows: string, sql: Sql): Json {
  const alias = sql.alias();
  const own = { rows: `LATERAL ${rows} AS ${alias}(value)`, on: 'true' };
  return { ...jsonOf(`${alias}.value`), from: [...from, own] };
}
