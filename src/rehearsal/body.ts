import type { IncomingMessage } from 'node:http';

const MAX_BODY_BYTES = 1_000_000;

export type Body = Buffer | 'too large' | 'caller gone';

/** The whole body, of which no more than a megabyte is ever kept. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    }
  } catch {
    return 'caller gone';
  }
  return size > MAX_BODY_BYTES ? 'too large' : Buffer.concat(chunks);
}

/** `undefined` for what is not JSON: Zoom gives one and the same answer to that and to JSON of a wrong type. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
