import type pg from 'pg';
import type { Log } from '../log.js';
import { query } from './database.js';
import { createTogether } from './together.js';

export interface FoundToken {
  id: string;
  name: string;
  /** Of a token that a source speaks with. */
  sourceId: string | null;
  sourceName: string | null;
  scopes: string[];
  expiresAt: Date | null;
  /** The tokens of a removed source, or of a client that was revoked, count as revoked. */
  revokedAt: Date | null;
}

interface TokenRow extends FoundToken {
  hash: Buffer;
  unnoted: boolean;
}

const FIND = `
SELECT t.hash, t.id, t.name, t.source_id AS "sourceId", s.name AS "sourceName", t.scopes, t.expires_at AS "expiresAt",
  coalesce(t.revoked_at, s.removed_at, c.revoked_at) AS "revokedAt",
  t.revoked_at IS NULL AND coalesce(t.expires_at > now(), true)
    AND coalesce(t.last_used_at < now() - interval '1 minute', true) AS unnoted
FROM tokens t LEFT JOIN sources s ON s.id = t.source_id LEFT JOIN oauth_clients c ON c.id = t.client_id
WHERE t.hash = ANY ($1::bytea[])`;

const NOTE_USE = `
UPDATE tokens SET last_used_at = now() WHERE id = ANY ($1::uuid[])
  AND coalesce(last_used_at < now() - interval '1 minute', true)`;

/** Finds a token by its SHA-256. Throws StoreUnavailable. */
export type FindToken = (hash: Buffer) => Promise<FoundToken | undefined>;

export interface TokenFinderOptions {
  pool: pg.Pool;
  log: Log;
  /** A directory sends its requests in bursts; a token that is revoked is refused this much later at most. */
  cacheMs?: number;
  /** In milliseconds, from any start. */
  clock?: () => number;
}

const CACHE_MS = 1_000;

/** What is asked for in one turn shares one query; a token that was found is remembered for a moment. */
export function createTokenFinder(options: TokenFinderOptions): FindToken {
  const { cacheMs = CACHE_MS, clock = () => performance.now() } = options;
  const ask = createTokenQuery(options);
  const hot = new Map<string, { until: number; found: FoundToken }>();
  return async (hash) => {
    const key = hash.toString('latin1');
    const known = hot.get(key);
    if (known && known.until > clock()) return known.found;
    hot.delete(key);
    const found = await ask(hash);
    // Only tokens that there are: what anybody may send must not fill our memory.
    if (found && cacheMs > 0) hot.set(key, { until: clock() + cacheMs, found });
    return found;
  };
}

function createTokenQuery({ pool, log }: Pick<TokenFinderOptions, 'pool' | 'log'>): FindToken {
  const noteUse = createUseNotes(pool, log);
  return createTogether(async (hashes: Buffer[]) => {
    const rows = await findRows(pool, hashes);
    const found = new Map(rows.map((row) => [row.hash.toString('hex'), row]));
    noteUse(rows.filter((row) => row.unnoted).map((row) => row.id));
    return hashes.map((hash) => toFound(found.get(hash.toString('hex'))));
  });
}

async function findRows(pool: pg.Pool, asked: Buffer[]): Promise<TokenRow[]> {
  const hashes = [...new Map(asked.map((hash) => [hash.toString('hex'), hash])).values()];
  return query<TokenRow>(pool, { name: 'find-tokens', text: FIND, values: [hashes] });
}

function toFound(row: TokenRow | undefined): FoundToken | undefined {
  if (!row) return undefined;
  const { hash: _hash, unnoted: _unnoted, ...found } = row;
  return found;
}

/** When a token was last used, to the minute; nobody waits for it, and a failure only makes it older. */
function createUseNotes(pool: pg.Pool, log: Log): (ids: string[]) => void {
  const noting = new Set<string>();

  const note = async (ids: string[]) => {
    for (const id of ids) noting.add(id);
    try {
      await pool.query({ name: 'note-token-use', text: NOTE_USE, values: [ids] });
    } catch (error) {
      log.warn({ err: error }, 'use of a token not noted');
    } finally {
      for (const id of ids) noting.delete(id);
    }
  };
  return (used) => {
    const ids = used.filter((id) => !noting.has(id));
    if (ids.length > 0) void note(ids);
  };
}
