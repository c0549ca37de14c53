import { got, type Agents } from 'got';
import type { Answer } from './failure.js';
import { readTransportFailure } from './read-failure.js';

/** A page of 300 users takes about a third of this. */
const MAX_BODY_BYTES = 1_048_576;

export interface Exchange {
  method: 'GET' | 'PATCH' | 'POST';
  url: URL;
  headers: Record<string, string>;
  body?: string;
  /** From here to the answer's last byte. */
  timeoutMs: number;
  agent?: Agents;
}

type Stream = ReturnType<typeof got.stream>;

/**
 * One HTTP exchange: no retries, no redirects, no more of the answer than we care to read. Any status is an answer.
 *
 * @throws ZoomFailure when there was none
 */
export async function send({ timeoutMs, url, ...exchange }: Exchange): Promise<Answer> {
  const stream = got.stream(url, {
    ...exchange,
    timeout: { request: timeoutMs },
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
  });
  try {
    return await readAnswer(stream);
  } catch (error) {
    throw readTransportFailure(error, wasConnected(stream, url));
  }
}

async function readAnswer(stream: Stream): Promise<Answer> {
  const body = await readBody(stream);
  const { response } = stream;
  if (response === undefined) throw new Error('the stream ended before the answer began');
  return { status: response.statusCode, headers: response.headers, body };
}

/** Null when it is too long; leaving the loop early closes the connection. */
async function readBody(stream: Stream): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Until then not a byte of the request can have reached anybody. */
function wasConnected({ timings, reusedSocket }: Stream, { protocol }: URL): boolean {
  if (timings?.connect === undefined) return false;
  return protocol !== 'https:' || timings.secureConnect !== undefined || reusedSocket === true;
}
