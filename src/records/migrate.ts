import { createHash, randomUUID } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

export type MigrationErrorCode = 'MIGRATION_FAILED' | 'MIGRATION_UNFINISHED' | 'MIGRATION_CHANGED';

class MigrationError extends Error {
  override readonly name = 'MigrationError';

  constructor(
    readonly code: MigrationErrorCode,
    readonly migration: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${migration}: ${message}`, options);
  }
}

const migrationsFolder = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

interface Recorded {
  migration_name: string;
  checksum: string;
  finished: boolean;
}

/** Ours and Prisma's own runner take the same lock and keep the same table, so either may come first. */
const prismaLock = 72_707_369;
const prismaTable = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
    migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`;

/**
 * Brings the database up to date from prisma/migrations. Each migration is one transaction together with its
 * entry in `_prisma_migrations`: any number of processes may do this at once, and be killed at it.
 * Throws MigrationError, or whatever pg throws when the database is not there.
 */
export async function migrate({
  connectionString,
  folder = migrationsFolder,
}: {
  connectionString: string;
  folder?: string;
}): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(folder);
  const client = new pg.Client({ connectionString, application_name: 'hostkeeper migrate' });
  client.on('error', () => undefined); // a lost connection also rejects the query it interrupts
  await client.connect();
  try {
    const applied: string[] = [];
    for (const migration of migrations) {
      if (await transaction(client, () => applyOnce(client, migration))) applied.push(migration.name);
    }
    return { applied };
  } finally {
    await client.end();
  }
}

/** Throws when a migration of this version is not in the database (any more): it was restored, say, or exchanged. */
export function createMigratedCheck(pool: pg.Pool): () => Promise<void> {
  const needed = readMigrations(migrationsFolder);
  needed.catch(() => undefined);
  const text = `SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`;
  return async () => {
    const { rows } = await pool.query<{ name: string }>(text);
    const applied = new Set(rows.map(({ name }) => name));
    const missing = (await needed).filter(({ name }) => !applied.has(name));
    if (missing.length > 0)
      throw new Error(`migrations are missing: ${missing.map(({ name }) => name).join()}`);
  };
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function transaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function applyOnce(client: pg.Client, migration: Migration): Promise<boolean> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [prismaLock]);
  await client.query(prismaTable);
  const { rows } = await client.query<Recorded>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished
     FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  );
  if (isRecorded(rows, migration)) return false;
  try {
    await client.query(migration.sql);
  } catch (cause) {
    throw new MigrationError('MIGRATION_FAILED', migration.name, 'failed, and was rolled back', { cause });
  }
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, clock_timestamp(), 1)`,
    [randomUUID(), migration.checksum, migration.name],
  );
  return true;
}

function isRecorded(rows: Recorded[], { name, checksum }: Migration): boolean {
  const unfinished = rows.find(({ finished }) => !finished);
  if (unfinished !== undefined) {
    throw new MigrationError(
      'MIGRATION_UNFINISHED',
      unfinished.migration_name,
      'another tool began it and did not end it',
    );
  }
  const recorded = rows.find((row) => row.migration_name === name);
  if (recorded !== undefined && recorded.checksum !== checksum) {
    throw new MigrationError('MIGRATION_CHANGED', name, 'was changed after it was applied');
  }
  return recorded !== undefined;
}
