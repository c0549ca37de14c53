import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Door, openDoor } from './door.js';
import { joinWithKey, sourceId } from './people.js';

let door: Door;
beforeEach(async () => {
  door = await openDoor();
});
afterEach(() => door.close());

const groups = { kind: 'scim', entitledGroups: ['Hosts', ' ext-42 ', 'Hosts'] };
const jobs = () =>
  door.sql<{ action: string; state: string; source: string }>(
    `SELECT action, state, (SELECT name FROM sources WHERE id = source_id) AS source FROM jobs
     WHERE state <> 'done' ORDER BY action, state`,
  );
const ask = (email: string) => door.ask('POST', '/host-keys/lookup', { email });

test('a source with entitled groups is listed with them', async () => {
  const { status, body } = await door.ask('POST', '/sources', { name: 'entra', ...groups });
  expect([status, body.kind, typeof body.token]).toEqual([201, 'scim', 'string']);
  const listed = (await door.ask('GET', '/sources')).body.sources;
  expect(listed).toMatchObject([{ name: 'entra', entitledGroups: ['Hosts', 'ext-42'], goingLiveAt: null }]);
});

test.each<[string, object, string]>([
  ['of another kind', { kind: 'zoom' }, 'entitledGroups: only a scim source'],
  ['with a group without a name', { entitledGroups: [' '] }, 'entitledGroups[0]: must be the displayName'],
  ['with a group that is no text', { entitledGroups: [1] }, 'entitledGroups[0]: must be a text'],
  ['with too many', { entitledGroups: Array(101).fill('x') }, 'entitledGroups: must be at most 100 groups'],
])('a source %s is refused, and not added', async (_, wrong, detail) => {
  const { status, body } = await door.ask('POST', '/sources', { name: 'entra', ...groups, ...wrong });
  expect([status, body.code, body.detail]).toEqual([400, 'INPUT_INVALID', expect.stringContaining(detail)]);
  expect((await door.ask('GET', '/sources')).body.sources).toEqual([]);
});

describe('beside people who hold keys, a source with entitled groups', () => {
  const holders = async () => {
    for (const n of [1, 2, 3]) await joinWithKey(door, `person${n}@example.com`, `73915${n}`);
  };

  test('takes them away at once, which the command says, and how to see it first', async () => {
    await holders();
    const { code, stdout, stderr } = await door.run([
      'source',
      'add',
      'entra',
      '--kind',
      'scim',
      '--entitled-group',
      'Hosts',
      'ext-42',
      '--json',
    ]);
    expect([code, JSON.parse(stdout).decided]).toEqual([0, expect.objectContaining({ people: 3, clear: 3 })]);
    expect(stderr).toContain('3 of those who are known hold a key');
    expect(stderr).toContain('--observe');
    expect(await jobs()).toEqual(Array(3).fill({ action: 'clear', state: 'queued', source: 'entra' }));
    expect((await ask('person1@example.com')).body.code).toBe('NOT_ENTITLED');
    const audit = await door.sql(`SELECT action FROM audit WHERE subject = 'entra' ORDER BY id`);
    expect(audit.map(({ action }) => action)).toEqual(['source.add', 'source.live']);
  });

  test('that is observed takes nothing, and says nothing of it', async () => {
    await holders();
    const { stdout, stderr } = await door.run([
      'source',
      'add',
      'entra',
      '--kind',
      'scim',
      '--entitled-group',
      'Hosts',
      '--observe',
      '--json',
    ]);
    expect(JSON.parse(stdout)).not.toHaveProperty('decided');
    expect(stderr).not.toContain('hold a key');
    expect(await jobs()).toEqual([]);
    const forecast = await door.ask('POST', '/sources/entra/go-live', {});
    expect(forecast.body).toMatchObject({ live: false, people: 3, clear: 3 });
    expect(await jobs()).toEqual([]);
    const live = await door.ask('POST', '/sources/entra/go-live', { confirm: true });
    expect(live.body).toEqual({ ...forecast.body, live: true });
    expect(await jobs()).toHaveLength(3);
  });

  test('whose adding was broken off is gone on with by go-live', async () => {
    await holders();
    await door.operations.sources.add('test', { name: 'entra', ...groups, observed: true });
    await door.sql(`UPDATE sources SET observed = false, going_live_at = now() WHERE name = 'entra'`);
    const { body } = await door.ask('POST', '/sources/entra/go-live', { confirm: true });
    expect(body).toMatchObject({ live: true, clear: 3 });
    expect((await door.ask('GET', '/sources')).body.sources[0].goingLiveAt).toBeNull();
  });

  test('gives them back to everybody when it is removed', async () => {
    await holders();
    await door.operations.sources.add('test', { name: 'entra', ...groups });
    const { body } = await door.ask('DELETE', '/sources/entra');
    expect(body).toMatchObject({ people: 3 });
    expect(await jobs()).toEqual(
      Array(3).fill(expect.objectContaining({ action: 'clear', state: 'superseded' })),
    );
    expect((await ask('person1@example.com')).status).toBe(200);
  });

  test('waits for whoever decides without it, and gives up in front of a long transaction', async () => {
    const backup = await door.database.pool.connect();
    await backup.query('BEGIN; SELECT 1 FROM sources');
    const { status, body } = await door.ask('POST', '/sources', { name: 'entra', ...groups });
    expect([status, body.code]).toEqual([503, 'SOURCES_BUSY']);
    await backup.query('COMMIT');
    backup.release();
    expect((await door.ask('POST', '/sources', { name: 'entra', ...groups })).status).toBe(201);
    expect((await door.ask('POST', '/sources', { name: 'entra', ...groups })).body.code).toBe(
      'SOURCE_NAME_TAKEN',
    );
    expect(await sourceId(door, 'entra')).toBeDefined();
  });
});
