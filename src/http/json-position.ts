interface Reader {
  readonly text: string;
  at: number;
}

const BLANK = /[ \t\n\r]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/**
 * Where a text stops being JSON (RFC 8259): the index of the first character that cannot stand there, or the length
 * when the text ends too early. For error messages, since JSON.parse names no position for most mistakes, and
 * quotes the text instead. It recurses: call it only when the depth is known to be small.
 */
export function findJsonError(text: string): number {
  const reader = { text, at: 0 };
  if (takeValue(reader)) take(reader, BLANK);
  return reader.at;
}

/** The same as an editor counts: "line 2, column 7", both from 1. */
export function placeOfJsonError(text: string): string {
  const lines = text.slice(0, findJsonError(text)).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`;
}

/** Each `take` moves on over what it found, or stays at the place of the error and says false. */
function take(reader: Reader, token: RegExp): boolean {
  token.lastIndex = reader.at;
  if (!token.test(reader.text)) return false;
  reader.at = token.lastIndex;
  return true;
}

function takeCharacter(reader: Reader, character: string): boolean {
  take(reader, BLANK);
  if (reader.text[reader.at] !== character) return false;
  reader.at++;
  return true;
}

function takeValue(reader: Reader): boolean {
  if (takeCharacter(reader, '{')) return takeItems(reader, '}', takeMember);
  if (takeCharacter(reader, '[')) return takeItems(reader, ']', takeValue);
  return reader.text[reader.at] === '"' ? takeString(reader) : take(reader, SCALAR);
}

function takeItems(reader: Reader, end: string, takeItem: (reader: Reader) => boolean): boolean {
  if (takeCharacter(reader, end)) return true;
  do {
    if (!takeItem(reader)) return false;
  } while (takeCharacter(reader, ','));
  return takeCharacter(reader, end);
}

function takeMember(reader: Reader): boolean {
  return takeString(reader) && takeCharacter(reader, ':') && takeValue(reader);
}

function takeString(reader: Reader): boolean {
  if (!takeCharacter(reader, '"')) return false;
  for (;;) {
    const character = reader.text[reader.at];
    if (character === '"') return takeCharacter(reader, '"');
    if (character === '\\' ? !take(reader, ESCAPE) : character === undefined || character < ' ') return false;
    if (character !== '\\') reader.at++;
  }
}
