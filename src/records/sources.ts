import type pg from 'pg';
import { query } from './database.js';
import { SealError, type Seal } from './seal.js';
import { secretPlace } from './source-rows.js';

export interface WebhookSource {
  id: string;
  name: string;
  kind: string;
  /** The current one first, and while a rotation lasts the one before. */
  secrets: string[];
}

export interface WebhookSourcesOptions {
  pool: pg.Pool;
  seal: Seal;
  /** In milliseconds, from any start. */
  clock?: () => number;
}

/** Webhooks come in bursts; a rotation or removal is noticed this much later at most. */
const CACHE_MS = 1_000;
/** Names come from the path, so anybody may ask for any. */
const MAX_CACHED = 1_000;

const FIND = `
SELECT id, name, kind, secret, secret_generation AS generation,
  CASE WHEN previous_until > now() THEN previous_secret END AS previous
FROM sources WHERE name = $1 AND removed_at IS NULL AND secret IS NOT NULL`;

interface SourceRow {
  id: string;
  name: string;
  kind: string;
  secret: string;
  generation: number;
  previous: string | null;
}

interface Cached {
  until: number;
  found: Promise<WebhookSource | null>;
}

/**
 * The sources that sign what they send, by name.
 *
 * @throws StoreUnavailable, or SealError when no key of the ring opens a secret
 */
export function createWebhookSources({
  pool,
  seal,
  clock = () => performance.now(),
}: WebhookSourcesOptions): (name: string) => Promise<WebhookSource | null> {
  const cache = new Map<string, Cached>();
  return (name) => {
    const now = clock();
    const known = cache.get(name);
    if (known && known.until > now) return known.found;
    if (cache.size >= MAX_CACHED) cache.clear();
    const found = find(pool, seal, name);
    cache.set(name, { until: now + CACHE_MS, found });
    found.catch(() => cache.delete(name));
    return found;
  };
}

async function find(pool: pg.Pool, seal: Seal, name: string): Promise<WebhookSource | null> {
  const statement = { name: 'find-webhook-source', text: FIND, values: [name] };
  const [row] = await query<SourceRow>(pool, statement);
  if (!row) return null;
  const { id, kind, secret, generation, previous } = row;
  const secrets = [seal.open(secret, secretPlace(id, generation))];
  if (previous) secrets.push(...openPrevious(seal, previous, id, generation - 1));
  return { id, name: row.name, kind, secrets };
}

/** The one before is a courtesy: when no key of the ring opens it, the current one still holds. */
function openPrevious(seal: Seal, previous: string, id: string, generation: number): string[] {
  try {
    return [seal.open(previous, secretPlace(id, generation))];
  } catch (error) {
    if (error instanceof SealError) return [];
    throw error;
  }
}
