import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createFixedToken } from '../../src/zoom/token.js';
import { closeAll, closeLater, createClient, digits, findUser, setKey } from './clients.js';

afterEach(closeAll);

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeLater(() => new Promise((closed) => server.close(closed)));
  return (server.address() as AddressInfo).port;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  const port = await listen(server);
  closeLater(() => server.closeAllConnections());
  return `http://127.0.0.1:${port}/any/prefix/v2`;
}

const token = createFixedToken('fixed');

test('a set carries host_key and nothing else', async () => {
  const bodies: string[] = [];
  const apiUrl = await serve((request, response) => {
    request
      .setEncoding('utf8')
      .on('data', (chunk: string) => bodies.push(`${request.method} ${request.url} ${chunk}`));
    request.on('end', () => response.writeHead(204).end());
  });
  await setKey(createClient({ apiUrl: `${apiUrl}/`, token }).client, 'a/b');
  expect(bodies).toEqual([`PATCH /any/prefix/v2/users/a%2Fb {"host_key":"${digits}"}`]);
});

test('one connection serves one call after the other', async () => {
  const sockets = new Set<unknown>();
  const apiUrl = await serve((request, response) => {
    sockets.add(request.socket);
    response.writeHead(204).end();
  });
  const { client } = createClient({ apiUrl, token });
  for (let i = 0; i < 3; i++) await setKey(client, 'abc');
  expect(sockets.size).toBe(1);
});

test('redirects are not followed: the key goes nowhere else', async () => {
  let arrived = 0;
  const elsewhere = await serve((_, response) => (arrived++, response.writeHead(204).end()));
  const apiUrl = await serve((_, response) => response.writeHead(307, { location: elsewhere }).end());
  await expect(setKey(createClient({ apiUrl, token }).client, 'abc')).rejects.toMatchObject({
    code: 'ZOOM_UNREADABLE',
  });
  expect(arrived).toBe(0);
});

test('an answer that trickles is cut off in time', async () => {
  const apiUrl = await serve((_, response) => {
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  });
  const startedAt = performance.now();
  const { client } = createClient({ apiUrl, token, timeoutMs: 200 });
  await expect(findUser(client, 'abc')).rejects.toMatchObject({ code: 'ZOOM_TIMEOUT', sent: 'unanswered' });
  expect(performance.now() - startedAt).toBeLessThan(1_500);
});

test('an answer without an end is read to a megabyte and no further', async () => {
  let written = 0;
  const apiUrl = await serve((_, response) => {
    const chunk = Buffer.alloc(65_536, ' ');
    const more = () => {
      while (!response.destroyed && response.write(chunk)) written += chunk.length;
    };
    response.on('drain', more);
    more();
  });
  await expect(findUser(createClient({ apiUrl, token }).client, 'abc')).rejects.toMatchObject({
    code: 'ZOOM_UNREADABLE',
  });
  expect(written).toBeLessThan(16 * 1_048_576);
});

test('nobody listening, or no TLS where it was asked for: not sent', async () => {
  const gone = createClient({ apiUrl: 'http://127.0.0.1:1/v2', token }).client;
  await expect(setKey(gone, 'abc')).rejects.toMatchObject({ code: 'ZOOM_UNREACHABLE', sent: 'no' });
  const server = createTcpServer((socket) =>
    socket
      .on('error', () => {})
      .resume()
      .end('this is not TLS'),
  );
  const plain = createClient({ apiUrl: `https://127.0.0.1:${await listen(server)}/v2`, token }).client;
  await expect(setKey(plain, 'abc')).rejects.toMatchObject({ code: 'ZOOM_UNREACHABLE', sent: 'no' });
});

test('what is not HTTP may have been applied', async () => {
  const server = createTcpServer((socket) =>
    socket.on('error', () => {}).on('data', () => socket.end('gibberish\r\n\r\n')),
  );
  const { client } = createClient({ apiUrl: `http://127.0.0.1:${await listen(server)}/v2`, token });
  await expect(setKey(client, 'abc')).rejects.toMatchObject({
    code: 'ZOOM_CONNECTION_LOST',
    sent: 'unanswered',
  });
});
