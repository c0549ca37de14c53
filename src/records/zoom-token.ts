import type pg from 'pg';
import { transaction, type Client } from './database.js';
import { SealError, type Seal } from './seal.js';

const COLUMN = 'zoom_token';

interface StoredToken {
  token: string;
  expiresAt: Date;
  scopes: string[];
}

interface Row {
  sealed: string;
  generation: number;
  scopes: string[];
  expires_at: Date;
}

/** A TokenStore of zoom/: the one token of all processes, sealed in PostgreSQL; it is renewed by one of them while the others wait. */
export function createZoomTokenStore({
  pool,
  seal,
  account,
}: {
  pool: pg.Pool;
  seal: Seal;
  account: string;
}) {
  const read = async (client: Client | pg.Pool) => {
    const { rows } = await client.query<Row>(
      'SELECT sealed, generation, scopes, expires_at FROM zoom_tokens WHERE account = $1',
      [account],
    );
    return rows[0] ?? null;
  };
  const open = (row: Row | null): StoredToken | null => {
    if (!row) return null;
    try {
      const token = seal.open(row.sealed, { owner: account, column: COLUMN, generation: row.generation });
      return { token, expiresAt: row.expires_at, scopes: row.scopes };
    } catch (error) {
      // A token is easily had again: one that does not open is none.
      if (error instanceof SealError) return null;
      throw error;
    }
  };
  return {
    read: async () => open(await read(pool)),
    refresh: (
      make: () => Promise<StoredToken>,
      isStale: (token: StoredToken) => boolean,
    ): Promise<StoredToken> =>
      transaction(pool, async (client) => {
        await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
          `zoom token ${account}`,
        ]);
        const row = await read(client);
        const known = open(row);
        if (known && !isStale(known)) return known;
        const made = await make();
        await save(client, made, (row?.generation ?? 0) + 1);
        return made;
      }),
  };

  async function save(
    client: Client,
    { token, scopes, expiresAt }: StoredToken,
    generation: number,
  ): Promise<void> {
    const sealed = seal.seal(token, { owner: account, column: COLUMN, generation });
    const text = `INSERT INTO zoom_tokens (account, sealed, generation, scopes, expires_at) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (account) DO UPDATE SET sealed = excluded.sealed, generation = excluded.generation, scopes = excluded.scopes,
        expires_at = excluded.expires_at`;
    await client.query(text, [account, sealed, generation, scopes, expiresAt]);
  }
}
