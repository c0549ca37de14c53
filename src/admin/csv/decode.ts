import { TextDecoder } from 'node:util';

/** Bytes that tell the encoding: a mark, or the NUL of a first letter that takes two bytes. */
const MARK_LENGTH = 4;

/**
 * A file as text, in the encodings that spreadsheets and PowerShell write: UTF-8 and UTF-16 with a byte order mark or
 * without. What is no character there becomes U+FFFD, to be refused where it matters.
 */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let first = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (decoder) {
      yield decoder.decode(chunk, { stream: true });
      continue;
    }
    first = Buffer.concat([first, chunk]);
    if (first.length < MARK_LENGTH) continue;
    decoder = new TextDecoder(encodingOf(first));
    yield decoder.decode(first, { stream: true });
  }
  yield decoder ? decoder.decode() : new TextDecoder(encodingOf(first)).decode(first);
}

function encodingOf(first: Buffer): string {
  const [a, b] = first;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0 && b !== 0) return 'utf-16be';
  return b === 0 ? 'utf-16le' : 'utf-8';
}
