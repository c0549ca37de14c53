import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type RehearsalZoom, startRehearsalZoom } from '../../src/rehearsal/zoom.js';
import { type Caller, createCaller, until } from './caller.js';

let zoom: RehearsalZoom;
let caller: Caller;
const ANN = 'ann@example.com';
const NEW_KEY = { host_key: '482915' };

beforeEach(async () => {
  zoom = await startRehearsalZoom({ limits: { light: Infinity, medium: Infinity } });
  zoom.users.add({ email: ANN, hostKey: '700300' });
  zoom.users.add({ email: 'bea@example.com', hostKey: '700400' });
  caller = createCaller(zoom);
});
afterEach(() => zoom.close());

const annsKey = () => zoom.users.hostKeyOf(ANN);
const lastLogged = () => zoom.log.requests.at(-1)!;

describe('a failure ordered for the next requests', () => {
  test('fails that many, in the order given, changes nothing, and is logged', async () => {
    zoom.faults.failNext(2, {
      status: 500,
      body: { code: 500, message: 'x' },
      headers: { 'x-extra': 'yes' },
    });
    zoom.faults.failNext(1, { status: 400 });
    const first = await caller.patch(ANN, NEW_KEY);
    expect([first.status, first.json.code, first.headers.get('x-extra')]).toEqual([500, 500, 'yes']);
    expect((await caller.patch(ANN, NEW_KEY)).status).toBe(500);
    const third = await caller.patch(ANN, NEW_KEY);
    expect([third.status, third.text]).toEqual([400, '']);
    expect(annsKey()).toBe('700300');
    expect(zoom.log.requests.map(({ status, applied }) => [status, applied])).toEqual([
      [500, false],
      [500, false],
      [400, false],
    ]);
    expect((await caller.patch(ANN, NEW_KEY)).status).toBe(204);
  });

  test('can wait for one method and let others pass', async () => {
    zoom.faults.failNext(1, { status: 500 }, { method: 'PATCH' });
    expect((await caller.get('/users')).status).toBe(200);
    expect((await caller.patch(ANN, NEW_KEY)).status).toBe(500);
  });

  test('can be a cut connection, or no answer at all', async () => {
    zoom.faults.failNext(1, 'reset');
    await expect(caller.patch(ANN, NEW_KEY)).rejects.toThrow();
    zoom.faults.failNext(1, 'silence');
    const asked = caller.patch(ANN, NEW_KEY);
    await until(() => lastLogged().hostKey !== undefined && zoom.log.requests.length === 2);
    expect(lastLogged()).not.toHaveProperty('status');
    expect(annsKey()).toBe('700300');
    await Promise.all([expect(asked).rejects.toThrow(), zoom.close()]);
  });

  test.each<[string, string | Buffer, number]>([
    ['HTML', '<html><h1>Bad gateway</h1></html>', 33],
    ['nothing', '', 0],
    ['ten megabytes', Buffer.alloc(10_000_000, 'x'), 10_000_000],
  ])('can be a raw answer: %s', async (_name, body, length) => {
    zoom.faults.answerWith(body, { status: 502 });
    const { status, text } = await caller.patch(ANN, NEW_KEY);
    expect([status, text.length]).toEqual([502, length]);
    expect(annsKey()).toBe('700300');
  });
});

describe('a failure ordered for one user', () => {
  test('hits that user by id and by mail, and nobody else, until lifted', async () => {
    zoom.faults.failFor('ANN@example.com', { status: 500 });
    const { id } = zoom.users.known(ANN);
    expect((await caller.patch(id, NEW_KEY)).status).toBe(500);
    expect((await caller.get(`/users/${ANN}`)).status).toBe(500);
    expect((await caller.patch('bea@example.com', NEW_KEY)).status).toBe(204);
    zoom.faults.failFor(ANN, null);
    expect((await caller.patch(id, NEW_KEY)).status).toBe(204);
  });

  test('can be the daily limit per user, n times', async () => {
    zoom.faults.perUser429(ANN, 1);
    const { status, json } = await caller.patch(ANN, NEW_KEY);
    expect(status).toBe(429);
    expect(json.message).toContain('this particular user');
    expect((await caller.patch(ANN, NEW_KEY)).status).toBe(204);
  });
});

describe('an outage', () => {
  test('answers everything with 503, or cuts every connection, until it ends', async () => {
    zoom.faults.outage(true);
    const { status, headers } = await caller.get('/users');
    expect([status, headers.get('content-type')]).toEqual([503, 'text/html']);
    expect((await fetch(zoom.tokenUrl, { method: 'POST' })).status).toBe(503);
    zoom.faults.outage(true, 'reset');
    await expect(caller.get('/users')).rejects.toThrow();
    zoom.faults.outage(false);
    expect((await caller.get('/users')).status).toBe(200);
  });
});

describe('a lost answer', () => {
  test('is applied although the connection was dropped', async () => {
    zoom.faults.applyThenDrop(1);
    await expect(caller.patch(ANN, NEW_KEY)).rejects.toThrow();
    expect(annsKey()).toBe(NEW_KEY.host_key);
    expect(lastLogged().applied).toBe(true);
    expect(lastLogged()).not.toHaveProperty('status');
  });

  test('is not used up by requests that change nothing', async () => {
    zoom.faults.applyThenDrop(1);
    expect((await caller.get('/users')).status).toBe(200);
    expect((await caller.patch('nobody', NEW_KEY)).status).toBe(404);
    await expect(caller.patch(ANN, NEW_KEY)).rejects.toThrow();
  });

  test('may be applied long after the caller was dropped, over a newer key', async () => {
    zoom.faults.applyLate(1, 100);
    await expect(caller.patch(ANN, { host_key: '111222' })).rejects.toThrow();
    expect(annsKey()).toBe('700300');
    await caller.patch(ANN, NEW_KEY);
    await until(() => annsKey() === '111222');
    const [late, newer] = zoom.log.requests;
    expect(late!.appliedAt!.monotonicMs).toBeGreaterThan(newer!.appliedAt!.monotonicMs);
  });

  test('may leave the caller hanging', async () => {
    zoom.faults.applyLate(1, 20, 'hold');
    const asked = caller.patch(ANN, NEW_KEY);
    await until(() => annsKey() === NEW_KEY.host_key);
    await Promise.all([expect(asked).rejects.toThrow(), zoom.close()]);
  });
});

describe('a slow Zoom', () => {
  test('changes at once and answers later', async () => {
    zoom.faults.slow(300, 1);
    const order: string[] = [];
    const asked = caller.patch(ANN, NEW_KEY).then(() => order.push('the slow one'));
    await until(() => lastLogged()?.applied === true);
    expect(lastLogged()).not.toHaveProperty('status');
    await caller.get('/users').then(() => order.push('the next one'));
    await asked;
    expect(order).toEqual(['the next one', 'the slow one']);
  });
});

describe('a key set while the host is in a meeting', () => {
  test('is answered with 204 and theirs when the meeting ends: the last one of several', async () => {
    zoom.faults.inMeeting(ANN, true);
    expect((await caller.patch(ANN, { host_key: '111222' })).status).toBe(204);
    expect((await caller.patch(ANN, NEW_KEY)).status).toBe(204);
    expect(zoom.users.known(ANN)).toMatchObject({ hostKey: '700300', meetingKey: '700300' });
    zoom.faults.inMeeting(ANN, false);
    expect(annsKey()).toBe(NEW_KEY.host_key);
    expect(zoom.users.known(ANN)).not.toHaveProperty('meetingKey');
    expect(zoom.log.requests.map(({ applied }) => applied)).toEqual([false, true]);
  });

  test('is lost where Zoom is told to lose it', async () => {
    zoom.settings.keySetInMeeting = 'lost';
    zoom.faults.inMeeting(ANN, true);
    expect((await caller.patch(ANN, NEW_KEY)).status).toBe(204);
    zoom.faults.inMeeting(ANN, false);
    expect(annsKey()).toBe('700300');
  });
});

describe('all orders', () => {
  test('are forgotten by clear', async () => {
    zoom.faults.outage(true);
    zoom.faults.failNext(1, 'reset');
    zoom.faults.failFor(ANN, { status: 500 });
    zoom.faults.applyThenDrop(1);
    zoom.faults.slow(60_000);
    zoom.faults.clear();
    expect((await caller.patch(ANN, NEW_KEY)).status).toBe(204);
  });
});
