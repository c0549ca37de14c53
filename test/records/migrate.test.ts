import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { migrate } from '../../src/records/migrate.js';
import { type TestDatabase, createTestDatabase } from '../harness/database.js';

let database: TestDatabase;
let client: pg.Client;
let folder: string;

beforeEach(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('DROP TABLE _prisma_migrations');
  folder = await mkdtemp(join(tmpdir(), 'hostkeeper-migrations-'));
});

afterEach(async () => {
  await client.end();
  await database.drop();
  await rm(folder, { recursive: true });
});

async function writeMigration(name: string, sql: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'migration.sql'), sql);
}

function migrateFolder(): Promise<{ applied: string[] }> {
  return migrate({ connectionString: database.url, folder });
}

async function query(sql: string): Promise<unknown[]> {
  return (await client.query(sql)).rows;
}

test('migrations are applied in the order of their names, and once', async () => {
  await writeMigration('2_more', 'INSERT INTO steps VALUES (2)');
  await writeMigration('1_first', 'CREATE TABLE steps (n int); INSERT INTO steps VALUES (1);');
  expect(await migrateFolder()).toEqual({ applied: ['1_first', '2_more'] });
  await writeMigration('3_later', 'INSERT INTO steps VALUES (3)');
  expect(await migrateFolder()).toEqual({ applied: ['3_later'] });
  expect(await migrateFolder()).toEqual({ applied: [] });
  expect(await query('SELECT n FROM steps ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
});

test('any number of processes at once apply each migration once', async () => {
  await writeMigration('1_first', 'CREATE TABLE steps (n int)');
  await writeMigration('2_slow', 'SELECT pg_sleep(0.2); INSERT INTO steps VALUES (2)');
  const outcomes = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(migrateFolder));
  expect(outcomes.flatMap(({ applied }) => applied).sort()).toEqual(['1_first', '2_slow']);
  expect(await query('SELECT n FROM steps')).toEqual([{ n: 2 }]);
});

test('a migration that fails leaves nothing behind, and is tried again once it is put right', async () => {
  await writeMigration('1_broken', 'CREATE TABLE steps (n int); SELECT 1 / 0;');
  await expect(migrateFolder()).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    migration: '1_broken',
    cause: { code: '22012' },
  });
  await writeMigration('1_broken', 'CREATE TABLE steps (n int)');
  expect(await migrateFolder()).toEqual({ applied: ['1_broken'] });
});

test('a runner that is killed in the middle leaves nothing behind', async () => {
  await writeMigration('1_slow', 'CREATE TABLE steps (n int); SELECT pg_sleep(60)');
  const killed = expect(migrateFolder()).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
  await client.query(`DO $$ BEGIN
    WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(60)%'
      AND application_name = 'hostkeeper migrate')
    LOOP PERFORM pg_sleep(0.01); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$`);
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'hostkeeper migrate'`,
  );
  await killed;
  await writeMigration('1_slow', 'CREATE TABLE steps (n int)');
  expect(await migrateFolder()).toEqual({ applied: ['1_slow'] });
});

test('a migration that was changed after it was applied is refused', async () => {
  await writeMigration('1_first', 'CREATE TABLE steps (n int)');
  await migrateFolder();
  await writeMigration('1_first', 'CREATE TABLE steps (n bigint)');
  await expect(migrateFolder()).rejects.toMatchObject({ code: 'MIGRATION_CHANGED', migration: '1_first' });
});

test('nothing is applied on top of a migration that Prisma began and did not end', async () => {
  await writeMigration('1_first', 'CREATE TABLE steps (n int)');
  await migrateFolder();
  await query(`INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', 'x', '2_theirs')`);
  await writeMigration('2_theirs', 'SELECT 1');
  await expect(migrateFolder()).rejects.toMatchObject({
    code: 'MIGRATION_UNFINISHED',
    migration: '2_theirs',
  });
  await query(`UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '2_theirs'`);
  expect(await migrateFolder()).toEqual({ applied: ['2_theirs'] });
});

test('what is recorded is what Prisma records', async () => {
  await writeMigration('1_first', 'SELECT 1');
  await migrateFolder();
  expect(
    await query(`SELECT migration_name, checksum, logs, rolled_back_at, applied_steps_count,
      length(id) AS id, finished_at >= started_at AS finished FROM _prisma_migrations`),
  ).toEqual([
    {
      migration_name: '1_first',
      checksum: 'e004ebd5b5532a4b85984a62f8ad48a81aa3460c1ca07701f386135d72cdecf5',
      logs: null,
      rolled_back_at: null,
      applied_steps_count: 1,
      id: 36,
      finished: true,
    },
  ]);
});

test('the service’s own migrations make the database that the tests run on', async () => {
  const own = await createTestDatabase();
  expect(await migrate({ connectionString: own.url })).toEqual({ applied: [] });
  await own.drop();
});
