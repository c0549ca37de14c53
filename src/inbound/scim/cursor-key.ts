import { isId } from '../../records/is-id.js';

/** As PostgreSQL writes it, of the years that attributes can have; in some time zone the first may begin BC. */
const TIMESTAMP =
  /^(\d{4}|10000)-(\d\d)-(\d\d) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?[-+](?:0\d|1[0-5])(?::[0-5]\d){0,2}( BC)?$/;

const NUMERIC = /^-?\d{1,1000}(?:\.\d{1,1000})?$/;

/** By the type of a sort key: whether a text can be one, and be read again by PostgreSQL. */
const FORMS: Record<string, (key: string) => boolean> = {
  text: (key) => !key.includes('\0'),
  numeric: (key) => NUMERIC.test(key),
  boolean: (key) => key === 'true' || key === 'false',
  timestamptz: isTimestamp,
  uuid: isId,
};

/** `type`: PostgreSQL's, of what a list is sorted by; null: it is not sorted, and has no keys. */
export function isSortKey(type: string | null, key: string): boolean {
  return type !== null && FORMS[type]?.(key) === true;
}

function isTimestamp(key: string): boolean {
  const [, digits, month, day, isBefore] = TIMESTAMP.exec(key) ?? [];
  const year = isBefore ? 1 - Number(digits) : Number(digits);
  if (year < 0 || Number(digits) === 0) return false;
  // 400 years later the calendar is the same, and Date.UTC takes the year for what it is.
  const date = new Date(Date.UTC(year + 400, Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}
