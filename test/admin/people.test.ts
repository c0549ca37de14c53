import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../src/records/id.js';
import { type Door, openDoor } from './door.js';
import { join, joinWithKey } from './people.js';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

const say = (word: string, who: unknown) => door.ask('POST', `/people/${word}`, { who });
const unfinished = (personId: string) =>
  door.sql('SELECT action FROM jobs WHERE person_id = $1 AND finished_at IS NULL', [personId]);

describe('a person', () => {
  test('is shown with everything a decision rests on, and never a key', async () => {
    const { id, mail, zoomUserId } = await joinWithKey(door, 'ann@example.com', '739152');
    const { body, text } = await say('show', mail);
    expect(body).toMatchObject({
      id,
      mail,
      wanted: true,
      contestedAt: null,
      links: expect.arrayContaining([{ kind: 'mail', value: mail }]),
      zoomUsers: [{ id: zoomUserId, standing: 'active', hostKeys: [{ generation: 1, state: 'active' }] }],
      jobs: [expect.objectContaining({ action: 'set', state: 'done' })],
    });
    expect(body.standings.map(({ source, standing }: any) => [source, standing])).toEqual(
      expect.arrayContaining([['okta', 'active']]),
    );
    expect(body.events).toHaveLength(2);
    expect(text).not.toMatch(/739152|v1\.test/);
  });

  test('is found by mail in any case, Zoom user id, own id, and the id from before a merge', async () => {
    const { id, zoomUserId } = await join(door, 'bob@example.com');
    const merged = newId();
    await door.sql('INSERT INTO people (id, merged_into) VALUES ($1, $2)', [merged, id]);
    for (const who of ['BOB@example.com ', zoomUserId, id, id.toUpperCase(), merged]) {
      expect((await say('show', who)).body.id).toBe(id);
    }
  });

  test('that nobody told us of is a 404, which repeats no mail', async () => {
    for (const word of ['show', 'clear', 'restore', 'rotate']) {
      const { body, text } = await say(word, 'nobody@example.com');
      expect(body).toMatchObject({ status: 404, code: 'PERSON_UNKNOWN' });
      expect(text).not.toContain('nobody');
    }
  });

  test.each([[undefined], [7], [''], ['a\u0007'], ['x'.repeat(321)]])('named %j is refused', async (who) => {
    expect((await say('clear', who)).body).toMatchObject({ status: 400, code: 'INPUT_INVALID' });
  });
});

describe('an operator', () => {
  test('clears a person whatever the sources say, and restores them with another key', async () => {
    const { id, mail } = await joinWithKey(door, 'cleo@example.com', '739153');
    const cleared = (await say('clear', mail)).body;
    expect(cleared).toMatchObject({ personId: id, mail, outcome: 'applied', jobs: [{ action: 'clear' }] });
    expect((await say('show', id)).body.wanted).toBe(false);
    expect(await unfinished(id)).toEqual([{ action: 'clear' }]);

    expect((await say('restore', id)).body.outcome).toBe('applied');
    expect((await say('show', id)).body.wanted).toBe(true);
  });

  test('rotates the key of a person, who is contested no longer', async () => {
    const { id, mail } = await joinWithKey(door, 'dora@example.com', '739154');
    await door.sql('UPDATE people SET contested_at = now() WHERE id = $1', [id]);
    expect((await say('rotate', mail)).body).toMatchObject({ outcome: 'applied', jobs: [{ action: 'set' }] });
    expect((await say('show', id)).body.contestedAt).toBeNull();
  });

  test('stands in the audit and in the notice, by the name of the token', async () => {
    const { id, mail } = await join(door, 'eve@example.com');
    for (const word of ['clear', 'restore', 'rotate']) await say(word, mail);
    const lines = await door.sql(
      'SELECT actor, action, subject FROM audit WHERE person_id = $1 ORDER BY id',
      [id],
    );
    expect(lines).toEqual(
      ['people.clear', 'people.restore', 'people.rotate'].map((action) => ({
        actor: 'root',
        action,
        subject: mail,
      })),
    );
    const notices = await door.sql(
      `SELECT n.body FROM notices n JOIN events e ON e.notice_id = n.id WHERE e.person_id = $1 AND n.body ? 'by'`,
      [id],
    );
    expect(notices).toEqual(Array(3).fill({ body: { by: 'root' } }));
  });
});
