import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import { hmacSha256Hex } from '../../../src/inbound/signature.js';
import { zoom } from '../../../src/inbound/sources/zoom.js';

const SECRET = 'zoom-test-secret';
const SENT_AT_S = 1_700_000_000;
const NOW_MS = SENT_AT_S * 1000;
const WINDOW_MS = 300_000;

/** Zoom's documented shape, with the signature that belongs to it: computed once, elsewhere. */
const VECTOR = {
  body:
    '{"event":"user.created","event_ts":1700000000123,"payload":{"account_id":"AAAAAABBBB",' +
    '"operator":"admin@example.com","operator_id":"z8yCxjabcdEFGHfp8uQ","creation_type":"ssoCreate",' +
    '"object":{"id":"abcD3ojfdbjfg","first_name":"Jill","last_name":"Chill","email":"jchill@example.com","type":2}}}',
  signature: 'v0=1a31d81c0286d7f80af1c7714c7f70cdeea4f03015d479f043e7fd9192a61953',
};

interface Sent {
  timestamp?: string | undefined;
  signature?: string | string[] | undefined;
  body?: string;
  secrets?: string[];
  nowMs?: number;
  windowMs?: number;
}

function verify(sent: Sent = {}) {
  const { secrets = [SECRET], nowMs = NOW_MS, windowMs = WINDOW_MS } = sent;
  const headers = { 'x-zm-request-timestamp': String(SENT_AT_S), 'x-zm-signature': VECTOR.signature };
  const given = {
    ...headers,
    ...('timestamp' in sent && { 'x-zm-request-timestamp': sent.timestamp }),
    ...('signature' in sent && { 'x-zm-signature': sent.signature }),
  };
  return zoom.verify(
    { raw: Buffer.from(sent.body ?? VECTOR.body), headers: given },
    { secrets, nowMs, windowMs },
  );
}

function signed(timestamp: string, body = VECTOR.body, secret = SECRET): Sent {
  return { timestamp, body, signature: `v0=${hmacSha256Hex(secret, `v0:${timestamp}:${body}`)}` };
}

const FORGED = { genuine: false, code: 'WEBHOOK_SIGNATURE_INVALID' };
const STALE = { genuine: false, code: 'WEBHOOK_TIMESTAMP_STALE' };

describe("Zoom's signature", () => {
  test('is taken when it is that of the body', () => {
    expect(verify()).toEqual({ genuine: true, secret: SECRET });
  });

  test('may be of either secret during a rotation, and says which', () => {
    expect(verify({ secrets: ['newer', SECRET] })).toEqual({ genuine: true, secret: SECRET });
    expect(verify({ ...signed('1700000000', VECTOR.body, 'newer'), secrets: ['newer', SECRET] })).toEqual({
      genuine: true,
      secret: 'newer',
    });
  });

  test.each<[string, Sent]>([
    ['another body', { body: VECTOR.body.replace('jchill', 'mallory') }],
    ['the same JSON with other spaces', { body: JSON.stringify(JSON.parse(VECTOR.body), null, 1) }],
    ['another time', { timestamp: '1700000001' }],
    ['another secret', { secrets: ['other'] }],
    ['a secret that was retired', { secrets: ['newer', 'newest'] }],
    ['no secret at all', { secrets: [] }],
    ['an empty secret', { ...signed('1700000000', VECTOR.body, ''), secrets: [''] }],
    ['no signature', { signature: undefined }],
    ['an empty signature', { signature: '' }],
    ['no time', { timestamp: undefined }],
    ['a signature cut short', { signature: VECTOR.signature.slice(0, -1) }],
    ['a signature without its version', { signature: VECTOR.signature.slice(3) }],
    ['a signature sent twice', { signature: [VECTOR.signature, VECTOR.signature] }],
    ['a time that takes the beginning of the body', signed(`1700000000:${VECTOR.body.slice(0, 9)}`)],
    ['a time with a sign', signed('-1700000000')],
    ['a time that is not a number', signed('now')],
  ])('is refused for %s', (_what, sent) => {
    expect(verify(sent)).toMatchObject(FORGED);
  });

  test.each([
    ['just within the window', NOW_MS + WINDOW_MS],
    ['ahead of our clock, within the window', NOW_MS - WINDOW_MS],
  ])('is taken %s', (_when, nowMs) => {
    expect(verify({ nowMs })).toMatchObject({ genuine: true });
  });

  test.each([
    ['a moment too old', NOW_MS + WINDOW_MS + 1],
    ['a moment too far ahead', NOW_MS - WINDOW_MS - 1],
    ['replayed a day later', NOW_MS + 86_400_000],
  ])('is stale when %s', (_when, nowMs) => {
    expect(verify({ nowMs })).toMatchObject(STALE);
  });

  test('has a window that can be set', () => {
    expect(verify({ nowMs: NOW_MS + 3_600_000, windowMs: 5_400_000 })).toMatchObject({ genuine: true });
  });

  test('that is both forged and old is called forged: "stale" is said of Zoom alone', () => {
    expect(verify({ nowMs: NOW_MS + 86_400_000, secrets: ['other'] })).toMatchObject(FORGED);
  });

  test('may carry its time in milliseconds', () => {
    expect(verify(signed('1700000000999'))).toMatchObject({ genuine: true });
    expect(verify({ ...signed('1700000000999'), nowMs: NOW_MS + WINDOW_MS + 1000 })).toMatchObject(STALE);
  });

  test('is judged by its own time, never by that of the event: the last retry comes 85 minutes after it', () => {
    const body = JSON.stringify({ ...JSON.parse(VECTOR.body), event_ts: NOW_MS - 85 * 60_000 });
    expect(verify(signed('1700000000', body))).toMatchObject({ genuine: true });
  });
});

function challenge(plainToken: unknown): unknown {
  return { event: 'endpoint.url_validation', event_ts: 1, payload: { plainToken } };
}

describe("Zoom's URL validation", () => {
  test('is answered with the token and its HMAC', () => {
    expect(zoom.greet?.(challenge('qgg8vlvZRS6UYooatFL8Aw'), SECRET)).toEqual({
      answer: {
        plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
        encryptedToken: 'ae7c940e5051b2a17c1c49f4818fff9a88e210f5d820ff3c862635e27c93a4d9',
      },
    });
  });

  test.each([
    ['a notice in disguise', `v0:1700000000:${VECTOR.body}`],
    ['a short text with a colon', 'v0:1:{}'],
    ['more than 64 characters', 'x'.repeat(65)],
    ['nothing', ''],
    ['a number', 7],
    ['a list', ['qgg8vlvZRS6UYooatFL8Aw']],
    ['an object', { toString: 'x' }],
    ['null', null],
    ['undefined', undefined],
  ])('signs no plainToken that is %s', (_what, plainToken) => {
    expect(zoom.greet?.(challenge(plainToken), SECRET)).toEqual({ refused: expect.any(String) });
  });

  test.each([null, [], 'x', {}, { event: 'user.created', payload: { plainToken: 'x' } }])(
    'is not seen in %j',
    (body) => {
      expect(zoom.greet?.(body, SECRET)).toBeNull();
    },
  );
});

describe('a repeat', () => {
  const delivery = { raw: Buffer.from(VECTOR.body), headers: {} };

  test('is known by its bytes alone, whenever it was signed', () => {
    const again = { raw: Buffer.from(VECTOR.body), headers: { 'x-zm-trackingid': 'other' } };
    expect(zoom.identify(again, SECRET)).toEqual(zoom.identify(delivery, SECRET));
    expect(zoom.identify({ raw: Buffer.from(`${VECTOR.body} `), headers: {} }, SECRET)).not.toEqual(
      zoom.identify(delivery, SECRET),
    );
  });

  test('is known by a keyed hash, so that the host key in a body cannot be found by trying', () => {
    expect(zoom.identify(delivery, 'other')).not.toEqual(zoom.identify(delivery, SECRET));
    expect(zoom.identify(delivery, SECRET)).toEqual({
      value: expect.stringMatching(/^[0-9a-f]{64}$/),
      byHash: true,
    });
  });
});
