import { EventEmitter, once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { BodyError } from '../../src/http/body-error.js';
import { readBody, readJson } from '../../src/http/body.js';
import { serving } from './serving.js';

const LIMIT = 1_000;

const listener: RequestListener = (request, response) => {
  const answer = (status: number, text: string): void => void response.writeHead(status).end(text);
  const isRaw = request.url === '/raw';
  const reading = isRaw ? readBody(request, { limitBytes: LIMIT }) : readJson(request, { limitBytes: LIMIT });
  reading.then(
    (body) => answer(200, Buffer.isBuffer(body) ? body.toString('hex') : JSON.stringify(body)),
    (error: unknown) =>
      error instanceof BodyError ? answer(error.status, error.code) : answer(500, String(error)),
  );
};

type Chunks = readonly (string | Uint8Array)[];

/** Chunks are sent without a Content-Length, one after the other. */
async function post(
  body: Buffer | string | Chunks,
  headers: Record<string, string> = {},
  path = '/',
): Promise<string> {
  const isStream = Array.isArray(body);
  const stream = isStream
    ? ReadableStream.from(body.map((chunk: string | Uint8Array) => Buffer.from(chunk as string)))
    : body;
  return serving(listener, async (url) => {
    const response = await fetch(url + path, {
      method: 'POST',
      body: stream as never,
      headers,
      duplex: 'half',
    } as RequestInit);
    return `${response.status} ${await response.text()}`;
  });
}

describe('a body', () => {
  test('is read to the last byte, raw or as JSON', async () => {
    expect(await post(Buffer.from([0, 255, 10]), {}, '/raw')).toBe('200 00ff0a');
    expect(await post('{"a":"ä"}')).toBe('200 {"a":"ä"}');
    expect(await post('', {}, '/raw')).toBe('200 ');
  });

  test('may come in pieces, cut in the middle of a character', async () => {
    const bytes = Buffer.from('{"a":"😀"}');
    expect(await post([bytes.subarray(0, 8), bytes.subarray(8, 9), bytes.subarray(9)])).toBe(
      '200 {"a":"😀"}',
    );
  });

  test.each([
    'application/json',
    'application/scim+json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'text/plain',
  ])('is taken as %s', async (type) => {
    expect(await post('{}', { 'content-type': type })).toBe('200 {}');
  });

  test('in another charset or compressed is refused', async () => {
    expect(await post('{}', { 'content-type': 'application/json; charset=utf-16le' })).toBe(
      '415 BODY_UNSUPPORTED',
    );
    expect(await post(gzipSync('{}'), { 'content-encoding': 'gzip' })).toBe('415 BODY_UNSUPPORTED');
    expect(await post('{}', { 'content-encoding': 'identity' })).toBe('200 {}');
  });
});

describe('a body beyond the limit', () => {
  const exact = JSON.stringify('x'.repeat(LIMIT - 2));

  test('by one byte is refused, at the limit is taken', async () => {
    expect(await post(exact)).toBe(`200 ${exact}`);
    expect(await post(`${exact} `)).toBe('413 BODY_TOO_LARGE');
  });

  test('is refused while it comes, when its length was not told before', async () => {
    expect(await post([exact])).toBe(`200 ${exact}`);
    expect(await post([exact, ' '])).toBe('413 BODY_TOO_LARGE');
  });

  test('lets the sender finish and read the answer, and the connection serve the next request', async () => {
    expect(await post('x'.repeat(2_000_000))).toBe('413 BODY_TOO_LARGE');
    const next = await serving(listener, async (url) => {
      const { port } = new URL(url);
      const socket = connect(Number(port), '127.0.0.1');
      let answers = '';
      socket.on('data', (chunk) => (answers += String(chunk)));
      socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n${' '.repeat(5000)}`);
      socket.end('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}');
      await once(socket, 'close');
      return answers.match(/HTTP\/1\.1 \d+/g);
    });
    expect(next).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
  });
});

test('a sender that goes away in the middle is an error, and nothing hangs', async () => {
  const socket = new Socket();
  const failing = new EventEmitter();
  const read: RequestListener = (request) => {
    readJson(request).catch((error: unknown) => failing.emit('failed', error));
    request.once('data', () => socket.destroy());
  };
  const [failure] = await serving(read, async (url) => {
    const failed = once(failing, 'failed');
    socket.connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"a":');
    return failed;
  });
  expect(failure).toMatchObject({ code: 'BODY_ABORTED', status: 400 });
});
