import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { hashToken, newToken } from '../../src/http/bearer.js';
import { newId } from '../../src/records/id.js';
import { createInForce } from '../../src/records/in-force.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';

let database: TestDatabase;
let pool: pg.Pool;
const now = { ms: 0 };
const sourceId = newId();

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  await pool.query(`INSERT INTO sources (id, name, kind) VALUES ($1, 'entra', 'scim')`, [sourceId]);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const known = () => createInForce(pool, () => now.ms);
const hashed = () => hashToken(newToken());

async function addToken(fields: { expires?: string; revoked?: string }): Promise<string> {
  const hash = hashed();
  const text = `INSERT INTO tokens (id, name, hash, scopes, expires_at, revoked_at)
    VALUES ($1, 'script', $2, '{admin}', now() + $3::interval, now() + $4::interval)`;
  await pool.query(text, [newId(), hash, fields.expires ?? null, fields.revoked ?? null]);
  return hash.toString('hex');
}

async function addClient(fields: { overlap?: string; revoked?: string }): Promise<string[]> {
  const [secret, previous] = [hashed(), hashed()];
  const text = `INSERT INTO oauth_clients (id, name, source_id, secret_hash, previous_hash, previous_until, revoked_at)
    VALUES ($1, $2, $3, $4, $5, now() + $6::interval, now() + $7::interval)`;
  const id = newId();
  await pool.query(text, [
    id,
    id,
    sourceId,
    secret,
    previous,
    fields.overlap ?? null,
    fields.revoked ?? null,
  ]);
  return [secret.toString('hex'), previous.toString('hex')];
}

test('tokens and the secrets of clients are, until they expire or are revoked', async () => {
  const [token, rotated, plain] = [
    await addToken({}),
    await addClient({ overlap: '1 hour' }),
    await addClient({}),
  ];
  const there = [token, await addToken({ expires: '1 hour' }), ...rotated, plain[0]!];
  const gone = [
    await addToken({ expires: '-1 second' }),
    await addToken({ revoked: '-1 second' }),
    plain[1]!,
    (await addClient({ overlap: '-1 second' }))[1]!,
    ...(await addClient({ revoked: '-1 second', overlap: '1 hour' })),
    hashed().toString('hex'),
  ];
  const isInForce = known();
  expect(await Promise.all([...there, ...gone].map(isInForce))).toEqual([
    ...there.map(() => true),
    ...gone.map(() => false),
  ]);
});

test('the names of sources that sign are, and those of others are not', async () => {
  const text = 'INSERT INTO sources (id, name, kind, secret, removed_at) VALUES ($1, $2, $3, $4, $5)';
  await pool.query(text, [newId(), 'zoom', 'zoom', 'sealed', null]);
  await pool.query(text, [newId(), 'zoom-before', 'zoom', 'sealed', new Date()]);
  const isInForce = known();
  const names = ['zoom', 'zoom-before', 'entra', 'operator', ''];
  expect(await Promise.all(names.map(isInForce))).toEqual([true, false, false, false, false]);
});

test('however many are asked about, all are read once a second', async () => {
  const isInForce = known();
  const late = async () => isInForce(await addToken({}));
  expect(await isInForce('guess')).toBe(false);
  now.ms += 999;
  expect(await late()).toBe(false);
  now.ms += 1;
  expect(await late()).toBe(true);
});

test('a database that is away is said to be so', async () => {
  const away = new pg.Pool({ connectionString: 'postgresql://a:b@127.0.0.1:1/x' });
  await expect(createInForce(away)('guess')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await away.end();
});
