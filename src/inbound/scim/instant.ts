/** What `instantOf` reads, save for days that no month has, as a regular expression of PostgreSQL. */
export const INSTANT =
  '^(?!0000)\\d{4}-\\d\\d-\\d\\dT(([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d+)?|24:00:00(\\.(0{1,5}|0{6}\\d*))?)' +
  '(Z|[-+]((0\\d|1[0-3]):[0-5]\\d|14:00))?$';

const FORM = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|([+-])(\d\d):(\d\d))?$/;

/** Lists are compared again and again with the same few times. */
const MAX_REMEMBERED = 1_000;
const remembered = new Map<string, number | undefined>();

/**
 * The instant that an xsd:dateTime of four-digit years means (RFC 7643 §2.3.5), in microseconds since 1970; without a
 * time zone it is UTC. Undefined: the text is none.
 */
export function instantOf(text: string): number | undefined {
  if (remembered.has(text)) return remembered.get(text);
  const instant = readInstant(text);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(text, instant);
  return instant;
}

function readInstant(text: string): number | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const part = (index: number) => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const fraction = (match[7] ?? '').slice(0, 6).padEnd(6, '0');
  const isMidnight = hour === 24 && minute === 0 && second === 0 && Number(fraction) === 0;
  const [zoneHour, zoneMinute] = [part(10), part(11)];
  const isValid =
    year >= 1 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysIn(year, month) &&
    (hour < 24 || isMidnight) &&
    minute < 60 &&
    second < 60 &&
    zoneMinute < 60 &&
    zoneHour * 60 + zoneMinute <= 14 * 60;
  if (!isValid) return undefined;
  const offset = (zoneHour * 60 + zoneMinute) * (match[9] === '-' ? -1 : 1);
  const seconds = startOf(year, month, day) + (hour * 60 + minute - offset) * 60 + second;
  return seconds * 1_000_000 + Number(fraction);
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}

/** Date.UTC takes years below 100 for those of the 20th century; 400 years later the calendar is the same. */
function startOf(year: number, month: number, day: number): number {
  const DAYS_IN_400_YEARS = 146_097;
  return Date.UTC(year + 400, month - 1, day) / 1_000 - DAYS_IN_400_YEARS * 86_400;
}
