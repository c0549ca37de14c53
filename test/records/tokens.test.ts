import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { hashToken, newToken } from '../../src/http/bearer.js';
import { createLog } from '../../src/log.js';
import { newId } from '../../src/records/id.js';
import { createTokenFinder, type FindToken } from '../../src/records/tokens.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';
import { waitFor } from '../harness/wait-for.js';

let database: TestDatabase;
let pool: pg.Pool;
let find: FindToken;
const log = createLog({ level: 'silent' });

beforeEach(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 4 });
  find = createTokenFinder({ pool, log, cacheMs: 0 });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

async function add(
  fields: { sourceId?: string; expiresAt?: Date; hash?: Buffer } = {},
): Promise<{ id: string; hash: Buffer }> {
  const id = newId();
  const { hash = hashToken(newToken()) } = fields;
  await pool.query(
    `INSERT INTO tokens (id, name, source_id, hash, scopes, expires_at) VALUES ($1, 'script', $2, $3, '{jobs:read}', $4)`,
    [id, fields.sourceId ?? null, hash, fields.expiresAt ?? null],
  );
  return { id, hash };
}

async function lastUse(id: string): Promise<Date | null> {
  return (await pool.query('SELECT last_used_at FROM tokens WHERE id = $1', [id])).rows[0].last_used_at;
}

/** The statements that the pool is asked to run while `work` runs. */
async function queries(work: () => Promise<unknown>): Promise<string[]> {
  const names: string[] = [];
  const { query } = pool;
  pool.query = ((config: { name: string }) => {
    names.push(config.name);
    return Reflect.apply(query, pool, [config]);
  }) as never;
  await work().finally(() => (pool.query = query));
  return names;
}

describe('a token', () => {
  test('is found by its hash, with its source', async () => {
    const sourceId = newId();
    await pool.query(`INSERT INTO sources (id, name, kind) VALUES ($1, 'okta', 'scim')`, [sourceId]);
    const { id, hash } = await add({ sourceId });
    expect(await find(hash)).toEqual({
      id,
      name: 'script',
      sourceId,
      sourceName: 'okta',
      scopes: ['jobs:read'],
      expiresAt: null,
      revokedAt: null,
    });
    expect(await find(hashToken(newToken()))).toBeUndefined();
  });

  test('that is revoked is refused a second later at the most, and asked for once in that second', async () => {
    const now = { ms: 0 };
    const remember = createTokenFinder({ pool, log, clock: () => now.ms });
    const { id, hash } = await add();
    expect((await remember(hash))?.revokedAt).toBeNull();
    await pool.query('UPDATE tokens SET revoked_at = now() WHERE id = $1', [id]);
    now.ms = 999;
    expect((await remember(hash))?.revokedAt).toBeNull();
    now.ms = 1_000;
    expect((await remember(hash))?.revokedAt).toBeInstanceOf(Date);
  });

  test('that is not known is not remembered as such', async () => {
    const remember = createTokenFinder({ pool, log });
    const token = newToken();
    expect(await remember(hashToken(token))).toBeUndefined();
    await add({ hash: hashToken(token) });
    expect(await remember(hashToken(token))).toBeDefined();
  });

  test('is revoked at once, by itself or with its source', async () => {
    const sourceId = newId();
    await pool.query(`INSERT INTO sources (id, name, kind) VALUES ($1, 'okta', 'scim')`, [sourceId]);
    const [own, ofSource] = [await add(), await add({ sourceId })];
    await Promise.all([find(own.hash), find(ofSource.hash)]);
    await pool.query('UPDATE tokens SET revoked_at = now() WHERE id = $1', [own.id]);
    await pool.query('UPDATE sources SET removed_at = now() WHERE id = $1', [sourceId]);
    expect((await find(own.hash))?.revokedAt).toBeInstanceOf(Date);
    expect((await find(ofSource.hash))?.revokedAt).toBeInstanceOf(Date);
  });
});

describe('many requests', () => {
  test('in one turn share one query, and each gets its own token', async () => {
    const tokens = [await add(), await add(), await add()];
    const unknown = hashToken(newToken());
    const asked = [...tokens, ...tokens].map(({ hash }) => hash);
    let found: (string | undefined)[] = [];
    const names = await queries(async () => {
      const all = await Promise.all([...asked, unknown].map(find));
      found = all.map((one) => one?.id);
    });
    expect(names.filter((name) => name === 'find-tokens')).toHaveLength(1);
    expect(found).toEqual([...tokens, ...tokens].map(({ id }) => id as string | undefined).concat(undefined));
  });

  test('all hear of it when PostgreSQL is away, and the next is served again', async () => {
    const { hash } = await add();
    const away = new pg.Pool({ connectionString: 'postgresql://a:b@127.0.0.1:1/x' });
    const findAway = createTokenFinder({ pool: away, log });
    const results = await Promise.allSettled([findAway(hash), findAway(hash)]);
    expect(results).toEqual(
      Array(2).fill({ status: 'rejected', reason: expect.objectContaining({ code: 'STORE_UNAVAILABLE' }) }),
    );
    await expect(findAway(hash)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await away.end();
    expect(await find(hash)).toBeDefined();
  });
});

describe('the last use', () => {
  test('is noted in the background, at most once a minute', async () => {
    const { id, hash } = await add();
    await find(hash);
    await waitFor('the use to be noted', async () => (await lastUse(id)) !== null);
    const noted = await lastUse(id);
    expect(await queries(() => Promise.all([find(hash), find(hash)]))).toEqual(['find-tokens']);
    expect(await lastUse(id)).toEqual(noted);

    await pool.query(`UPDATE tokens SET last_used_at = now() - interval '61 seconds' WHERE id = $1`, [id]);
    await find(hash);
    await waitFor('the use to be noted again', async () => (await lastUse(id))! > noted!);
  });

  test('of a token that is no longer in force is not noted', async () => {
    const { hash } = await add({ expiresAt: new Date(Date.now() - 1_000) });
    expect(await queries(() => find(hash))).toEqual(['find-tokens']);
  });
});
