import { randomUUID } from 'node:crypto';
import { databaseUrl, queryServer, template } from './postgres.js';
import { waitFor } from './wait-for.js';

export interface TestDatabase {
  url: string;
  /** Fails if the test left a connection open: one that outlives its test breaks somebody else's. */
  drop(): Promise<void>;
}

/** A migrated database of one's own. Never named after JEST_WORKER_ID, which is 1 for every file run in band. */
export function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(template);
}

/** With nothing in it, as a first start finds it. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('template0');
}

async function createDatabase(like: string): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await queryServer(`CREATE DATABASE ${name} TEMPLATE ${like}`);
  return { url: databaseUrl(name), drop: () => dropTestDatabase(name) };
}

async function dropTestDatabase(name: string): Promise<void> {
  try {
    await waitFor(
      `every connection to be closed`,
      async () => (await connectionsTo(name)).length === 0,
      3_000,
    );
  } catch (cause) {
    const open = (await connectionsTo(name)).map(({ application, query }) => `${application}: ${query}`);
    throw new Error(`connections were left open:\n${open.join('\n')}`, { cause });
  } finally {
    await queryServer(`DROP DATABASE ${name} WITH (FORCE)`);
  }
}

function connectionsTo(name: string): Promise<{ application: string; query: string }[]> {
  return queryServer(
    `SELECT application_name AS application, query FROM pg_stat_activity
     WHERE datname = $1 AND backend_type = 'client backend'`,
    [name],
  );
}
