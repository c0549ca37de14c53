import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedWebhook {
  headers: IncomingHttpHeaders;
  body: string;
}

/** `hang` takes the request and never answers; `reset` cuts the connection. */
export type Reaction = { status: number; body?: string } | 'hang' | 'reset';

export interface Receiver {
  url: string;
  received: ReceivedWebhook[];
  close(): Promise<void>;
}

/** The other end of Zoom's webhooks; `react` says what the n-th delivery (from 0) is answered. */
export async function startReceiver(
  react: (webhook: ReceivedWebhook, n: number) => Reaction,
): Promise<Receiver> {
  const received: ReceivedWebhook[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const webhook = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
    const reaction = react(webhook, received.push(webhook) - 1);
    if (reaction === 'hang') return;
    if (reaction === 'reset') return void response.destroy();
    response.writeHead(reaction.status).end(reaction.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/zoom`,
    received,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
