import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { type RequestHandler, Router } from 'express';
import { createApp, type AppParts } from '../../src/http/app.js';
import { readJson } from '../../src/http/body.js';
import { Problem } from '../../src/http/problem.js';
import { createLog } from '../../src/log.js';
import { serving } from './serving.js';

const SECRET = 's3cret-7391528460';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

type Ask = (path: string, init?: RequestInit) => Promise<Answer>;

/** An app on a real port, with what it logged in the end. */
async function withApp(parts: Partial<AppParts>, work: (ask: Ask, url: string) => Promise<void>) {
  let written = '';
  const log = createLog({ level: 'debug', destination: { write: (line) => void (written += line) } });
  const app = createApp({ log, routes: [], ...parts });
  await serving(app, (url) =>
    work(async (path, init) => {
      const response = await fetch(url + path, init);
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json');
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: isJson && text ? JSON.parse(text) : {},
      };
    }, url),
  );
  const lines = written.split('\n').filter(Boolean);
  return { written, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

const failing =
  (error: unknown): RequestHandler =>
  () => {
    throw error;
  };
const say: RequestHandler = (request, response) =>
  void response.json({ ip: request.ip, query: request.query });

describe('every answer', () => {
  test('has safe headers, does not say what made it, and carries the request id', async () => {
    await withApp({ routes: [['/say', say]] }, async (ask) => {
      for (const path of ['/say', '/nothing']) {
        const { headers } = await ask(path);
        expect(headers.get('x-powered-by')).toBeNull();
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
        expect(headers.get('content-security-policy')).not.toContain('unsafe');
        expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      }
    });
  });

  test('keeps a request id that a proxy gave, and replaces one that does not belong in a log', async () => {
    await withApp({ routes: [['/say', say]] }, async (ask) => {
      const idFor = async (id: string) =>
        (await ask('/say', { headers: { 'x-request-id': id } })).headers.get('x-request-id');
      expect(await idFor('edge-0123.abc')).toBe('edge-0123.abc');
      for (const id of ['short', 'x'.repeat(65), 'has blank in it', '{"a":1}xxxx'])
        expect(await idFor(id)).not.toBe(id);
    });
  });
});

test('a proxy on this machine is believed about the caller, and queries are plain text', async () => {
  await withApp({ routes: [['/say', say]] }, async (ask) => {
    const { body } = await ask('/say?a[b]=1&a[b]=2&__proto__=3', {
      headers: { 'x-forwarded-for': '203.0.113.9' },
    });
    expect(body).toEqual({ ip: '203.0.113.9', query: { 'a[b]': ['1', '2'], ['__proto__']: '3' } });
  });
});

describe('an error', () => {
  test('is a problem with code and request id, and no word of its cause', async () => {
    const error = new Problem({
      status: 503,
      code: 'DATABASE_DOWN',
      detail: 'try again soon',
      headers: { 'Retry-After': '5' },
      cause: new Error(SECRET),
    });
    const { lines } = await withApp({ routes: [['/x', failing(error)]] }, async (ask) => {
      const { status, headers, body, text } = await ask('/x');
      expect(status).toBe(503);
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(headers.get('retry-after')).toBe('5');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(body).toEqual({
        title: 'Service Unavailable',
        status: 503,
        detail: 'try again soon',
        code: 'DATABASE_DOWN',
        requestId: headers.get('x-request-id'),
      });
      expect(text).not.toContain(SECRET);
    });
    expect(lines[0]).toMatchObject({
      level: 'warn',
      code: 'DATABASE_DOWN',
      err: { cause: { message: SECRET } },
    });
  });

  test.each([
    ['an Error', new Error(SECRET)],
    ['an Error with a status of its own', Object.assign(new Error(SECRET), { status: 500 })],
    ['a text', SECRET],
    ['null', null],
  ])(
    'nobody foresaw is a 500 that says nothing, and is logged with the request id: %s',
    async (_what, error) => {
      const { lines } = await withApp(
        { routes: [['/x', async () => Promise.reject(error)]] },
        async (ask) => {
          const { status, body, text, headers } = await ask('/x');
          expect([status, body.code]).toEqual([500, 'UNEXPECTED']);
          expect(body.requestId).toBe(headers.get('x-request-id'));
          expect(text).not.toContain(SECRET);
        },
      );
      expect(lines.filter(({ level }) => level === 'error')).toEqual([
        expect.objectContaining({ code: 'UNEXPECTED', msg: 'request failed', requestId: expect.any(String) }),
      ]);
    },
  );

  test('of another folder means what the composer says it means', async () => {
    const explain = (error: unknown) =>
      error instanceof RangeError
        ? new Problem({ status: 409, code: 'CLASH', detail: 'no', cause: error })
        : undefined;
    await withApp({ explain, routes: [['/x', failing(new RangeError(SECRET))]] }, async (ask) => {
      expect((await ask('/x')).body.code).toBe('CLASH');
    });
  });

  test('after the answer has begun cuts it short rather than passing for whole', async () => {
    const begin: RequestHandler = (_request, response) => {
      response.write('half');
      throw new Error('late');
    };
    const { lines } = await withApp({ routes: [['/x', begin]] }, async (ask) => {
      await expect(ask('/x')).rejects.toThrow();
    });
    expect(lines.map(({ msg, outcome }) => [msg, outcome])).toEqual([
      ['request failed', undefined],
      ['request answered', 'aborted'],
    ]);
  });

  test('an unknown path, and a path that cannot be read, are the caller’s', async () => {
    const routes: AppParts['routes'] = [['/', Router().get('/people/:id', say)]];
    const { lines } = await withApp({ routes }, async (ask) => {
      expect((await ask('/nothing')).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
      expect((await ask('/people/%ff')).body).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    });
    expect(lines.map(({ level, code }) => [level, code])).toEqual([
      ['info', 'NOT_FOUND'],
      ['info', 'BAD_REQUEST'],
    ]);
  });

  test('of a HEAD request has no body', async () => {
    await withApp({}, async (ask) =>
      expect(await ask('/', { method: 'HEAD' })).toMatchObject({ status: 404, text: '' }),
    );
  });
});

describe('a body that cannot be taken', () => {
  const read: RequestHandler = async (request, response) =>
    void response.json(await readJson(request, { limitBytes: 100 }));

  test.each([
    [`{"${SECRET}":`, {}, 400, 'BODY_NOT_JSON'],
    ['x'.repeat(101), {}, 413, 'BODY_TOO_LARGE'],
    ['{"__proto__":1}', {}, 400, 'BODY_FORBIDDEN_KEY'],
    ['"\\u0000"', {}, 400, 'BODY_BAD_TEXT'],
    ['['.repeat(90), {}, 400, 'BODY_TOO_DEEP'],
    ['{}', { 'content-encoding': 'br' }, 415, 'BODY_UNSUPPORTED'],
    ['{}', { 'content-type': 'application/json; charset=koi8-r' }, 415, 'BODY_UNSUPPORTED'],
  ])('is a problem with its code: %s %#', async (body, headers, status, code) => {
    await withApp({ routes: [['/x', read]] }, async (ask) => {
      const answer = await ask('/x', { method: 'POST', body, headers });
      expect(answer.body).toMatchObject({ status, code });
      expect(answer.text).not.toContain(SECRET);
    });
  });
});

describe('the request log', () => {
  test('has one line a request: no query, no headers, no body, no mail address, no token', async () => {
    const headers = { authorization: `Bearer ${SECRET}`, cookie: SECRET };
    const { lines, written } = await withApp({ routes: [['/scim', say]] }, async (ask) => {
      await ask(`/scim/v2/Users?filter=${SECRET}`, { method: 'POST', headers, body: SECRET });
      await ask('/scim/zoe@example.com/x/zoe%40example.com');
      await ask(`/scim/hk_${SECRET}`);
    });
    expect(lines).toHaveLength(3);
    expect(lines[0]).toEqual({
      level: 'info',
      time: expect.any(String),
      requestId: expect.any(String),
      method: 'POST',
      path: '/scim/v2/Users',
      status: 200,
      durationMs: expect.any(Number),
      msg: 'request answered',
    });
    expect(lines.slice(1).map(({ path }) => path)).toEqual(['/scim/…/x/…', '/scim/…']);
    expect(written).not.toMatch(/s3cret|zoe/);
  });

  test('names the code and the source that a handler left in locals', async () => {
    const handler: RequestHandler = (_request, response) => {
      Object.assign(response.locals, { code: 'uniqueness', source: 'okta' });
      response.status(409).end();
    };
    const { lines } = await withApp({ routes: [['/x', handler]] }, async (ask) => void (await ask('/x')));
    expect(lines[0]).toMatchObject({ status: 409, code: 'uniqueness', source: 'okta' });
  });

  test('is quiet about probes that are answered well', async () => {
    const { lines } = await withApp({ routes: [['/livez', say]] }, async (ask) => {
      await ask('/livez');
      await ask('/readyz');
    });
    expect(lines.map(({ level, path }) => [level, path])).toEqual([
      ['debug', '/livez'],
      ['info', '/readyz'],
    ]);
  });

  test('tells a caller who went away from one who was answered', async () => {
    const { lines } = await withApp(
      { routes: [['/x', (request) => void request.socket.destroy()]] },
      async (_ask, url) => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1');
        socket.write('GET /x HTTP/1.1\r\nHost: a\r\n\r\n');
        await once(socket, 'close');
      },
    );
    expect(lines[0]).toMatchObject({ outcome: 'aborted' });
    expect(lines[0]).not.toHaveProperty('status');
  });
});
