import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { hashToken, newToken } from '../../src/http/bearer.js';
import { createCredentialCare } from '../../src/jobs/credentials.js';
import { createLog } from '../../src/log.js';
import { findEnding } from '../../src/records/credentials.js';
import { newId } from '../../src/records/id.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

let database: TestDatabase;
let pool: pg.Pool;
beforeEach(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 4 });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

async function addSource(name: string, kind = 'scim'): Promise<string> {
  const id = newId();
  await pool.query('INSERT INTO sources (id, name, kind) VALUES ($1, $2, $3)', [id, name, kind]);
  return id;
}

/** @param inDays null: it never ends */
async function addToken(
  sourceId: string,
  inDays: number | null,
  clientId: string | null = null,
): Promise<string> {
  const id = newId();
  const expiresAt = inDays === null ? null : new Date(Date.now() + inDays * DAY_MS);
  const text = `INSERT INTO tokens (id, name, source_id, client_id, hash, scopes, expires_at)
    VALUES ($1, 'one', $2, $3, $4, '{scim}', $5)`;
  await pool.query(text, [id, sourceId, clientId, hashToken(newToken()), expiresAt]);
  return id;
}

async function addClient(sourceId: string, inDays: number | null): Promise<string> {
  const id = newId();
  const expiresAt = inDays === null ? null : new Date(Date.now() + inDays * DAY_MS);
  const text =
    'INSERT INTO oauth_clients (id, name, source_id, secret_hash, expires_at) VALUES ($1, $2, $3, $4, $5)';
  await pool.query(text, [id, id, sourceId, hashToken(newToken()), expiresAt]);
  return id;
}

/** As if so many days had gone by. */
async function pass(days: number): Promise<void> {
  await pool.query('UPDATE sources SET expiry_told_at = expiry_told_at - make_interval(days => $1)', [days]);
  await pool.query('UPDATE tokens SET expires_at = expires_at - make_interval(days => $1)', [days]);
}

/** Each process cares; what all of them say, as alerts or warnings. */
async function care(processes = 1): Promise<string[]> {
  const lines: string[] = [];
  const log = createLog({ level: 'warn', destination: { write: (line) => void lines.push(line) } });
  const all = Array.from({ length: processes }, () =>
    createCredentialCare({ pool, durations: { dayMs: DAY_MS }, log }),
  );
  await Promise.all(all.map((one) => one()));
  return lines
    .map((line) => JSON.parse(line) as { alert?: string; code?: string; source: string })
    .map(({ alert, code, source }) => `${source} ${alert ? `alert ${alert}` : `warning ${code}`}`)
    .sort();
}

const WARNING = 'okta warning CREDENTIAL_EXPIRES';
const ALERT = 'okta alert CREDENTIAL_EXPIRES';

describe('of a source whose last credential ends', () => {
  test('within 30 days somebody is told once, however many processes look', async () => {
    await addToken(await addSource('okta'), 29);
    expect(await care(4)).toEqual([WARNING]);
    expect(await care(4)).toEqual([]);
    await pass(15);
    expect(await care()).toEqual([]);
  });

  test('within 7 days there is an alert a day, until a week after the end', async () => {
    await addToken(await addSource('okta'), 29);
    expect(await care()).toEqual([WARNING]);
    await pass(23);
    expect(await care(4)).toEqual([ALERT]);
    expect(await care()).toEqual([]);
    for (let day = 1; day <= 12; day++) {
      await pass(1);
      expect([day, await care()]).toEqual([day, [ALERT]]);
    }
    await pass(1);
    expect(await care()).toEqual([]);
  });

  test('later, or never, nobody is told', async () => {
    await addToken(await addSource('okta'), 31);
    const entra = await addSource('entra');
    await addToken(entra, 1);
    await addToken(entra, null);
    const ping = await addSource('ping');
    await addToken(ping, 1);
    await addClient(ping, 400);
    expect(await care()).toEqual([]);
    expect(await findEnding(pool)).toEqual([]);
  });

  test('neither what was revoked, nor what its clients were given, counts', async () => {
    const okta = await addSource('okta');
    const revoked = await addToken(okta, null);
    await pool.query('UPDATE tokens SET revoked_at = now() WHERE id = $1', [revoked]);
    await addToken(okta, 100, await addClient(okta, 5));
    expect(await care()).toEqual([ALERT]);
  });

  test('nobody is told of sources that sign, or that were removed', async () => {
    await addSource('zoom', 'zoom');
    const gone = await addSource('gone');
    await addToken(gone, 1);
    await pool.query('UPDATE sources SET removed_at = now() WHERE id = $1', [gone]);
    expect([await care(), await findEnding(pool)]).toEqual([[], []]);
  });

  test('the doctor is told of it each time, and of one that has none at all', async () => {
    await addToken(await addSource('okta'), 29);
    await addToken(await addSource('entra'), 3);
    await addSource('ping');
    await care();
    expect(await findEnding(pool)).toEqual([
      { source: 'entra', until: expect.any(Date), isUrgent: true },
      { source: 'okta', until: expect.any(Date), isUrgent: false },
      { source: 'ping', until: null, isUrgent: true },
    ]);
    expect(await care()).toEqual([]);
  });
});

test('tokens that clients were given are deleted an hour after their end, and no others', async () => {
  const okta = await addSource('okta');
  const client = await addClient(okta, null);
  const kept = [await addToken(okta, -400), await addToken(okta, 0, client), await addToken(okta, 1, client)];
  for (let one = 0; one < 5; one++) await addToken(okta, -1, client);
  await care(3);
  const { rows } = await pool.query('SELECT id FROM tokens ORDER BY id');
  expect(rows.map(({ id }) => id)).toEqual(kept.sort());
});

test('a process looks once a minute', async () => {
  const now = { ms: 0 };
  const lines: string[] = [];
  const log = createLog({ level: 'warn', destination: { write: (line) => void lines.push(line) } });
  const one = createCredentialCare({ pool, durations: { dayMs: DAY_MS }, log, clock: () => now.ms });
  await one();
  await addToken(await addSource('okta'), 1);
  now.ms = MINUTE_MS - 1;
  await one();
  expect(lines).toHaveLength(0);
  now.ms = MINUTE_MS;
  await one();
  expect(lines).toHaveLength(1);
});
