import { describe, expect, test } from '@jest/globals';
import type { Accepted } from '../../src/jobs/intake.js';
import { waitFor } from '../harness/wait-for.js';
import { fixture, KEPT, NOW, OLD_SECRET, SECRET, sign, StoreDown, withDoor } from './door.js';

const created = fixture('user-created-sso');

describe('a genuine notice', () => {
  test('is kept with its events, and answered with 200', () =>
    withDoor(async ({ post, kept }) => {
      expect(await post(created)).toEqual(KEPT);
      expect(kept).toEqual([
        {
          sourceId: 's1',
          noticeKey: { value: expect.any(String), byHash: true },
          body: JSON.parse(created),
          events: [expect.objectContaining({ type: 'created', standing: 'active' })],
        },
      ]);
    }));

  test('sent 50 times at once is kept once, and answered 50 times with 200', () =>
    withDoor(async ({ post, kept }) => {
      const answers = await Promise.all(Array.from({ length: 50 }, () => post(created)));
      expect(answers).toEqual(Array(50).fill(KEPT));
      expect(kept).toHaveLength(1);
    }));

  test('is the same notice when a retry is signed anew', () =>
    withDoor(async ({ post, kept }) => {
      await post(created);
      expect(await post(created, sign(created, SECRET, new Date(NOW.getTime() - 60_000)))).toEqual(KEPT);
      expect(kept).toHaveLength(1);
    }));

  test('may be signed with either secret during a rotation', () =>
    withDoor(async ({ post, kept }) => {
      expect(await post(created, sign(created, OLD_SECRET))).toEqual(KEPT);
      expect(await post(fixture('user-deleted'), sign(fixture('user-deleted'), SECRET))).toEqual(KEPT);
      expect(kept).toHaveLength(2);
    }));

  test.each(['user-signed-in', 'user-settings-updated', 'app-deauthorized'])(
    'about nothing of ours is kept without events: %s',
    (name) =>
      withDoor(async ({ post, kept }) => {
        expect(await post(fixture(name))).toEqual(KEPT);
        expect(kept).toMatchObject([{ body: JSON.parse(fixture(name)), events: [] }]);
      }),
  );

  test('that makes no sense is kept with its reason: Zoom does not come again after a 4xx', () =>
    withDoor(async ({ post, kept, logged }) => {
      expect(await post('{"event":"user.deleted","event_ts":1767258240345,"payload":[]}')).toEqual(KEPT);
      expect(kept).toMatchObject([
        { events: [{ rejected: true, reason: expect.stringMatching(/^payload: /) }] },
      ]);
      expect(logged()).toContain('"event set aside"');
    }));

  test('with half a character in a name is kept, and what is kept can be stored', () =>
    withDoor(async ({ post, kept }) => {
      const body = fixture('user-deleted').replace('"Mina"', '"Mi\\ud83d\\u0000"');
      expect(await post(body)).toEqual(KEPT);
      expect(kept).toMatchObject([
        {
          events: [{ type: 'removed', mail: 'mina.okafor@northwind.example', name: 'Mi\ufffd\ufffd Okafor' }],
        },
      ]);
      expect(JSON.stringify(kept)).not.toMatch(/\\u0000|\\ud83d/);
    }));
});

describe('a host key in a notice', () => {
  test('reaches the store as hashes only: no digit of it is in what is kept, or logged', () =>
    withDoor(async ({ post, kept, logged }) => {
      expect(await post(fixture('user-updated-host-key'))).toEqual(KEPT);
      expect(kept[0]?.events).toEqual([
        {
          type: 'changed',
          record: 'Zq3mInA-7fK_t',
          subject: 'Zq3mInA-7fK_t',
          occurredAt: new Date(1767258480567),
          sequence: 0,
          seenKeyHashes: ['hash of 6 digits for Zq3mInA-7fK_t'],
        },
      ]);
      expect(JSON.stringify(kept) + logged()).not.toMatch(/083917|640258|host_key/);
    }));

  test('makes no difference to what is logged when the notice is refused', () =>
    withDoor(async ({ post, logged }) => {
      const body = fixture('user-updated-host-key');
      expect(await post(body, sign(body, 'forged'))).toMatchObject({ status: 401 });
      expect(await post(body.slice(0, -9))).toMatchObject({ status: 400 });
      expect(logged()).not.toMatch(/083917|640258/);
    }));
});

describe('a success answer means kept', () => {
  test('it is given after the commit, not before', async () => {
    let commit = (): void => undefined;
    const committed = new Promise<void>((resolve) => (commit = resolve));
    let asked = false;
    const accept = async (): Promise<Accepted> => {
      asked = true;
      await committed;
      return { outcome: 'kept', at: NOW, events: [] };
    };
    await withDoor(
      async ({ post }) => {
        let answered = false;
        const answer = post(created).finally(() => (answered = true));
        await waitFor('the notice to reach the store', () => asked);
        expect(answered).toBe(false);
        commit();
        expect(await answer).toEqual(KEPT);
      },
      { accept },
    );
  });

  test('while the database is down the answer is 503, and when to come again', () =>
    withDoor(
      async ({ send }) => {
        const answer = await send(created);
        expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '9']);
      },
      { accept: () => Promise.reject(new StoreDown()) },
    ));

  test('so it is when not even the source can be looked up', () =>
    withDoor(async ({ post }) => expect((await post(created)).status).toBe(503), {
      findSource: () => Promise.reject(new StoreDown()),
    }));

  test('a database that takes too long is answered with 503 while the sender still listens', async () => {
    let give = (_accepted: Accepted): void => undefined;
    const accept = () => new Promise<Accepted>((resolve) => (give = resolve));
    await withDoor(
      async ({ send }) => {
        const answer = await send(created);
        expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
        expect(await answer.json()).toMatchObject({ code: 'WEBHOOK_TOO_SLOW' });
        give({ outcome: 'kept', at: NOW, events: [] });
      },
      { accept, answerWithinMs: 20 },
    );
  });

  test('what nobody foresaw is a 500 without its words, so that Zoom comes again', () =>
    withDoor(
      async ({ post }) => {
        const { status, body } = await post(created);
        expect({ status, code: body['code'] }).toEqual({ status: 500, code: 'UNEXPECTED' });
        expect(JSON.stringify(body)).not.toContain('of our own making');
      },
      { accept: () => Promise.reject(new TypeError('of our own making')) },
    ));
});
