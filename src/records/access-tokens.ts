import type pg from 'pg';
import { query } from './database.js';

/** What a source gets short-lived tokens with. */
export interface OauthClient {
  id: string;
  name: string;
  sourceId: string;
  sourceName: string;
  /** SHA-256 of the current secret, and while a rotation lasts of the one before. */
  secretHashes: Buffer[];
  expiresAt: Date | null;
  /** The clients of a removed source count as revoked. */
  revokedAt: Date | null;
}

export interface NewAccessToken {
  id: string;
  hash: Buffer;
  scopes: string[];
  expiresAt: Date;
}

const FIND = `
SELECT c.id, c.name, c.source_id AS "sourceId", s.name AS "sourceName", c.secret_hash AS secret,
  CASE WHEN c.previous_until > now() THEN c.previous_hash END AS previous, c.expires_at AS "expiresAt",
  coalesce(c.revoked_at, s.removed_at) AS "revokedAt"
FROM oauth_clients c JOIN sources s ON s.id = c.source_id WHERE c.id = $1`;

type Row = Omit<OauthClient, 'secretHashes'> & { secret: Buffer; previous: Buffer | null };

/**
 * @param id a UUID
 * @throws StoreUnavailable
 */
export async function findOauthClient(pool: pg.Pool, id: string): Promise<OauthClient | undefined> {
  const [row] = await query<Row>(pool, { name: 'find-oauth-client', text: FIND, values: [id] });
  if (!row) return undefined;
  const { secret, previous, ...client } = row;
  return { ...client, secretHashes: previous ? [secret, previous] : [secret] };
}

/** That the client was used is noted to the minute, as with tokens. */
const GIVE = `
WITH noted AS (UPDATE oauth_clients SET last_used_at = now()
  WHERE id = $4 AND coalesce(last_used_at < now() - interval '1 minute', true))
INSERT INTO tokens (id, name, source_id, client_id, hash, scopes, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`;

/**
 * Keeps a token that is good until it expires, or until its client or source is no longer in force.
 *
 * @throws StoreUnavailable
 */
export async function giveAccessToken(
  pool: pg.Pool,
  client: Pick<OauthClient, 'id' | 'name' | 'sourceId'>,
  { id, hash, scopes, expiresAt }: NewAccessToken,
): Promise<void> {
  const values = [id, client.name, client.sourceId, client.id, hash, scopes, expiresAt];
  await query(pool, { name: 'give-access-token', text: GIVE, values });
}

/** For a while a client is told that its token has expired; then nobody knows it. */
const FORGET = `
DELETE FROM tokens WHERE id IN (SELECT id FROM tokens
  WHERE client_id IS NOT NULL AND expires_at < now() - interval '1 hour' LIMIT $1 FOR UPDATE SKIP LOCKED)`;

/** Deletes some of the tokens that expired long ago. How many there were. */
export async function forgetExpired(pool: pg.Pool, limit: number): Promise<number> {
  return (await pool.query({ name: 'forget-expired', text: FORGET, values: [limit] })).rowCount ?? 0;
}
