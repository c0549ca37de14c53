import { createSecretKey, type KeyObject } from 'node:crypto';
import { BadSetting } from './errors.js';

export interface EncryptionKey {
  readonly id: string;
  /** 32 bytes; a KeyObject, since it prints as nothing. */
  readonly key: KeyObject;
}

/** An id stands in sealed texts (`v1.<id>.…`) and hashes (`<id>:…`), so it holds neither dot nor colon. */
const FORM = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_-]{43}=?)$/;

/**
 * Reads `id:base64(32 bytes)[,older...]`, the newest first: it seals, all of them open. base64url will do too.
 *
 * @throws BadSetting
 */
export function parseEncryptionKeys(text: string): readonly EncryptionKey[] {
  const keys = text.split(',').map(parseKey);
  if (new Set(keys.map(({ id }) => id)).size < keys.length) throw new BadSetting('has the same id twice');
  return keys;
}

function parseKey(entry: string, index: number): EncryptionKey {
  const [, id, base64] = FORM.exec(entry.trim()) ?? [];
  if (id === undefined || base64 === undefined) {
    throw new BadSetting(`entry ${index + 1} must be id:base64 of 32 bytes (openssl rand -base64 32)`);
  }
  return { id, key: createSecretKey(Buffer.from(base64, 'base64')) };
}
