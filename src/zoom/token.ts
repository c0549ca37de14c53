import type { Logger } from 'pino';
import { z } from 'zod';
import { type Answer, ZoomFailure } from './failure.js';
import { readJsonObject, readTokenFailure } from './read-failure.js';
import { send } from './send.js';

export interface StoredToken {
  token: string;
  expiresAt: Date;
  /** Empty when nobody told: a fixed token. */
  scopes: string[];
}

/** Where all our processes keep the one token. */
export interface TokenStore {
  read(): Promise<StoredToken | null>;
  /** Under a lock over all processes: reads again, and only if that is stale calls `make` and keeps what it gives. */
  refresh(make: () => Promise<StoredToken>, isStale: (token: StoredToken) => boolean): Promise<StoredToken>;
}

export interface AccessToken {
  /** @throws ZoomFailure, `sent: 'no'`, when none can be had */
  get(): Promise<StoredToken>;
  /** Zoom refused it, or it no longer tells the truth about our scopes: the next `get` brings another one. */
  invalidate(token: string): void;
}

export interface Credentials {
  tokenUrl: string;
  accountId: string;
  clientId: string;
  clientSecret: string;
}

interface Dependencies {
  credentials: Credentials;
  store: TokenStore;
  timeoutMs: number;
  /** Divides the safety margin before expiry; what Zoom calls a token's life is left as it is. */
  clockSpeed: number;
  log: Pick<Logger, 'info'>;
  clock?: () => Date;
}

/** A token this close to its end is renewed, so that none dies on the way to Zoom. */
const MARGIN_MS = 60_000;
/** How many refused tokens are remembered: late 401s come for one or two of them. */
const MAX_REFUSED = 8;

/** ZOOM_ACCESS_TOKEN: there is no other one to be had. */
export function createFixedToken(token: string): AccessToken {
  const fixed = { token, expiresAt: new Date(8.64e15), scopes: [] };
  return { get: () => Promise.resolve(fixed), invalidate() {} };
}

/**
 * The token of a server-to-server OAuth app: one for all processes, since a new one may end the life of the one
 * before. Concurrent callers share one renewal.
 */
export function createAccessToken(dependencies: Dependencies): AccessToken {
  const { store, clockSpeed, log, clock = () => new Date() } = dependencies;
  const refused = new Set<string>();
  let cached: StoredToken | null = null;
  let renewing: Promise<StoredToken> | null = null;

  function isStale({ token, expiresAt }: StoredToken): boolean {
    return refused.has(token) || expiresAt.getTime() - clock().getTime() <= MARGIN_MS / clockSpeed;
  }

  async function make(): Promise<StoredToken> {
    const made = await requestToken(dependencies, clock());
    log.info('zoom token renewed');
    return made;
  }

  async function renew(): Promise<StoredToken> {
    const kept = await store.read();
    return kept !== null && !isStale(kept) ? kept : await store.refresh(make, isStale);
  }

  return {
    async get() {
      if (cached !== null && !isStale(cached)) return cached;
      renewing ??= renew().finally(() => (renewing = null));
      return (cached = await renewing);
    },
    invalidate(token) {
      refused.add(token);
      const [oldest] = refused;
      if (refused.size > MAX_REFUSED && oldest !== undefined) refused.delete(oldest);
    },
  };
}

const tokenAnswer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.coerce.number().positive().catch(3_600),
  scope: z.string().catch(''),
});

/** Zoom takes the parameters in the body only; in the query they were refused or ended up in logs. */
async function requestToken(
  { credentials, timeoutMs }: Pick<Dependencies, 'credentials' | 'timeoutMs'>,
  now: Date,
): Promise<StoredToken> {
  const { tokenUrl, accountId, clientId, clientSecret } = credentials;
  const answer = await sendForToken({
    method: 'POST',
    url: new URL(tokenUrl),
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      'user-agent': 'hostkeeper',
    },
    body: new URLSearchParams({ grant_type: 'account_credentials', account_id: accountId }).toString(),
    timeoutMs,
  });
  const read = tokenAnswer.safeParse(answer.status === 200 ? readJsonObject(answer.body) : null);
  if (!read.success) throw readTokenFailure(answer, now);
  const { access_token: token, expires_in: lifeSeconds, scope } = read.data;
  return {
    token,
    expiresAt: new Date(now.getTime() + lifeSeconds * 1_000),
    scopes: scope.split(/\s+/).filter(Boolean),
  };
}

/** However it ends: the call that needed the token has not been sent. */
async function sendForToken(exchange: Parameters<typeof send>[0]): Promise<Answer> {
  try {
    return await send(exchange);
  } catch (error) {
    if (!(error instanceof ZoomFailure)) throw error;
    throw new ZoomFailure(error.code, { sent: 'no', cause: error.cause });
  }
}
