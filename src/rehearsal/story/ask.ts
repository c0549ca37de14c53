import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

export interface Question {
  method: string;
  url: string;
  headers: Record<string, string>;
  /** Goes out as it is. */
  body?: string;
}

export interface Reply {
  status: number;
  /** The parsed body; undefined when it is not JSON. */
  json: unknown;
}

const TIMEOUT_MS = 20_000;

/** One HTTP request with exactly these headers: `fetch` would add its own to what an IdP's client sends. */
export async function ask({ method, url, headers, body = '' }: Question): Promise<Reply> {
  const length = body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  // No keep-alive: a connection that the service closes just then would look like a failure of the service.
  const started = request(url, {
    method,
    agent: false,
    headers: { ...headers, ...length },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  started.end(body);
  const [response] = (await once(started, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return { status: response.statusCode ?? 0, json: parseJson(Buffer.concat(chunks).toString('utf8')) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
