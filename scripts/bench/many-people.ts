import type pg from 'pg';
import { HostKey } from '../../src/lifecycle/host-key.js';
import type { HostKeys } from '../../src/records/host-keys.js';

/** The one whose rows are copied, joined in earnest before. */
export const PATTERN = 'pattern';
export const mailOf = (who: string | number) => `p.${who}@example.com`;

/** What no person has rows in; `zoom_users` and `jobs` are referred to by the rest, and come first. */
const FIRST = ['zoom_users', 'jobs'];
const NOT_OF_PEOPLE = ['sources', 'tokens', '_prisma_migrations', 'zoom_tokens', 'call_budget', 'pauses'];
const BATCH = 20_000;
const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;

/**
 * So many people more, each with the same rows in every table as the pattern has after its key was set: copied in
 * SQL with every id and name replaced, and each key sealed for its own Zoom user.
 */
export async function addManyPeople(pool: pg.Pool, keys: HostKeys, count: number): Promise<void> {
  const rows = await readPattern(pool);
  const shared = await sharedIds(pool);
  const everything = rows.map(({ row }) => row).join();
  const ids = [...new Set(everything.match(UUID))].filter((id) => !shared.has(id));
  const zoomUserId = rows.flatMap(({ table, row }) =>
    table === 'zoom_users' ? [(JSON.parse(row) as { id: string }).id] : [],
  )[0];
  if (!zoomUserId) throw new Error('the pattern has no Zoom user');
  const key = rows.find(({ table }) => table === 'host_keys')?.row;
  const { sealed, hash } = JSON.parse(key ?? '{}') as { sealed?: string; hash?: string };
  if (!sealed || !hash) throw new Error('the pattern has no key');
  for (let from = 1; from <= count; from += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, count - from + 1) }, (_, index) => from + index);
    const own = numbers.map((number) => sealedFor(keys, zoomUserOf(zoomUserId, number)));
    for (const { table, row } of rows) {
      const replaced = [
        [mailOf(PATTERN), `'p.' || n || '@example.com'`],
        [zoomUserId, `'${zoomUserId.slice(0, 10)}' || lpad(n::text, 12, '0')`],
        ...ids.map((id) => [id, `'${id.slice(0, 24)}' || lpad(to_hex(n), 12, '0')`]),
        [sealed, 'sealed'],
        [hash, 'hash'],
      ].filter(([text]) => row.includes(text as string)) as [string, string][];
      const text = replaced.reduce((sql, [old, by]) => `replace(${sql}, '${old}', ${by})`, '$1::text');
      await pool.query(
        `INSERT INTO ${table} SELECT made.* FROM unnest($2::int[], $3::text[], $4::text[]) AS one (n, sealed, hash),
           LATERAL jsonb_populate_record(null::${table}, (${text})::jsonb) AS made`,
        [row, numbers, own.map((one) => one.sealed), own.map((one) => one.hash)],
      );
    }
  }
}

function zoomUserOf(pattern: string, number: number): string {
  return pattern.slice(0, 10) + String(number).padStart(12, '0');
}

function sealedFor(keys: HostKeys, zoomUserId: string) {
  const key = HostKey.parse('482915');
  return { sealed: keys.seal(key, zoomUserId, 1), hash: keys.hash(key, zoomUserId) };
}

async function readPattern(pool: pg.Pool): Promise<{ table: string; row: string }[]> {
  const { rows: tables } = await pool.query<{ table: string }>(
    `SELECT table_name AS table FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> ALL ($1)
     ORDER BY array_position($2::text[], table_name::text), table_name`,
    [NOT_OF_PEOPLE, FIRST],
  );
  const found: { table: string; row: string }[] = [];
  for (const { table } of tables) {
    const { rows } = await pool.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${table} t`);
    found.push(...rows.map(({ row }) => ({ table, row })));
  }
  return found;
}

/** Sources and tokens stay the same for everybody. */
async function sharedIds(pool: pg.Pool): Promise<Set<string>> {
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM sources UNION SELECT id FROM tokens');
  return new Set(rows.map(({ id }) => id));
}
