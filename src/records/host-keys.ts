import type { Log } from '../log.js';
import { chooseHostKey, HostKey } from '../lifecycle/host-key.js';
import { SealError, type Seal } from './seal.js';

const COLUMN = 'host_key';

/** Everything done with the digits of host keys, short of showing or sending them. */
export interface HostKeys {
  /** One of those that `isFormer` does not know. */
  draw(isFormer?: (key: HostKey) => boolean): HostKey;
  seal(key: HostKey, zoomUserId: string, generation: number): string;
  /** Null when no key of the ring opens it: then it counts as not held (KEY_UNREADABLE). */
  open(sealed: string, zoomUserId: string, generation: number): HostKey | null;
  hash(key: HostKey, zoomUserId: string): string;
  /** Its hashes under every key of the ring, to be found among stored ones. */
  hashes(key: HostKey, zoomUserId: string): string[];
}

export interface HostKeysOptions {
  seal: Seal;
  length: number;
  /** A whole number from 0 to 9, from a cryptographic source. */
  randomDigit: () => number;
  log: Log;
}

export function createHostKeys({ seal, length, randomDigit, log }: HostKeysOptions): HostKeys {
  const alertOnce = createUnreadableAlert(log);
  const place = (owner: string, generation: number) => ({ owner, column: COLUMN, generation });
  return {
    draw: (isFormer) => chooseHostKey(length, randomDigit, isFormer),
    seal: (key, zoomUserId, generation) => seal.seal(key.reveal(), place(zoomUserId, generation)),
    open(sealed, zoomUserId, generation) {
      try {
        return HostKey.parse(seal.open(sealed, place(zoomUserId, generation)));
      } catch (error) {
        if (!(error instanceof SealError)) throw error;
        alertOnce(error, `${zoomUserId} ${generation}`);
        return null;
      }
    },
    hash: (key, zoomUserId) => seal.keyedHash(key.reveal(), zoomUserId),
    hashes: (key, zoomUserId) => seal.keyedHashes(key.reveal(), zoomUserId),
  };
}

const MAX_KNOWN = 10_000;

/** A key that is looked up again and again, or tried again and again, alerts once in a process. */
function createUnreadableAlert(log: Log): (error: SealError, which: string) => void {
  const known = new Set<string>();
  return (error, which) => {
    const fields = { code: error.code, err: error };
    if (known.has(which)) return log.warn(fields, 'host key could not be opened');
    if (known.size >= MAX_KNOWN) known.clear();
    known.add(which);
    log.alert(error.code, fields, 'host key could not be opened');
  };
}
