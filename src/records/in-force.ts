import type pg from 'pg';
import { query } from './database.js';

/** More than anybody has, and few enough to hold. */
const MAX_KNOWN = 100_000;
/** A credential that was just made is known this much later at most. */
const AGE_MS = 1_000;

/** A name of a source has fewer characters than a hash. */
const IN_FORCE = `
(SELECT encode(hash, 'hex') AS credential FROM tokens
  WHERE revoked_at IS NULL AND coalesce(expires_at > now(), true) ORDER BY id DESC LIMIT ${MAX_KNOWN})
UNION ALL SELECT encode(secret_hash, 'hex') FROM oauth_clients WHERE revoked_at IS NULL
UNION ALL SELECT encode(previous_hash, 'hex') FROM oauth_clients WHERE revoked_at IS NULL AND previous_until > now()
UNION ALL SELECT name FROM sources WHERE removed_at IS NULL AND secret IS NOT NULL`;

/**
 * Whether a credential is in force: the SHA-256 of a token or of a client's secret in hex, or the name of a source
 * that signs. However many are asked about, all are read at most once a second: for callers who guess.
 *
 * @throws StoreUnavailable
 */
export function createInForce(
  pool: pg.Pool,
  clock: () => number = () => performance.now(),
): (credential: string) => Promise<boolean> {
  let read: { until: number; credentials: Promise<ReadonlySet<string>> } | undefined;
  return async (credential) => {
    if (!read || read.until <= clock()) read = { until: clock() + AGE_MS, credentials: readAll(pool) };
    return (await read.credentials).has(credential);
  };
}

async function readAll(pool: pg.Pool): Promise<ReadonlySet<string>> {
  const rows = await query<{ credential: string }>(pool, { name: 'in-force', text: IN_FORCE });
  return new Set(rows.map((row) => row.credential));
}
