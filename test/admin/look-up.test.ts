import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Door, openDoor } from './door.js';
import { giveKey, join, joinWithKey } from './people.js';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

const lookUp = (body: unknown, token?: string | null) => door.ask('POST', '/host-keys/lookup', body, token);
const lastAudit = async () =>
  (
    await door.sql(
      `SELECT actor, person_id, subject, detail FROM audit WHERE action = 'host-key.look-up' ORDER BY id DESC`,
    )
  )[0];

describe('a host key', () => {
  test('is found by mail, in any case, and by Zoom user id', async () => {
    const { zoomUserId } = await joinWithKey(door, 'ann@example.com', '048213');
    const answer = {
      email: 'ann@example.com',
      zoomUserId,
      hostKey: '048213',
      settling: false,
      previous: null,
      others: [],
    };
    expect((await lookUp({ email: ' Ann@Example.com' })).body).toEqual(answer);
    expect((await lookUp({ zoomUserId })).body).toEqual(answer);
  });

  test('is shown once that is kept in the audit, and the audit holds no digit of it', async () => {
    const { id } = await joinWithKey(door, 'bob@example.com', '739152');
    await lookUp({ email: 'bob@example.com' });
    expect(await lastAudit()).toEqual({
      actor: 'root',
      person_id: id,
      subject: 'bob@example.com',
      detail: { outcome: 'shown', settling: false },
    });
    const rows = await door.sql('SELECT a::text AS line FROM audit a');
    expect(rows.map(({ line }) => line).join()).not.toContain('739152');
    expect(door.logged()).not.toContain('739152');
  });

  test('is not shown when the audit cannot be written', async () => {
    await joinWithKey(door, 'una@example.com', '620174');
    await door.sql('ALTER TABLE audit RENAME TO audit_away');
    const { status, text } = await lookUp({ email: 'una@example.com' }).finally(() =>
      door.sql('ALTER TABLE audit_away RENAME TO audit'),
    );
    expect(status).toBe(500);
    expect(text).not.toContain('620174');
  });

  test('in change is shown with the one before it, and says so', async () => {
    const person = await joinWithKey(door, 'cleo@example.com', '551203');
    await giveKey(door, person, '884190', 2, 'pending');
    const { body } = await lookUp({ email: 'cleo@example.com' });
    expect(body).toMatchObject({ settling: true });
    expect([body.hostKey, ...body.others].sort()).toEqual(['551203', '884190']);
  });

  test('that was replaced lately is shown beside the one in force', async () => {
    const person = await join(door, 'dora@example.com');
    await giveKey(door, person, '551203', 1, 'previous');
    await giveKey(door, person, '884190', 2);
    const { body } = await lookUp({ email: 'dora@example.com' });
    expect(body).toMatchObject({ hostKey: '884190', previous: '551203' });
  });
});

describe('no key is shown', () => {
  test('of somebody nobody told us of: 404, and audited', async () => {
    const { status, body } = await lookUp({ email: 'nobody@example.com' });
    expect([status, body.code]).toEqual([404, 'PERSON_UNKNOWN']);
    expect(await lastAudit()).toMatchObject({ person_id: null, detail: { outcome: 'PERSON_UNKNOWN' } });
  });

  test('of a leaver, from the moment the event is kept: 410, and audited', async () => {
    const { id } = await joinWithKey(door, 'eve@example.com', '417730');
    await door.operations.people.clear('test', { who: 'eve@example.com' });
    const { status, body, text } = await lookUp({ email: 'eve@example.com' });
    expect([status, body.code]).toEqual([410, 'LEFT']);
    expect(text).not.toContain('417730');
    expect(await lastAudit()).toMatchObject({ person_id: id, detail: { outcome: 'LEFT' } });
  });

  test('of somebody who is in none of the entitled groups: 404, and audited', async () => {
    const { id } = await joinWithKey(door, 'ella@example.com', '417733');
    const { sources } = door.operations;
    await sources.add('test', { name: 'groups', kind: 'scim', entitledGroups: ['Hosts'] });
    const { status, body, text } = await lookUp({ email: 'ella@example.com' }).finally(() =>
      sources.remove('test', { name: 'groups' }),
    );
    expect([status, body.code]).toEqual([404, 'NOT_ENTITLED']);
    expect(text).not.toContain('417733');
    expect(await lastAudit()).toEqual({
      actor: 'root',
      person_id: id,
      subject: 'ella@example.com',
      detail: { outcome: 'NOT_ENTITLED' },
    });
  });

  test('while somebody else keeps changing it: 409', async () => {
    const { id } = await joinWithKey(door, 'finn@example.com', '417731');
    await door.sql('UPDATE people SET contested_at = now() WHERE id = $1', [id]);
    const { status, body } = await lookUp({ email: 'finn@example.com' });
    expect([status, body.code]).toEqual([409, 'KEY_CONTESTED']);
  });

  test('before it is set: 409', async () => {
    await join(door, 'gina@example.com');
    const { status, body } = await lookUp({ email: 'gina@example.com' });
    expect([status, body.code]).toEqual([409, 'WAITING_FOR_ZOOM']);
  });

  test('that no key of the ring opens: 409', async () => {
    const { zoomUserId } = await joinWithKey(door, 'hank@example.com', '417732');
    const elsewhere = door.seal.seal('417732', { owner: 'somebody else', column: 'host_key', generation: 1 });
    await door.sql('UPDATE host_keys SET sealed = $2 WHERE zoom_user_id = $1', [zoomUserId, elsewhere]);
    const { status, body } = await lookUp({ email: 'hank@example.com' });
    expect([status, body.code]).toEqual([409, 'KEY_UNREADABLE']);
  });
});

describe('the answer', () => {
  test('is kept by nobody on the way', async () => {
    await joinWithKey(door, 'ian@example.com', '305182');
    for (const email of ['ian@example.com', 'nobody@example.com']) {
      expect((await lookUp({ email })).headers.get('cache-control')).toBe('no-store');
    }
  });

  test('is not to be had by an address', async () => {
    expect((await door.ask('GET', '/host-keys/lookup?email=ian@example.com')).status).toBe(404);
    expect((await door.ask('POST', '/host-keys/lookup?email=ian@example.com')).body.code).toBe(
      'INPUT_INVALID',
    );
  });

  test.each([
    [{}, 'must hold either email or zoomUserId'],
    [{ email: 'a@b.c', zoomUserId: 'x' }, 'must hold either email or zoomUserId'],
    [{ email: 'no mail' }, 'email: must be a mail address'],
    [{ email: 7 }, 'email: must be a text'],
    [{ email: `${'a'.repeat(400)}@b.c` }, 'email: must be at most 320 characters'],
    [{ zoomUserId: 'a\u0001b' }, 'zoomUserId: must be a Zoom user id'],
    [{ mail: 'a@b.c' }, 'Unrecognized key: "mail"; must hold either email or zoomUserId'],
    [[], 'Invalid input: expected object, received array'],
  ])('to %j is what is wrong with it', async (body, detail) => {
    expect((await lookUp(body)).body).toMatchObject({ status: 400, code: 'INPUT_INVALID', detail });
  });
});
