import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openEmbedded } from '../../src/records/embedded/open.js';
import { migrate } from '../../src/records/migrate.js';

/** Tells the test files, which run in other processes, where the server is. */
const urlVariable = 'HOSTKEEPER_TEST_POSTGRES_URL';

export const template = 'hostkeeper_template';

/** One embedded PostgreSQL for a test run, with a migrated template database. */
export async function startTestPostgres(): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hostkeeper-test-'));
  await chmod(dataDir, 0o711); // so that what root starts as somebody else finds its files here
  const { url, release } = await openEmbedded({ dataDir });
  process.env[urlVariable] = url;
  await queryServer(`CREATE DATABASE ${template}`);
  await migrate({ connectionString: databaseUrl(template) });
  return async () => {
    await release();
    await rm(dataDir, { recursive: true });
  };
}

export function databaseUrl(database: string): string {
  const serverUrl = process.env[urlVariable];
  if (serverUrl === undefined) throw new Error('no test PostgreSQL: run the tests with npm test');
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

export async function queryServer<Row extends pg.QueryResultRow>(
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl('postgres') });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
