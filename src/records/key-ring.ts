import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** What a key is used for. Each use has a subkey of its own, so that no two ever meet under one key. */
export type KeyUse = 'seal' | 'hash';

/**
 * Where subkeys come from. A KMS can stand behind it: unwrap its keys once at the start, then answer from memory.
 */
export interface KeyProvider {
  /** The newest key: it seals and hashes; all the others only open and compare. */
  readonly currentId: string;
  readonly ids: readonly string[];
  /** 32 bytes; undefined when the ring does not hold that id. */
  subkey(id: string, use: KeyUse): KeyObject | undefined;
}

interface RingKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** @param keys the newest first, their ids distinct, 32 bytes each */
export function createKeyRing(keys: readonly RingKey[]): KeyProvider {
  const [current] = keys;
  if (!current) throw new TypeError('a key ring needs a key');
  const subkeys = new Map(
    keys.flatMap(({ id, key }) => [
      [`seal:${id}`, derive(key, id, 'seal')],
      [`hash:${id}`, derive(key, id, 'hash')],
    ]),
  );
  return {
    currentId: current.id,
    ids: keys.map(({ id }) => id),
    subkey: (id, use) => subkeys.get(`${use}:${id}`),
  };
}

/** HKDF-SHA-256 (RFC 5869). The id is part of it: the same bytes under another id are another key. */
function derive(key: KeyObject, id: string, use: KeyUse): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', key, '', `hostkeeper|v1|${use}|${id}`, 32)));
}
