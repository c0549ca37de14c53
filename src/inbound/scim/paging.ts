import { refusal } from './error.js';

export const DEFAULT_COUNT = 100;
export const MAX_COUNT = 200;

/** Which page is asked for: by its place (RFC 7644 §3.4.2.4), or by a cursor, "" for the first (RFC 9865 §2). */
export type Paging =
  { by: 'index'; startIndex: number; count: number } | { by: 'cursor'; cursor: string; count: number };

/**
 * By place, a startIndex below 1 is 1 and a count below 0 is 0; by cursor, a count below 1 is refused. More than
 * MAX_COUNT is MAX_COUNT. Throws `invalidValue` or `invalidCount`.
 */
export function readPaging(query: URLSearchParams): Paging {
  const cursor = query.get('cursor')?.trim();
  const startIndex = readInteger(query, 'startIndex') ?? 1;
  const count = readCount(query, cursor !== undefined);
  if (cursor === undefined) return { by: 'index', startIndex: Math.max(startIndex, 1), count };
  if (startIndex > 1) throw refusal('invalidValue', 'give startIndex or cursor, not both');
  return { by: 'cursor', cursor, count };
}

function readCount(query: URLSearchParams, isByCursor: boolean): number {
  const count = readInteger(query, 'count', isByCursor) ?? DEFAULT_COUNT;
  if (isByCursor && count < 1)
    throw refusal('invalidCount', `with a cursor, count must be between 1 and ${MAX_COUNT}`);
  return Math.min(Math.max(count, 0), MAX_COUNT);
}

function readInteger(query: URLSearchParams, name: string, isByCursor = false): number | undefined {
  const text = query.get(name)?.trim();
  if (text === undefined || text === '') return undefined;
  if (!/^[+-]?\d{1,15}$/.test(text))
    throw refusal(isByCursor ? 'invalidCount' : 'invalidValue', `${name} must be a whole number`);
  return Number(text);
}
