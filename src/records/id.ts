import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4096;
const ID_BYTES = 10;

/** UUIDs of version 7 (RFC 9562 §5.7): they sort by the time they were made, which keeps indexes dense. */
export function createIds(now: () => number = Date.now): () => string {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  return () => {
    if (used + ID_BYTES > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const random = pool.toString('hex', used, used + ID_BYTES);
    used += ID_BYTES;
    const time = now().toString(16).padStart(12, '0');
    const variant = '89ab'[Number.parseInt(random[3] as string, 16) & 3] as string;
    return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
  };
}

export const newId = createIds();
