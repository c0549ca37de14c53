import { refusal } from './error.js';

export const DEFAULT_COUNT = 100;
export const MAX_COUNT = 200;

export interface Paging {
  startIndex: number;
  count: number;
}

/** RFC 7644 §3.4.2.4: a startIndex below 1 is 1, a count below 0 is 0. Throws `invalidValue`. */
export function readPaging(query: URLSearchParams): Paging {
  const startIndex = readInteger(query, 'startIndex') ?? 1;
  const count = readInteger(query, 'count') ?? DEFAULT_COUNT;
  return { startIndex: Math.max(startIndex, 1), count: Math.min(Math.max(count, 0), MAX_COUNT) };
}

function readInteger(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)?.trim();
  if (text === undefined || text === '') return undefined;
  if (!/^[+-]?\d{1,15}$/.test(text)) throw refusal('invalidValue', `${name} must be a whole number`);
  return Number(text);
}
