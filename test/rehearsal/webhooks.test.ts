import { afterEach, describe, expect, test } from '@jest/globals';
import type { RehearsalZoomOptions } from '../../src/rehearsal/options.js';
import { encryptToken, signWebhook } from '../../src/rehearsal/signature.js';
import { type RehearsalZoom, startRehearsalZoom } from '../../src/rehearsal/zoom.js';
import { createCaller, until } from './caller.js';
import { type Reaction, type ReceivedWebhook, type Receiver, startReceiver } from './receiver.js';

const SECRET = 'a-secret-of-the-rehearsal';
let zoom: RehearsalZoom;
let receiver: Receiver;

async function start(
  react: (webhook: ReceivedWebhook, n: number) => Reaction = () => ({ status: 204 }),
  options: RehearsalZoomOptions = {},
): Promise<void> {
  receiver = await startReceiver(react);
  zoom = await startRehearsalZoom({ webhook: { url: receiver.url, secret: SECRET }, ...options });
}

afterEach(async () => {
  await zoom.close();
  await receiver.close();
});

async function receivedEvents(n: number): Promise<any[]> {
  await until(() => receiver.received.length >= n);
  return receiver.received.map(({ body }) => JSON.parse(body));
}

describe('the signature', () => {
  test("is Zoom's: v0, timestamp and raw body under the secret", async () => {
    await start();
    const body =
      '{"event":"user.created","event_ts":1700000000123,"payload":{"account_id":"AAAAAABBBB","operator":"admin@example.com","operator_id":"z8yCxjabcdEFGHfp8uQ","creation_type":"ssoCreate","object":{"id":"abcD3ojfdbjfg","first_name":"Jill","last_name":"Chill","email":"jchill@example.com","type":2}}}';
    expect(signWebhook('zoom-test-secret', '1700000000', body)).toBe(
      'v0=1a31d81c0286d7f80af1c7714c7f70cdeea4f03015d479f043e7fd9192a61953',
    );
    expect(encryptToken('zoom-test-secret', 'qgg8vlvZRS6UYooatFL8Aw')).toBe(
      'ae7c940e5051b2a17c1c49f4818fff9a88e210f5d820ff3c862635e27c93a4d9',
    );
  });

  test('fits the bytes that are sent, also beyond ASCII, and the present second', async () => {
    await start();
    zoom.portal.create({ email: 'jörg@example.com', firstName: 'Jörg' });
    await receivedEvents(1);
    const { headers, body } = receiver.received[0]!;
    const timestamp = String(headers['x-zm-request-timestamp']);
    expect(headers['x-zm-signature']).toBe(signWebhook(SECRET, timestamp, body));
    expect(Math.abs(Number(timestamp) * 1_000 - Date.now())).toBeLessThan(5_000);
    expect(headers['x-zm-trackingid']).toEqual(expect.any(String));
  });
});

describe('an event', () => {
  test('has the documented envelope for everything an administrator does', async () => {
    await start();
    const ann = zoom.portal.create({
      email: 'ann@example.com',
      id: 'ann',
      firstName: 'Ann',
      status: 'pending',
    });
    expect(ann.hostKey).toBeUndefined();
    await until(() => receiver.received.length === 1);
    const steps: [string, () => unknown][] = [
      ['user.invitation_accepted', () => zoom.portal.acceptInvitation('ann')],
      ['user.deactivated', () => zoom.portal.deactivate('ann')],
      ['user.activated', () => zoom.portal.activate('ann')],
      ['user.updated', () => zoom.portal.changeEmail('ann', 'ann.lee@example.com')],
      ['user.disassociated', () => zoom.portal.disassociate('ann')],
    ];
    for (const [i, [, step]] of steps.entries()) {
      step();
      await until(() => receiver.received.length === i + 2);
    }
    const events = await receivedEvents(6);
    expect(events.map(({ event }) => event)).toEqual(['user.created', ...steps.map(([event]) => event)]);
    const operator = { operator: zoom.settings.ownerEmail, operator_id: zoom.settings.ownerId };
    expect(events[0]).toEqual({
      event: 'user.created',
      event_ts: expect.any(Number),
      payload: {
        account_id: zoom.settings.accountId,
        ...operator,
        creation_type: 'create',
        object: {
          id: 'ann',
          first_name: 'Ann',
          last_name: '',
          display_name: 'Ann',
          email: 'ann@example.com',
          type: 2,
        },
      },
    });
    expect(events[1].payload).not.toHaveProperty('operator');
    expect(events[4].payload).toMatchObject({
      ...operator,
      object: { id: 'ann', email: 'ann.lee@example.com' },
      old_object: { id: 'ann', email: 'ann@example.com' },
    });
  });

  test('is sent for a host key that changed, by hand or through the API, and for no other', async () => {
    await start();
    const { id } = zoom.users.add({ email: 'ann@example.com', hostKey: '700300' });
    const caller = createCaller(zoom);
    await caller.patch(id, { host_key: '700300' });
    await caller.patch(id, { host_key: '482915' });
    await until(() => receiver.received.length === 1);
    zoom.portal.changeHostKeyByHand(id, '615243');
    const [byApi, byHand] = await receivedEvents(2);
    expect(byApi).toMatchObject({
      event: 'user.updated',
      payload: { object: { id, host_key: '482915' }, old_object: { id, host_key: '700300' } },
    });
    expect(byHand.payload).toMatchObject({
      object: { id, host_key: '615243' },
      old_object: { host_key: '482915' },
    });
  });

  test('tells of both users when one is deleted and another takes the mail', async () => {
    await start();
    const old = zoom.users.add({ email: 'ann@example.com' });
    const again = zoom.portal.deleteAndRecreate('ann@example.com');
    const told = (await receivedEvents(2)).map(({ event, payload }) => [event, payload.object.id]);
    expect(new Set(told.map(String))).toEqual(
      new Set([`user.deleted,${old.id}`, `user.created,${again.id}`]),
    );
  });
});

describe('a delivery', () => {
  test('is tried again three times after 5xx and cut connections, the same body signed afresh', async () => {
    const reactions: Reaction[] = [{ status: 500 }, 'reset', { status: 503 }, { status: 200 }];
    await start((_webhook, n) => reactions[n]!, { clockSpeed: 300_000 });
    zoom.portal.create({ email: 'ann@example.com' });
    await until(() => zoom.deliveries[0]?.state === 'delivered');
    const [delivery] = zoom.deliveries;
    expect(delivery!.attempts.map(({ status }) => status)).toEqual([500, undefined, 503, 200]);
    expect(delivery!.attempts[1]!.failure).toEqual(expect.any(String));
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    for (const { headers, body } of receiver.received) {
      const timestamp = String(headers['x-zm-request-timestamp']);
      expect(headers['x-zm-signature']).toBe(signWebhook(SECRET, timestamp, body));
    }
  });

  test('waits 5, 20 and 60 minutes of its clock, each after the failure before', async () => {
    await start(() => ({ status: 500 }), { clockSpeed: 12_000 });
    zoom.portal.create({ email: 'ann@example.com' });
    await until(() => zoom.deliveries[0]?.state === 'lost');
    const at = zoom.deliveries[0]!.attempts.map(({ sentAtMs }) => sentAtMs);
    const waits = at.slice(1).map((time, i) => time - at[i]!);
    expect(waits).toHaveLength(3);
    for (const [i, wanted] of [25, 100, 300].entries()) expect(waits[i]).toBeGreaterThanOrEqual(wanted - 2);
  });

  test.each([202, 302, 400, 401, 404])('that is answered %i is not tried again', async (status) => {
    await start(() => ({ status }), { clockSpeed: 1_000_000 });
    zoom.portal.create({ email: 'ann@example.com' });
    await until(() => zoom.deliveries[0]?.state !== 'sending');
    expect(zoom.deliveries[0]).toMatchObject({ state: 'refused', attempts: [{ status }] });
  });

  test('without an answer in three seconds has failed', async () => {
    await start((_webhook, n) => (n === 0 ? 'hang' : { status: 204 }), { clockSpeed: 1_000_000 });
    zoom.portal.create({ email: 'ann@example.com' });
    await until(() => zoom.deliveries[0]?.state === 'delivered');
    expect(zoom.deliveries[0]!.attempts[0]!.failure).toBe('no answer within 3 s');
  });

  test('can come twice, and none comes without a subscription', async () => {
    await start();
    zoom.portal.create({ email: 'ann@example.com' });
    await until(() => zoom.deliveries[0]?.state === 'delivered');
    zoom.redeliver(zoom.deliveries[0]!);
    await until(() => receiver.received.length === 2);
    zoom.setWebhook(null);
    zoom.portal.deactivate('ann@example.com');
    expect(zoom.deliveries).toHaveLength(2);
    expect(receiver.received[0]!.body).toBe(receiver.received[1]!.body);
  });
});

describe('the URL validation', () => {
  const answer = (secret: string) => (webhook: ReceivedWebhook) => {
    const { plainToken } = JSON.parse(webhook.body).payload;
    const body = JSON.stringify({ plainToken, encryptedToken: encryptToken(secret, plainToken) });
    return { status: 200, body };
  };

  test('is itself signed, and accepts the encrypted token', async () => {
    await start(answer(SECRET));
    expect(await zoom.validateUrl()).toEqual({ valid: true, status: 200 });
    const { headers, body } = receiver.received[0]!;
    expect(JSON.parse(body).event).toBe('endpoint.url_validation');
    expect(headers['x-zm-signature']).toBe(
      signWebhook(SECRET, String(headers['x-zm-request-timestamp']), body),
    );
  });

  test.each<[string, (webhook: ReceivedWebhook) => Reaction, number | undefined]>([
    ['another secret', answer('another'), 200],
    ['something that is not JSON', () => ({ status: 200, body: 'ok' }), 200],
    ['null', () => ({ status: 200, body: 'null' }), 200],
    ['an error', () => ({ status: 401 }), 401],
    ['a cut connection', () => 'reset', undefined],
  ])('fails with a reason on %s', async (_what, react, status) => {
    await start(react);
    const validation = await zoom.validateUrl();
    expect(validation).toMatchObject({ valid: false, reason: expect.any(String) });
    expect(validation.status).toBe(status);
  });
});
