import { randomBytes } from 'node:crypto';
import { type Answer, zoomError } from './answer.js';
import type { Settings } from './options.js';

interface Token {
  expiresAtMs: number;
  scopes: readonly string[];
}

export interface Tokens {
  issue(): string;
  /** Every token given out so far is too old from now on. */
  expireAll(): void;
  /** The refusal an `Authorization` header earns, or `undefined` when it may call. */
  refuse(authorization: string | undefined, scopes?: readonly string[]): Answer | undefined;
}

const REMEMBERED = 1_000;

export function createTokens({ settings }: { settings: Settings }): Tokens {
  const tokens = new Map<string, Token>();

  return {
    issue() {
      if (settings.newTokenKillsOld) tokens.clear();
      const [oldest] = tokens.keys();
      if (oldest !== undefined && tokens.size >= REMEMBERED) tokens.delete(oldest);
      const token = randomBytes(48).toString('base64url');
      tokens.set(token, { expiresAtMs: Date.now() + settings.tokenLifetimeMs, scopes: [...settings.scopes] });
      return token;
    },
    expireAll() {
      for (const token of tokens.values()) token.expiresAtMs = 0;
    },
    refuse(authorization, scopes) {
      const token = tokens.get(/^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '');
      if (token === undefined) return zoomError(401, 124, 'Invalid access token.');
      if (token.expiresAtMs <= Date.now()) return zoomError(401, 124, 'Access token is expired.');
      if (scopes === undefined || scopes.some((scope) => token.scopes.includes(scope))) return undefined;
      return zoomError(400, 4711, `Invalid access token, does not contain scopes:[${scopes[0]}].`);
    },
  };
}
