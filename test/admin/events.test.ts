import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Door, openDoor } from './door.js';
import { join, sourceId } from './people.js';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

const list = async (query = '') => (await door.ask('GET', `/events${query}`)).body;

test('an event is listed as the contract says, the newest first', async () => {
  const { id, zoomUserId } = await join(door, 'ann@example.com');
  const { events, nextCursor } = await list();
  expect(nextCursor).toBeNull();
  expect(events.map(({ source }: { source: string }) => source)).toEqual(['zoom', 'okta']);
  expect(events[1]).toEqual({
    id: expect.any(String),
    source: 'okta',
    noticeId: expect.any(String),
    type: 'created',
    outcome: 'applied',
    reason: events[1].reason,
    personId: id,
    subject: 'ann@example.com',
    occurredAt: expect.any(String),
    receivedAt: expect.any(String),
  });
  expect(
    (await list(`?person=${zoomUserId}&source=okta&type=created&outcome=applied&limit=1`)).events,
  ).toEqual([events[1]]);
});

test('an event that was set aside is found by its outcome, with the reason', async () => {
  const events = [{ rejected: true as const, subject: 'bob', occurredAt: null, reason: 'it has no mail' }];
  await door.acceptor.accept({ sourceId: await sourceId(door, 'zoom'), noticeKey: null, body: {}, events });
  const { events: found } = await list('?outcome=rejected');
  expect(found).toEqual([
    expect.objectContaining({
      subject: 'bob',
      outcome: 'rejected',
      reason: 'it has no mail',
      personId: null,
      type: null,
    }),
  ]);
});

test('a filter that cannot be, or names nobody, is a clear error', async () => {
  expect((await list('?type=sacked')).code).toBe('INPUT_INVALID');
  expect((await list('?outcome=%27')).code).toBe('INPUT_INVALID');
  expect((await list('?source=nobody')).code).toBe('SOURCE_UNKNOWN');
});
