import { randomUUID } from 'node:crypto';
import {
  Agent as HttpAgent,
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Webhook } from './options.js';
import { signWebhook } from './signature.js';

/** `failure` says why there was no answer: a transport error, or none within Zoom's three seconds. */
export type PostResult = { timestamp: string } & ({ status: number; body: string } | { failure: string });

export interface Poster {
  /** Signs with the present second and sends; never rejects. */
  post(webhook: Webhook, rawBody: string): Promise<PostResult>;
  stop(): void;
}

const TIMEOUT_MS = 3_000;
const MAX_ANSWER_LENGTH = 64_000;
/** More than these wait for a free connection, and their three seconds have not begun. */
const MAX_CONNECTIONS = 64;

export function createPoster(): Poster {
  // No keep-alive: a connection that the receiver closes just then would look like a delivery that failed.
  const http = { request: httpRequest, agent: new HttpAgent({ maxSockets: MAX_CONNECTIONS }) };
  const https = { request: httpsRequest, agent: new HttpsAgent({ maxSockets: MAX_CONNECTIONS }) };
  const open = new Set<ClientRequest>();

  function start(webhook: Webhook, timestamp: string, rawBody: string): ClientRequest {
    const { request, agent } = webhook.url.startsWith('https:') ? https : http;
    const headers = signedHeaders(webhook.secret, timestamp, rawBody);
    const started = request(webhook.url, { method: 'POST', agent, headers });
    open.add(started);
    return started.once('close', () => open.delete(started));
  }

  return {
    async post(webhook, rawBody) {
      const timestamp = String(Math.floor(Date.now() / 1_000));
      try {
        return { timestamp, ...(await exchange(start(webhook, timestamp, rawBody), rawBody)) };
      } catch (error) {
        return { timestamp, failure: error instanceof Error ? error.message : String(error) };
      }
    },
    stop() {
      for (const request of open) request.destroy(new Error('the rehearsal is over'));
    },
  };
}

async function exchange(request: ClientRequest, rawBody: string): Promise<{ status: number; body: string }> {
  let timer: NodeJS.Timeout | undefined;
  request.once('socket', () => {
    timer = setTimeout(() => request.destroy(new Error('no answer within 3 s')), TIMEOUT_MS).unref();
  });
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.on('response', resolve);
      request.on('error', reject);
      request.end(rawBody);
    });
    return { status: response.statusCode ?? 0, body: await readAnswer(response) };
  } finally {
    clearTimeout(timer);
  }
}

async function readAnswer(response: IncomingMessage): Promise<string> {
  let body = '';
  response.setEncoding('utf8');
  for await (const chunk of response as AsyncIterable<string>) {
    if (body.length < MAX_ANSWER_LENGTH) body += chunk;
  }
  return body;
}

function signedHeaders(secret: string, timestamp: string, rawBody: string): Record<string, string> {
  return {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(rawBody)),
    'user-agent': 'Zoom Marketplace/1.0a',
    'x-zm-request-timestamp': timestamp,
    'x-zm-signature': signWebhook(secret, timestamp, rawBody),
    'x-zm-trackingid': `v=2.0;clid=aw1;rid=WEB_${randomUUID().replaceAll('-', '')}`,
  };
}
