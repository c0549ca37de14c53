import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { zoom } from '../../../src/inbound/sources/zoom.js';

function fixture(name: string): { event: string; event_ts: number; payload: Record<string, unknown> } {
  return JSON.parse(readFileSync(new URL(`../../fixtures/zoom/${name}.json`, import.meta.url), 'utf8'));
}

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
