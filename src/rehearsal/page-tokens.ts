import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.js';

interface Page {
  query: string;
  after: number;
  expiresAtMs: number;
}

/** `query` is everything else that was asked: a token is good only for the same question again. */
export interface PageTokens {
  issue(query: string, after: number): string;
  /** Where the page begins; `undefined` for a token that is unknown, older than 15 minutes, or of another query. */
  read(token: string, query: string): number | undefined;
}

const LIFETIME_MS = 15 * 60_000;

export function createPageTokens({ clock }: { clock: Clock }): PageTokens {
  const pages = new Map<string, Page>();

  function forgetExpired(): void {
    for (const [token, page] of pages) {
      if (page.expiresAtMs > Date.now()) return;
      pages.delete(token);
    }
  }

  return {
    issue(query, after) {
      forgetExpired();
      const token = randomBytes(24).toString('base64');
      pages.set(token, { query, after, expiresAtMs: Date.now() + clock.scaled(LIFETIME_MS) });
      return token;
    },
    read(token, query) {
      const page = pages.get(token);
      if (page === undefined || page.query !== query || page.expiresAtMs <= Date.now()) return undefined;
      return page.after;
    },
  };
}
