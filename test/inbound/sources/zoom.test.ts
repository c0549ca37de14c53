import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
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

function fixture(name: string): { event: string; event_ts: number; payload: Record<string, unknown> } {
  return JSON.parse(readFileSync(new URL(`../../fixtures/zoom/${name}.json`, import.meta.url), 'utf8'));
}

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

  test.each([null, [], 'x', {}, fixture('user-created-sso')])('is not seen in %j', (body) => {
    expect(zoom.greet?.(body, SECRET)).toBeNull();
  });
});

const MINA = {
  record: 'Zq3mInA-7fK_t',
  subject: 'mina.okafor@northwind.example',
  mail: 'mina.okafor@northwind.example',
  name: 'Mina Okafor',
  sequence: 0,
};

describe("the standings of Zoom's users", () => {
  test.each([
    ['user-created-sso', 'created', 'active', 'active'],
    ['user-created-by-admin', 'created', 'active', 'active'],
    ['user-invitation-accepted', 'created', 'active', 'active'],
    ['user-activated', 'created', 'active', 'active'],
    ['user-deactivated', 'removed', 'gone', 'inactive'],
    ['user-deleted', 'removed', 'gone', 'gone'],
    ['user-disassociated', 'removed', 'gone', 'gone'],
  ])('%s: %s, so the record is %s and the Zoom user %s', (name, type, standing, zoomStanding) => {
    const body = fixture(name);
    const shown = name === 'user-created-by-admin' ? { name: 'Mina O.' } : {};
    const occurredAt = new Date(body.event_ts);
    expect(zoom.read(body).events).toStrictEqual([
      { ...MINA, ...shown, occurredAt, type, standing, zoomStanding },
    ]);
  });

  test.each([
    ['without a mail', { email: undefined }, { subject: MINA.record }],
    ['with a mail of null', { email: null }, { subject: MINA.record }],
    ['with an empty mail', { email: '' }, { subject: MINA.record }],
  ])('a leaver %s is still a leaver', (_what, patch, expected) => {
    const [event] = zoom.read(withUser('user-deleted', patch)).events;
    expect(event).toMatchObject({ type: 'removed', standing: 'gone', ...expected });
    expect(event).not.toHaveProperty('mail');
  });

  test.each([[5], [{}], ['a\0b'], ['\ud800']])('a name of %j costs no event', (first_name) => {
    const { events } = zoom.read(withUser('user-deleted', { first_name }));
    expect(events).toMatchObject([{ type: 'removed', record: MINA.record }]);
    expect(JSON.stringify(events)).not.toMatch(/\\u0000|\\ud800/);
  });
});

function withUser(name: string, patch: Record<string, unknown>): unknown {
  const body = fixture(name);
  return {
    ...body,
    payload: { ...body.payload, object: { ...(body.payload['object'] as object), ...patch } },
  };
}

describe('user.updated', () => {
  test('a changed mail is told of the user in object, whatever old_object says', () => {
    expect(zoom.read(fixture('user-updated-mail')).events).toStrictEqual([
      {
        type: 'changed',
        record: MINA.record,
        subject: 'mina.lund@northwind.example',
        mail: 'mina.lund@northwind.example',
        occurredAt: new Date(1767258360901),
        sequence: 0,
      },
    ]);
  });

  test('a changed name is told when it is told whole', () => {
    expect(zoom.read(fixture('user-updated-names')).events).toMatchObject([
      { type: 'changed', name: 'Mina Lund' },
    ]);
    expect(zoom.read(fixture('user-updated-last-name')).events).toEqual([]);
  });

  test('a host key is seen, and prints as dots', () => {
    const { events } = zoom.read(fixture('user-updated-host-key'));
    expect(events).toMatchObject([{ type: 'changed', record: MINA.record, subject: MINA.record }]);
    expect(events[0] && 'seenKey' in events[0] && events[0].seenKey?.reveal()).toBe('083917');
    expect(inspect(events, { depth: 9 }) + JSON.stringify(events)).not.toMatch(/083917|640258/);
  });

  test('a host key sent as a number is seen too', () => {
    const [event] = zoom.read(withUser('user-updated-host-key', { host_key: 583917 })).events;
    expect(event && 'seenKey' in event && event.seenKey?.reveal()).toBe('583917');
  });

  test.each([[null], [''], [undefined]])('a host key of %j is none', (host_key) => {
    expect(zoom.read(withUser('user-updated-host-key', { host_key })).events).toEqual([]);
  });

  test.each(['******', '12345', '12345678901', '12345x', 12345, {}, [], true])(
    'a host key of %j is set aside by name, and the mail beside it goes on',
    (host_key) => {
      expect(zoom.read(withUser('user-updated-mail', { host_key })).events).toMatchObject([
        { type: 'changed', mail: 'mina.lund@northwind.example' },
        { rejected: true, reason: 'payload.object.host_key: not 6 to 10 digits' },
      ]);
    },
  );

  test.each(['user-updated-department', 'user-updated-password'])(
    '%s says nothing about a person: Zoom is told such things, it does not decide them',
    (name) => {
      expect(zoom.read(fixture(name)).events).toEqual([]);
    },
  );
});

describe('what is not about joining, moving or leaving', () => {
  test.each([
    'user-settings-updated',
    'user-signed-in',
    'user-signed-out',
    'user-presence',
    'app-deauthorized',
  ])('%s is kept as a notice without events', (name) => {
    expect(zoom.read(fixture(name))).toEqual({ body: fixture(name), events: [] });
  });

  test.each(['constructor', '__proto__', 'toString', 'USER.CREATED', ''])('so is an event %j', (event) => {
    expect(zoom.read({ ...fixture('user-created-sso'), event }).events).toEqual([]);
  });
});

describe('a notice that is not as documented is kept, its event set aside with the field that is wrong', () => {
  const created = fixture('user-created-sso');
  test.each<[string, unknown, string]>([
    ['null', null, 'event'],
    ['a list', [created], 'event'],
    ['a text', 'user.created', 'event'],
    ['no event', { payload: {} }, 'event'],
    ['an event that is a list', { ...created, event: ['user.created'] }, 'event'],
    ['no event_ts', { ...created, event_ts: undefined }, 'event_ts'],
    ['an event_ts in words', { ...created, event_ts: '2026-01-01' }, 'event_ts'],
    ['an event_ts in seconds', { ...created, event_ts: 1767258000 }, 'event_ts'],
    ['an event_ts beyond all dates', { ...created, event_ts: 1e20 }, 'event_ts'],
    ['a fraction of a millisecond', { ...created, event_ts: 1767258000123.5 }, 'event_ts'],
    ['no payload', { ...created, payload: undefined }, 'payload'],
    ['a payload of null', { ...created, payload: null }, 'payload'],
    ['no object', { ...created, payload: {} }, 'payload.object'],
    ['a list for an object', { ...created, payload: { object: [] } }, 'payload.object'],
    ['no id', withUser('user-created-sso', { id: undefined }), 'payload.object.id'],
    ['an id that is a number', withUser('user-created-sso', { id: 7 }), 'payload.object.id'],
    ['an empty id', withUser('user-created-sso', { id: '' }), 'payload.object.id'],
    ['an id with NUL', withUser('user-created-sso', { id: 'a\0' }), 'payload.object.id'],
    ['an endless id', withUser('user-created-sso', { id: 'a'.repeat(129) }), 'payload.object.id'],
    ['a mail that is an object', withUser('user-created-sso', { email: {} }), 'payload.object.email'],
    ['a mail that is none', withUser('user-created-sso', { email: 'mina' }), 'payload.object.email'],
    ['a mail with NUL', withUser('user-created-sso', { email: 'a\0@b.c' }), 'payload.object.email'],
    ['half a character', withUser('user-created-sso', { email: '\ud800@b.c' }), 'payload.object.email'],
  ])('%s', (_what, body, field) => {
    const { events } = zoom.read(body);
    expect(events).toMatchObject([{ rejected: true, reason: expect.stringMatching(RegExp(`^${field}: `)) }]);
  });

  test('who and when are told as far as they can be read', () => {
    const occurredAt = new Date(created.event_ts);
    expect(zoom.read(withUser('user-created-sso', { id: 7 })).events).toMatchObject([
      { subject: MINA.mail, occurredAt },
    ]);
    expect(zoom.read(withUser('user-created-sso', { email: 7 })).events).toMatchObject([
      { subject: MINA.record, occurredAt },
    ]);
    expect(zoom.read(null).events).toMatchObject([{ subject: 'unknown', occurredAt: null }]);
  });
});

describe('what is stored', () => {
  test('has no host key, of now or before, at any depth and in any spelling', () => {
    const body = {
      ...fixture('user-updated-host-key'),
      Host_Key: '111222',
      list: [{ HOST_KEY: '333444', hostKey: '555666', 'host-key': 777888, kept: 1 }],
    };
    const stored = zoom.read(body).body;
    expect(JSON.stringify(stored)).not.toMatch(/083917|640258|111222|333444|555666|777888|host.?key/i);
    expect(stored).toMatchObject({
      event: 'user.updated',
      payload: { object: { id: MINA.record, pmi: '5551234567' }, old_object: { pmi: '5557654321' } },
      list: [{ kept: 1 }],
    });
  });

  test('has no passwords and tokens', () => {
    const secrets = {
      password: 'p1',
      newPassword: 'p2',
      token: 't1',
      access_token: 't2',
      client_secret: 's1',
    };
    expect(zoom.read({ event: 'x', payload: { object: secrets } }).body).toEqual({
      event: 'x',
      payload: { object: {} },
    });
  });

  test('can be stored: no NUL, no half characters; whole ones stay', () => {
    const body = JSON.parse('{"a\\u0000":["b\\u0000","\\ud800c","\\udc00","\\ud83d\\ude00"]}');
    expect(zoom.read(body).body).toEqual({ 'a\ufffd': ['b\ufffd', '\ufffdc', '\ufffd', '😀'] });
  });

  test('takes no prototype from a body', () => {
    const stored = zoom.read(JSON.parse('{"event":"x","__proto__":{"polluted":true}}')).body;
    expect(Object.getPrototypeOf(stored)).toBe(Object.prototype);
    expect(stored).not.toHaveProperty('polluted');
  });
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
