import { createHmac } from 'node:crypto';

/** The value of `x-zm-signature`; `timestamp` is that of `x-zm-request-timestamp`, seconds as text. */
export function signWebhook(secret: string, timestamp: string, rawBody: string): string {
  return `v0=${hmacHex(secret, `v0:${timestamp}:${rawBody}`)}`;
}

/** What an endpoint must answer as `encryptedToken` to `endpoint.url_validation`. */
export function encryptToken(secret: string, plainToken: string): string {
  return hmacHex(secret, plainToken);
}

function hmacHex(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}
