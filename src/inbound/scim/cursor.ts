import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isId } from '../../records/is-id.js';
import { isSortKey } from './cursor-key.js';
import { refusal, type ScimError } from './error.js';

/** Where in a sorted list a page begins or ends. */
export interface Position {
  /** Of the row that it lies behind, or before; null: at the very start. */
  id: string | null;
  /** The row's sort key as text; null: it has none, or the list is not sorted. */
  key: string | null;
  /** Which way the page lies from there. */
  way: 'after' | 'before';
}

/** What a cursor says (RFC 9865 §2). */
export interface Cursor {
  position: Position;
  /** How many there were when the walk began. */
  total: number;
}

/** What a cursor is good for: whose list, of what, filtered and sorted how. Nobody else knows all of it. */
export type CursorScope = (string | null)[];

/** How long a walk may take from its first page on; published in ServiceProviderConfig. */
export const CURSOR_TIMEOUT_SECONDS = 86_400;

const DIGEST_LENGTH = 22;

/** Unreserved characters only. `now` in milliseconds. */
export function writeCursor(scope: CursorScope, { position, total }: Cursor, now: number): string {
  const { way, id, key } = position;
  const text = JSON.stringify([now, total, way, id, key]);
  return digestOf(scope, text) + Buffer.from(text).toString('base64url');
}

/**
 * `sortType`: PostgreSQL's, of the sort key; null: none. Throws `invalidCursor` for one that we did not give for this
 * very query, `expiredCursor` for one too old.
 */
export function readCursor(scope: CursorScope, cursor: string, sortType: string | null, now: number): Cursor {
  const text = Buffer.from(cursor.slice(DIGEST_LENGTH), 'base64url').toString();
  if (digestOf(scope, text) !== cursor.slice(0, DIGEST_LENGTH)) throw invalidCursor();
  const [at, total, way, id, key] = decode(text);
  if (key !== null && (id === null || !isSortKey(sortType, key))) throw invalidCursor();
  if (now > at + CURSOR_TIMEOUT_SECONDS * 1_000) {
    const detail = `the cursor is older than ${CURSOR_TIMEOUT_SECONDS} seconds; begin again with an empty one`;
    throw refusal('expiredCursor', detail);
  }
  return { position: { id, key, way }, total };
}

const CONTENT = z.tuple([
  z.number(),
  z.int().nonnegative(),
  z.enum(['after', 'before']),
  z.string().refine(isId).nullable(),
  z.string().nullable(),
]);

/** Whoever knows the scope can make one with anything in it. */
function decode(text: string): z.infer<typeof CONTENT> {
  try {
    return CONTENT.parse(JSON.parse(text));
  } catch (cause) {
    throw invalidCursor(cause);
  }
}

function digestOf(scope: CursorScope, text: string): string {
  return createHash('sha256')
    .update(JSON.stringify([...scope, text]))
    .digest('base64url')
    .slice(0, DIGEST_LENGTH);
}

const INVALID = `the cursor is none that was given for this query; send the nextCursor of the page before with the same \
filter and sort, or an empty one to begin`;

function invalidCursor(cause?: unknown): ScimError {
  return refusal('invalidCursor', INVALID, cause);
}
