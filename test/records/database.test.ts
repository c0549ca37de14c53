import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createLog } from '../../src/log.js';
import {
  isUnavailable,
  openDatabase,
  toStoreError,
  transaction,
  type Client,
  type Database,
} from '../../src/records/database.js';
import { Prisma } from '../../src/records/generated/client.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';
import { waitFor } from '../harness/wait-for.js';

let own: TestDatabase;
let database: Database;
const log = createLog({ level: 'silent' });

beforeAll(async () => {
  own = await createTestDatabase();
  database = openDatabase({ url: own.url, log, poolSize: 4 });
  await database.pool.query('CREATE TABLE notes (id int PRIMARY KEY, text text)');
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

async function notes(): Promise<number[]> {
  const { rows } = await database.pool.query<{ id: number }>('SELECT id FROM notes ORDER BY id');
  return rows.map((row) => row.id);
}

const add = (client: Client, id: number) => client.query('INSERT INTO notes VALUES ($1)', [id]);

const failureOf = (asked: Promise<unknown>) =>
  asked.then(
    () => null,
    (reason: unknown) => reason,
  );

test('all of a transaction is kept, or nothing', async () => {
  expect(await transaction(database.pool, (client) => add(client, 1).then(() => 'kept'))).toBe('kept');
  const broken = transaction(database.pool, async (client) => {
    await add(client, 2);
    throw new Error('a change of mind');
  });
  await expect(broken).rejects.toThrow('a change of mind');
  const twice = transaction(database.pool, async (client) => {
    await add(client, 3);
    await add(client, 1);
  });
  await expect(twice).rejects.toMatchObject({ code: '23505' });
  expect(await notes()).toEqual([1]);
});

test('a failure of the last thing, sent with the commit, is told', async () => {
  const work = transaction(database.pool, async (client, lastly) => {
    await add(client, 10);
    lastly(() => add(client, 1));
    return 'kept';
  });
  await expect(work).rejects.toMatchObject({ code: '23505' });
  expect(await notes()).not.toContain(10);
});

test('a failure that the work hides is no success', async () => {
  const work = transaction(database.pool, async (client) => {
    await add(client, 11);
    await client.query('SELECT 1 / 0').catch(() => undefined);
    return 'kept';
  });
  await expect(work).rejects.toThrow('failed before its end');
  expect(await notes()).not.toContain(11);
});

test('what its beginning failed of is what is told', async () => {
  const work = transaction(database.pool, (client) => add(client, 12), 'BEGIN; SELECT 1 / 0');
  await expect(work).rejects.toMatchObject({ code: '22012' });
  expect(await notes()).not.toContain(12);
});

test('a transaction that is chosen to end a deadlock is done again', async () => {
  const both = [1, 2].map((own) => {
    let tried = 0;
    return transaction(database.pool, async (client) => {
      tried++;
      await client.query('SELECT pg_advisory_xact_lock($1)', [own]);
      if (tried === 1) await waitFor('both to hold one lock', async () => (await locks()) === 2);
      await client.query('SELECT pg_advisory_xact_lock($1)', [3 - own]);
      return tried;
    });
  });
  expect((await Promise.all(both)).sort()).toEqual([1, 2]);
});

async function locks(): Promise<number> {
  const text = `SELECT count(*)::int AS held FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  return (await database.pool.query<{ held: number }>(text)).rows[0]!.held;
}

test('a database that hangs up is unavailable, and back at the next asking', async () => {
  const work = transaction(database.pool, async (client) => {
    await add(client, 20);
    await client.query('SELECT pg_terminate_backend(pg_backend_pid())');
  });
  await expect(work).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', cause: expect.any(Error) });
  expect(await transaction(database.pool, (client) => add(client, 21).then(() => 'kept'))).toBe('kept');
  expect(await notes()).not.toContain(20);
});

test.each([
  ['at a port where nobody listens', { port: '1' }],
  ['under a name that does not exist', { pathname: '/nowhere' }],
  ['with a password that is wrong', { password: 'wrong' }],
])(
  'a database %s is unavailable, in a transaction, asked alone, and through Prisma',
  async (_how, change) => {
    const elsewhere = openDatabase({ url: Object.assign(new URL(own.url), change).href, log });
    const { pool, prisma, close } = elsewhere;
    const work = transaction(pool, () => Promise.resolve());
    await expect(work).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    for (const asked of [pool.query('SELECT 1'), prisma.source.count()]) {
      const error = await failureOf(asked);
      expect(toStoreError(error)).toMatchObject({ code: 'STORE_UNAVAILABLE', cause: error });
    }
    await close();
  },
);

test.each(['ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ECONNRESET', '57P01', '53300', '08006'])(
  'what fails with %s could not ask the database',
  (code) => expect(isUnavailable(Object.assign(new Error('it failed'), { code }))).toBe(true),
);

test('what Prisma could not ask in time could not ask the database', () => {
  const late = new Prisma.PrismaClientKnownRequestError('no connection', {
    code: 'P2024',
    clientVersion: '7',
  });
  expect(isUnavailable(late)).toBe(true);
});

test('a mistake in a query is not the database’s fault', async () => {
  const work = transaction(database.pool, (client) => client.query('SELECT nothing FROM nowhere'));
  await expect(work).rejects.toBeInstanceOf(pg.DatabaseError);
  const error = await failureOf(database.prisma.$queryRaw`SELECT nothing FROM nowhere`);
  expect(error).toBeInstanceOf(Prisma.PrismaClientKnownRequestError);
  expect(toStoreError(error)).toBe(error);
});
