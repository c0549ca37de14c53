import { refusal } from './error.js';

export const DEFAULT_COUNT = 100;
export const MAX_COUNT = 200;

/** Which page is asked for: by its place (RFC 7644 §3.4.2.4), or by a cursor, "" for the first (RFC 9865 §2). */
export type Paging =
  { by: 'index'; startIndex: number; count: number } | { by: 'cursor'; cursor: string; count: number };

/**
 * A startIndex below 1 is 1, a count below 0 is 0, and one above MAX_COUNT is MAX_COUNT. Throws `invalidValue` for what
 * is no number, and `invalidCount` where that is the count of a page by cursor.
 */
export function readPaging(query: URLSearchParams): Paging {
  const cursor = query.get('cursor')?.trim();
  const startIndex = readInteger(query, 'startIndex') ?? 1;
  if (Number.isNaN(startIndex)) throw refusal('invalidValue', 'startIndex must be a whole number');
  const count = readCount(query, cursor !== undefined);
  if (cursor === undefined) return { by: 'index', startIndex: Math.max(startIndex, 1), count };
  if (startIndex > 1) throw refusal('invalidValue', 'give startIndex or cursor, not both');
  return { by: 'cursor', cursor, count };
}

function readCount(query: URLSearchParams, isByCursor: boolean): number {
  const count = readInteger(query, 'count') ?? DEFAULT_COUNT;
  const detail = 'count must be a whole number';
  if (Number.isNaN(count))
    throw isByCursor ? refusal('invalidCount', detail) : refusal('invalidValue', detail);
  return Math.min(Math.max(count, 0), MAX_COUNT);
}

/** NaN: it is none. */
function readInteger(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)?.trim();
  if (text === undefined || text === '') return undefined;
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : NaN;
}
