import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type RehearsalZoom, startRehearsalZoom } from '../../src/rehearsal/zoom.js';
import { type Caller, createCaller } from './caller.js';

let zoom: RehearsalZoom;
let caller: Caller;
beforeEach(async () => {
  zoom = await startRehearsalZoom({ limits: { light: Infinity, medium: Infinity } });
  caller = createCaller(zoom);
});
afterEach(() => zoom.close());

function addPeople(count: number): string[] {
  return Array.from({ length: count }, (_, i) => zoom.users.add({ email: `p${i}@example.com` }).id);
}

describe('GET /users', () => {
  test('lists 30 active users a page unless asked otherwise, and everybody exactly once', async () => {
    const ids = addPeople(70);
    const seen: string[] = [];
    const sizes: number[] = [];
    let token = '';
    do {
      const { json } = await caller.get(`/users?next_page_token=${encodeURIComponent(token)}`);
      sizes.push(json.users.length);
      seen.push(...json.users.map((user: { id: string }) => user.id));
      token = json.next_page_token;
      expect(json).toMatchObject({ page_size: 30, page_count: 3, total_records: 70 });
    } while (token !== '');
    expect(seen).toEqual(ids);
    expect(sizes).toEqual([30, 30, 10]);
  });

  test('skips nobody when somebody is deleted between two pages', async () => {
    const [first, ...others] = addPeople(4);
    const page = await caller.get('/users?page_size=2');
    zoom.users.remove(first!);
    const rest = await caller.get(
      `/users?page_size=2&next_page_token=${encodeURIComponent(page.json.next_page_token)}`,
    );
    expect(rest.json.users.map((user: { id: string }) => user.id)).toEqual(others.slice(1));
  });

  test('refuses a page token with another query, an invented one, and one older than 15 minutes', async () => {
    addPeople(3);
    const expired = { code: 300, message: 'The next page token is invalid or expired.' };
    const next = async () =>
      encodeURIComponent((await caller.get('/users?page_size=1')).json.next_page_token);
    const token = await next();
    expect((await caller.get(`/users?page_size=2&next_page_token=${token}`)).json).toEqual(expired);
    expect((await caller.get('/users?page_size=1&next_page_token=invented')).json).toEqual(expired);
    expect((await caller.get(`/users?page_size=1&next_page_token=${token}`)).status).toBe(200);
    zoom.settings.clockSpeed = Infinity;
    expect((await caller.get(`/users?page_size=1&next_page_token=${await next()}`)).json).toEqual(expired);
  });

  test('answers one status at a time, and a pending user has no id', async () => {
    zoom.users.add({ email: 'on@example.com' });
    zoom.users.add({ email: 'off@example.com', status: 'inactive' });
    zoom.users.add({ email: 'soon@example.com', status: 'pending' });
    const emails = async (status: string) =>
      (await caller.get(`/users?status=${status}`)).json.users.map((user: { email: string }) => user.email);
    expect(await emails('active')).toEqual(['on@example.com']);
    expect(await emails('inactive')).toEqual(['off@example.com']);
    expect(await emails('pending')).toEqual(['soon@example.com']);
    expect((await caller.get('/users?status=pending')).json.users[0]).not.toHaveProperty('id');
  });

  test('shows host keys only when asked, to those who have one, and never where Zoom has stopped to', async () => {
    zoom.users.add({ email: 'a@example.com', hostKey: '012345' });
    zoom.users.add({ email: 'b@example.com', hostKey: null });
    const keys = async (query: string) =>
      (await caller.get(`/users${query}`)).json.users.map((user: { host_key?: string }) => user.host_key);
    expect(await keys('')).toEqual([undefined, undefined]);
    expect(await keys('?include_fields=host_key')).toEqual(['012345', undefined]);
    zoom.settings.listsHostKeys = false;
    expect(await keys('?include_fields=host_key')).toEqual([undefined, undefined]);
  });

  test.each(['status=gone', 'page_size=301', 'page_size=0', 'page_size=ten', 'include_fields=password'])(
    'refuses %s and names the field',
    async (query) => {
      const { status, json } = await caller.get(`/users?${query}`);
      expect(status).toBe(400);
      expect(json).toMatchObject({ code: 300, errors: [{ field: query.split('=')[0] }] });
    },
  );
});

describe('GET /users/{userId}', () => {
  test('finds by id and by e-mail in any case, also with characters that need encoding, and hides the key', async () => {
    const user = zoom.users.add({
      email: 'Ann+Lee@example.com',
      id: 'ab/c+d==',
      firstName: 'Ann',
      lastName: 'Lee',
    });
    for (const who of [user.id, 'ann+lee@EXAMPLE.com']) {
      const { status, json } = await caller.get(`/users/${encodeURIComponent(who)}?login_type=101`);
      expect(status).toBe(200);
      expect(json).toMatchObject({
        id: 'ab/c+d==',
        display_name: 'Ann Lee',
        account_id: zoom.settings.accountId,
      });
      expect(json).not.toHaveProperty('host_key');
    }
  });

  test('answers 404 and code 1001 for somebody unknown, 2300 for a path it does not know', async () => {
    expect((await caller.get('/users/nobody')).json).toEqual({
      code: 1001,
      message: 'User does not exist: nobody.',
    });
    const unknown = await caller.get('/rooms');
    expect([unknown.status, unknown.json.code]).toEqual([404, 2300]);
  });
});

describe('PATCH /users/{userId}', () => {
  test.each(['000042', '4829157', '1234567890'])(
    'sets %s, answers 204 with nothing, and logs it',
    async (key) => {
      const user = zoom.users.add({ email: 'ann@example.com' });
      const answer = await caller.patch('ann@example.com', { host_key: key });
      expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([204, '', null]);
      expect(zoom.users.hostKeyOf(user.id)).toBe(key);
      expect(zoom.log.requests).toEqual([
        {
          arrivedAt: { monotonicMs: expect.any(Number), wallMs: expect.any(Number) },
          method: 'PATCH',
          path: '/v2/users/ann%40example.com',
          label: 'light',
          userId: user.id,
          hostKey: key,
          status: 204,
          trackingId: answer.headers.get('x-zm-trackingid'),
          applied: true,
          appliedAt: { monotonicMs: expect.any(Number), wallMs: expect.any(Number) },
        },
      ]);
    },
  );

  test.each<[unknown]>([
    [''],
    [null],
    ['12345'],
    ['12345678901'],
    ['12a456'],
    [' 123456'],
    [482915],
    [['482915']],
  ])('refuses %j as a host key and keeps the old one', async (host_key) => {
    zoom.users.add({ email: 'ann@example.com', hostKey: '482915' });
    const { status, json } = await caller.patch('ann@example.com', { host_key });
    expect(status).toBe(400);
    expect(json).toEqual({
      code: 300,
      message: 'Validation Failed.',
      errors: [{ field: 'host_key', message: 'Invalid field.' }],
    });
    expect(zoom.users.hostKeyOf('ann@example.com')).toBe('482915');
  });

  test.each(['', 'null', '[]', '"482915"', '{"host_key":'])('refuses the body %j', async (body) => {
    zoom.users.add({ email: 'ann@example.com' });
    const { status, json } = await caller.patch('ann@example.com', body);
    expect(status).toBe(400);
    expect(json).toEqual({ code: 300, message: 'Request Body should be a valid JSON object.' });
  });

  test('takes an empty object, and refuses two megabytes', async () => {
    zoom.users.add({ email: 'ann@example.com' });
    expect((await caller.patch('ann@example.com', {})).status).toBe(204);
    expect((await caller.patch('ann@example.com', { dept: 'x'.repeat(2_000_000) })).status).toBe(413);
  });

  test('refuses weak keys only when told to', async () => {
    zoom.users.add({ email: 'ann@example.com' });
    const statuses = async () => {
      const found: number[] = [];
      for (const host_key of ['111111', '123456', '987654', '121212']) {
        found.push((await caller.patch('ann@example.com', { host_key })).status);
      }
      return found;
    };
    expect(await statuses()).toEqual([204, 204, 204, 204]);
    zoom.settings.refuseWeakKeys = true;
    expect(await statuses()).toEqual([400, 400, 400, 204]);
  });

  test('refuses inactive and pending users, unless told to take them', async () => {
    zoom.users.add({ email: 'off@example.com', status: 'inactive' });
    zoom.users.add({ email: 'soon@example.com', status: 'pending' });
    const key = { host_key: '482915' };
    expect((await caller.patch('off@example.com', key)).json).toEqual(zoom.settings.patchInactive);
    expect((await caller.patch('soon@example.com', key)).json).toEqual(zoom.settings.patchPending);
    zoom.settings.patchInactive = 'apply';
    zoom.settings.patchPending = 'apply';
    expect((await caller.patch('off@example.com', key)).status).toBe(204);
    expect((await caller.patch('soon@example.com', key)).status).toBe(204);
  });

  test('answers 404 and code 1001 for a deleted user, even when the same mail is back under another id', async () => {
    const { id } = zoom.users.add({ email: 'ann@example.com' });
    const again = zoom.portal.deleteAndRecreate('ann@example.com');
    expect((await caller.patch(id, { host_key: '482915' })).json.code).toBe(1001);
    expect((await caller.patch('ann@example.com', { host_key: '482915' })).status).toBe(204);
    expect(zoom.users.hostKeyOf(again.id)).toBe('482915');
  });
});

describe('the users of the rehearsal', () => {
  test('cannot share an id or a mail', () => {
    zoom.users.add({ email: 'ann@example.com', id: 'one' });
    expect(() => zoom.users.add({ email: 'ANN@example.com' })).toThrow(TypeError);
    expect(() => zoom.users.add({ email: 'bea@example.com', id: 'one' })).toThrow(TypeError);
    expect(() => zoom.portal.changeEmail('one', 'Ann@Example.com')).not.toThrow();
  });
});
