import { randomBytes } from 'node:crypto';
import type { Webhook } from './options.js';
import type { Poster } from './post.js';
import { encryptToken } from './signature.js';

export interface UrlValidation {
  valid: boolean;
  /** Absent when there was no answer. */
  status?: number;
  /** Why not. */
  reason?: string;
}

/** What Zoom does when a subscription is saved, and every 72 hours after. */
export async function validateUrl(poster: Poster, webhook: Webhook): Promise<UrlValidation> {
  const plainToken = randomBytes(16).toString('base64url');
  const challenge = { event: 'endpoint.url_validation', event_ts: Date.now(), payload: { plainToken } };
  const result = await poster.post(webhook, JSON.stringify(challenge));
  if (!('status' in result)) return { valid: false, reason: result.failure };
  if (result.status !== 200) return { valid: false, status: result.status, reason: 'the status is not 200' };
  const expected = { plainToken, encryptedToken: encryptToken(webhook.secret, plainToken) };
  const valid = isAnswer(result.body, expected);
  return { valid, status: 200, ...(valid ? {} : { reason: 'the answer is not the encrypted token' }) };
}

function isAnswer(body: string, expected: Record<string, string>): boolean {
  try {
    const answer = JSON.parse(body) as Record<string, unknown> | null;
    return Object.entries(expected).every(([name, value]) => answer?.[name] === value);
  } catch {
    return false;
  }
}
