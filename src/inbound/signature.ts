import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

type Text = string | Uint8Array;

/** Lower-case hex. Several parts are signed as if they were one text, without copying them together. */
export function hmacSha256Hex(secret: string, ...parts: Text[]): string {
  const hmac = createHmac('sha256', secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest('hex');
}

/**
 * Equal or not, in a time that tells neither where the two differ nor how long the secret one is: what is
 * compared are their digests.
 */
export function isSameText(given: string, wanted: string): boolean {
  return timingSafeEqual(
    createHash('sha256').update(given).digest(),
    createHash('sha256').update(wanted).digest(),
  );
}
