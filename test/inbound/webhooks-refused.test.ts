import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { hmacSha256Hex } from '../../src/inbound/signature.js';
import { fixture, KEPT, NOW, OLD_SECRET, SECRET, sign, withDoor } from './door.js';

const created = fixture('user-created-sso');

describe('a notice that is not proven', () => {
  const early = new Date(NOW.getTime() - 301_000);
  test.each<[string, string, Record<string, string>, string]>([
    ['forged', created, sign(created, 'guessed'), 'WEBHOOK_SIGNATURE_INVALID'],
    ['unsigned', created, {}, 'WEBHOOK_SIGNATURE_INVALID'],
    ['changed', created.replace('Mina.Okafor', 'Eve.Mallory'), sign(created), 'WEBHOOK_SIGNATURE_INVALID'],
    ['written anew', JSON.stringify(JSON.parse(created)), sign(created), 'WEBHOOK_SIGNATURE_INVALID'],
    [
      'given another time',
      created,
      { ...sign(created, SECRET, early), 'x-zm-request-timestamp': String(NOW.getTime() / 1000) },
      'WEBHOOK_SIGNATURE_INVALID',
    ],
    ['stale', created, sign(created, SECRET, early), 'WEBHOOK_TIMESTAMP_STALE'],
    ['forged and not JSON', 'not JSON', sign('not JSON', 'guessed'), 'WEBHOOK_SIGNATURE_INVALID'],
  ])('%s: 401, counted, and nothing is kept', (_what, body, headers, code) =>
    withDoor(async ({ send, kept, logged }) => {
      const answer = await send(body, headers);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([401, 'application/problem+json']);
      expect(await answer.json()).toMatchObject({ status: 401, code, requestId: expect.any(String) });
      expect(kept).toEqual([]);
      expect(logged()).toMatch(new RegExp(`"source":"zoom".*"code":"${code}".*"notice refused"`));
      expect(logged()).not.toMatch(/okafor|mallory|not JSON/i);
    }),
  );

  test('replayed when its window is over is stale, though it was genuine', async () => {
    let now = NOW;
    await withDoor(
      async ({ post, kept }) => {
        expect(await post(created, sign(created))).toEqual(KEPT);
        now = new Date(NOW.getTime() + 301_000);
        const replay = await post(created, sign(created));
        expect(replay).toMatchObject({ status: 401, body: { code: 'WEBHOOK_TIMESTAMP_STALE' } });
        expect(kept).toHaveLength(1);
      },
      { now: () => now },
    );
  });

  test('cannot be proven to a source that has no secret, not even by an empty one', () =>
    withDoor(async ({ post, kept }) => {
      const answer = await post(created, sign(created, ''), '/webhooks/zoom-without-secret');
      expect(answer).toMatchObject({ status: 401 });
      expect(kept).toEqual([]);
    }));

  test('has a window that can be set', () =>
    withDoor(async ({ post }) => expect(await post(created, sign(created, SECRET, early))).toEqual(KEPT), {
      windowMs: 600_000,
    }));
});

function challenge(plainToken: unknown): string {
  return JSON.stringify({ event: 'endpoint.url_validation', event_ts: 1, payload: { plainToken } });
}

describe("Zoom's URL validation", () => {
  test.each([SECRET, OLD_SECRET])('is answered with the secret that signed it, and not kept', (secret) =>
    withDoor(async ({ post, kept }) => {
      const body = fixture('url-validation');
      const { plainToken } = (JSON.parse(body) as { payload: { plainToken: string } }).payload;
      expect(await post(body, sign(body, secret))).toEqual({
        status: 200,
        body: { plainToken, encryptedToken: hmacSha256Hex(secret, plainToken) },
      });
      expect(kept).toEqual([]);
    }),
  );

  test('signs no forged notice for anybody, whether the asker is Zoom or not', () =>
    withDoor(async ({ post, kept }) => {
      const timestamp = NOW.getTime() / 1000;
      const wanted = hmacSha256Hex(SECRET, `v0:${timestamp}:${created}`);
      const body = challenge(`v0:${timestamp}:${created}`);
      const unsigned = await post(body, {});
      expect(unsigned).toMatchObject({ status: 401, body: { code: 'WEBHOOK_SIGNATURE_INVALID' } });
      const signed = await post(body);
      expect(signed).toMatchObject({ status: 400, body: { code: 'WEBHOOK_CHALLENGE_REFUSED' } });
      expect(JSON.stringify([unsigned.body, signed.body])).not.toContain(wanted);
      expect(kept).toEqual([]);
    }));

  test.each([[challenge('x'.repeat(65))], [challenge(5)], [challenge(null)], [challenge('a:b')]])(
    'is refused for %s',
    (body) =>
      withDoor(async ({ post }) =>
        expect(await post(body)).toMatchObject({
          status: 400,
          body: { code: 'WEBHOOK_CHALLENGE_REFUSED' },
        }),
      ),
  );
});

describe('an address without a source', () => {
  test.each(['nobody', 'okta', 'ZOOM', 'a%00b', '%0d%0a', '..%2Fzoom', 'x'.repeat(101)])(
    '/webhooks/%s is a 404 that tells nothing more',
    (name) =>
      withDoor(async ({ post, kept }) => {
        const { status, body } = await post(created, sign(created), `/webhooks/${name}`);
        const { requestId, ...shown } = body;
        expect({ status, shown }).toEqual({
          status: 404,
          shown: {
            title: 'Not Found',
            status: 404,
            code: 'SOURCE_UNKNOWN',
            detail: 'no source of this name takes webhooks here',
          },
        });
        expect(requestId).toEqual(expect.any(String));
        expect(kept).toEqual([]);
      }),
  );

  test('no text that PostgreSQL refuses is looked up', async () => {
    const asked: string[] = [];
    const findSource = async (name: string) => {
      asked.push(name);
      return null;
    };
    await withDoor(async ({ post }) => void (await post(created, {}, '/webhooks/a%00b')), { findSource });
    expect(asked).toEqual([]);
  });

  test('a path that is no text is a bad request', () =>
    withDoor(async ({ post }) =>
      expect(await post(created, {}, '/webhooks/%E0')).toMatchObject({
        status: 400,
        body: { code: 'BAD_REQUEST' },
      }),
    ));
});

describe('a body that cannot be read', () => {
  const deep = `${'['.repeat(1000)}${']'.repeat(1000)}`;
  test.each<[string, string | Uint8Array, number, string]>([
    ['empty', '', 400, 'BODY_NOT_JSON'],
    ['cut short', created.slice(0, -5), 400, 'BODY_NOT_JSON'],
    ['a form', 'event=user.deleted', 400, 'BODY_NOT_JSON'],
    ['of depth 1,000', deep, 400, 'BODY_TOO_DEEP'],
    ['with __proto__', '{"event":"x","__proto__":{"a":1}}', 400, 'BODY_FORBIDDEN_KEY'],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400, 'BODY_BAD_TEXT'],
    ['of 2 MB', `"${'x'.repeat(2_000_000)}"`, 413, 'BODY_TOO_LARGE'],
  ])('%s: is refused by name, though it was signed', (_what, body, status, code) =>
    withDoor(async ({ post, kept }) => {
      expect(await post(body)).toMatchObject({ status, body: { code } });
      expect(kept).toEqual([]);
    }),
  );

  test('compressed: is refused, since the signature is over the plain bytes', () =>
    withDoor(async ({ post }) => {
      const headers = { ...sign(created), 'content-encoding': 'gzip' };
      expect(await post(gzipSync(created), headers)).toMatchObject({ status: 415 });
    }));
});
