import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '../../src/records/id.js';
import { type Door, openDoor } from './door.js';
import { joinWithKey, sourceId } from './people.js';

let door: Door;
const open = async () => void (door = await openDoor());
const close = () => door.close();

const add = (name: string, more: object = {}) =>
  door.operations.sources.add('test', { name, kind: 'scim', ...more });
const entitle = (name: string, ...entitledGroups: string[]) =>
  door.ask('POST', `/sources/${name}/entitle`, { entitledGroups });
const lookUp = (email: string) => door.ask('POST', '/host-keys/lookup', { email });
const listed = async (name: string) =>
  (await door.ask('GET', '/sources')).body.sources.find((one: any) => one.name === name);
/** How many jobs there are, by what they are and how they stand. */
async function jobs(): Promise<Record<string, number>> {
  const rows = await door.sql(
    `SELECT concat_ws(' ', action, state) AS what, count(*)::int AS n FROM jobs WHERE state <> 'done' GROUP BY what`,
  );
  return Object.fromEntries(rows.map(({ what, n }) => [what, n]));
}

/** Who hold keys by okta. */
async function holders(count: number): Promise<string[]> {
  const mails = Array.from({ length: count }, (_, n) => `person${n}@example.com`);
  for (const mail of mails) await joinWithKey(door, mail, '739152');
  return mails;
}

/** A group of a source, as it is kept. */
async function group(source: string, nameKey: string, externalId: string | null = null): Promise<string> {
  const id = newId();
  const row = { sourceId: await sourceId(door, source), id, type: 'Group', nameKey, externalId };
  const times = { createdAt: new Date(), updatedAt: new Date() };
  await door.database.prisma.scimResource.create({ data: { ...row, ...times, active: true, resource: {} } });
  return id;
}

describe('the groups whose members alone get keys', () => {
  beforeEach(open);
  afterEach(close);

  test('are taken on by a source that counts: everybody is decided anew at once, and the audit tells of it', async () => {
    const [mail] = await holders(2);
    const { status, body } = await entitle('okta', 'Hosts', ' ext-42 ', 'Hosts');
    expect([status, body.name, body.entitledGroups]).toEqual([200, 'okta', ['Hosts', 'ext-42']]);
    expect(body.decided).toMatchObject({ people: 2, clear: 2 });
    expect(await jobs()).toEqual({ 'clear queued': 2 });
    expect((await lookUp(mail!)).body.code).toBe('NOT_ENTITLED');
    expect(await listed('okta')).toMatchObject({ entitledGroups: ['Hosts', 'ext-42'], goingLiveAt: null });
    const audit = await door.sql(
      `SELECT actor, action, detail FROM audit WHERE subject = 'okta' ORDER BY id`,
    );
    expect(audit.slice(1)).toEqual([
      { actor: 'root', action: 'source.entitle', detail: { entitledGroups: ['Hosts', 'ext-42'] } },
      { actor: 'root', action: 'source.live', detail: expect.objectContaining({ people: 2, clear: 2 }) },
    ]);
  });

  test('are given up again: what was not cleared yet stays, also of those of whom the source never spoke', async () => {
    const [mail] = await holders(2);
    await add('entra');
    await entitle('entra', 'Hosts');
    expect(await jobs()).toEqual({ 'clear queued': 2 });
    expect((await entitle('entra')).body).toMatchObject({ entitledGroups: [], decided: { people: 2 } });
    expect(await jobs()).toEqual({ 'clear superseded': 2 });
    expect((await lookUp(mail!)).status).toBe(200);
  });

  test('are known by their names in any case and by their externalIds, and get no new version', async () => {
    await add('entra', { entitledGroups: ['Hosts'] });
    const ids = [
      await group('entra', 'hosts'),
      await group('entra', 'λογοσ'),
      await group('entra', 'x', 'ext-42'),
    ];
    await group('entra', 'others', 'EXT-42');
    const entitled = async () => {
      const rows = await door.sql('SELECT id, version FROM scim_resources WHERE entitled ORDER BY id');
      return rows.map((row) => [ids.indexOf(row.id), row.version]);
    };
    await entitle('entra', 'Hosts');
    expect(await entitled()).toEqual([[0, 1]]);
    await entitle('entra', 'ΛΟΓΟΣ', 'ext-42');
    expect(await entitled()).toEqual([1, 2].map((index) => [index, 1]));
    await entitle('entra');
    expect(await entitled()).toEqual([]);
  });

  test('of an observed source decide nothing until it goes live, and can be looked at before', async () => {
    await holders(3);
    await add('entra', { observed: true });
    const { body } = await entitle('entra', 'Hosts');
    expect(body).toEqual({ name: 'entra', entitledGroups: ['Hosts'] });
    expect([await jobs(), (await listed('entra')).goingLiveAt]).toEqual([{}, null]);
    const forecast = await door.ask('POST', '/sources/entra/go-live', {});
    expect(forecast.body).toMatchObject({ live: false, people: 3, clear: 3 });
    await entitle('entra');
    expect((await door.ask('POST', '/sources/entra/go-live', {})).body).toMatchObject({ people: 0 });
  });
});

describe('it is refused', () => {
  beforeAll(open);
  afterAll(close);

  test.each<[string, string, unknown, number, string]>([
    ['for a source of another kind', 'zoom', { entitledGroups: ['Hosts'] }, 400, 'INPUT_INVALID'],
    ['for a source that is not there', 'nobody', { entitledGroups: ['Hosts'] }, 404, 'SOURCE_UNKNOWN'],
    ['without a word of groups', 'okta', {}, 400, 'INPUT_INVALID'],
    ['with a group without a name', 'okta', { entitledGroups: [' '] }, 400, 'INPUT_INVALID'],
    ['with too many', 'okta', { entitledGroups: Array(101).fill('x') }, 400, 'INPUT_INVALID'],
  ])('%s, and nothing changes', async (_, name, body, status, code) => {
    for (const known of ['okta', 'zoom']) await sourceId(door, known);
    const answer = await door.ask('POST', `/sources/${name}/entitle`, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await door.sql(`SELECT FROM sources WHERE entitled_groups <> '{}'`)).toEqual([]);
    expect(await door.sql(`SELECT FROM audit WHERE action = 'source.entitle'`)).toEqual([]);
  });

  test('in front of a long transaction', async () => {
    await add('entra');
    const backup = await door.database.pool.connect();
    await backup.query('BEGIN; SELECT 1 FROM sources');
    const { status, body } = await entitle('entra', 'Hosts');
    await backup.query('COMMIT');
    backup.release();
    expect([status, body.code]).toEqual([503, 'SOURCES_BUSY']);
    expect((await listed('entra')).entitledGroups).toEqual([]);
  });
});

describe('on a command line', () => {
  beforeEach(open);
  afterEach(close);

  const run = (...args: string[]) => door.run(['source', 'entitle', ...args]);

  test('it says whose members get keys, and what followed', async () => {
    await holders(2);
    const { code, stdout } = await run('okta', 'Zoom hosts', 'ext-42');
    expect([code, stdout]).toEqual([
      0,
      'entitled by okta: members of Zoom hosts, ext-42\n  people  2\n  clear   2\n',
    ]);
    expect((await run('okta')).stdout).toMatch(/^entitled by okta: everybody\n {2}people +2\n/);
    await add('entra', { observed: true });
    expect((await run('entra', 'Hosts')).stdout).toContain('nothing follows until it goes live');
  });

  test('with --json it prints that and no more', async () => {
    await holders(1);
    const { code, stdout } = await run('okta', 'Hosts', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { name: 'okta', entitledGroups: ['Hosts'], decided: expect.objectContaining({ people: 1, clear: 1 }) },
    ]);
  });

  test('without a name it is wrong usage', async () => {
    expect((await run()).code).toBe(2);
  });
});
