import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { KeyProvider } from './key-ring.js';

const VERSION = 'v1';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORM = /^v1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;

/** Where a sealed text belongs. It opens nowhere else: not in another row or column, not as an older generation. */
export interface Place {
  /** The Zoom user, or whoever else the text belongs to. */
  readonly owner: string;
  readonly column: string;
  readonly generation: number;
}

export interface Seal {
  /** @returns `v1.<key id>.<nonce>.<ciphertext and tag>`, the last two in base64url */
  seal(text: string, place: Place): string;
  /** @throws SealError */
  open(sealed: string, place: Place): string;
  /** @returns `<key id>:<HMAC-SHA-256 in hex>`, to be looked for among `keyedHashes`: the ring may have moved on */
  keyedHash(value: string, context: string): string;
  /** The same under every key of the ring, newest first: one of them equals any stored hash of this value. */
  keyedHashes(value: string, context: string): string[];
}

/** A text that does not open: its key is not in the ring, it was changed, or it stands where it was not put. */
export class SealError extends Error {
  override readonly name = 'SealError';
  readonly code = 'KEY_UNREADABLE';
}

/** AES-256-GCM under the ring's newest key, with a random nonce, bound to its place. */
export function createSeal(keys: KeyProvider): Seal {
  return {
    seal: (text, place) => seal(keys, text, place),
    open: (sealed, place) => open(keys, sealed, place),
    keyedHash: (value, context) => hash(keys, keys.currentId, value, context),
    keyedHashes: (value, context) => keys.ids.map((id) => hash(keys, id, value, context)),
  };
}

function seal(keys: KeyProvider, text: string, place: Place): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keys.subkey(keys.currentId, 'seal')!, nonce).setAAD(bytesOf(place));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return [VERSION, keys.currentId, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
}

function open(keys: KeyProvider, sealed: string, place: Place): string {
  const [, keyId, nonceText, bodyText] = FORM.exec(sealed) ?? [];
  const nonce = readExactly(nonceText);
  const body = readExactly(bodyText);
  if (keyId === undefined || nonce?.length !== NONCE_BYTES || !body || body.length < TAG_BYTES) {
    throw new SealError('this is not a sealed text');
  }
  const key = keys.subkey(keyId, 'seal');
  if (!key) throw new SealError('the key of this sealed text is not in the ring');
  const aad = bytesOf(place);
  try {
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(aad)
      .setAuthTag(body.subarray(-TAG_BYTES));
    return decipher.update(body.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch (cause) {
    throw new SealError('the sealed text was changed, or belongs elsewhere', { cause });
  }
}

/** The place as additional authenticated data. Column and generation cannot hold the separator, so it is unambiguous. */
function bytesOf({ owner, column, generation }: Place): Buffer {
  if (column.includes('|') || !Number.isSafeInteger(generation))
    throw new TypeError('this is no place for a sealed text');
  return Buffer.from(`${VERSION}|${owner}|${column}|${generation}`);
}

/** Node forgives stray bits and characters in base64url; a sealed text has one spelling only. */
function readExactly(base64url: string | undefined): Buffer | undefined {
  if (base64url === undefined) return undefined;
  const bytes = Buffer.from(base64url, 'base64url');
  return bytes.toString('base64url') === base64url ? bytes : undefined;
}

function hash(keys: KeyProvider, keyId: string, value: string, context: string): string {
  const hmac = createHmac('sha256', keys.subkey(keyId, 'hash')!);
  return `${keyId}:${hmac.update(`${context.length}|${context}|${value}`).digest('hex')}`;
}
