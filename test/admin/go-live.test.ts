import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../src/records/id.js';
import { type Door, openDoor } from './door.js';
import { sourceId } from './people.js';

let door: Door;
let names = 0;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

const goLive = (name: string, body: unknown = {}) => door.ask('POST', `/sources/${name}/go-live`, body);
const jobsOf = async (name: string) =>
  door.sql('SELECT action FROM jobs WHERE source_id = $1', [await sourceId(door, name)]);

/** An observed source that tells of so many people. */
async function trial(people: number): Promise<string> {
  const name = `trial-${++names}`;
  await door.operations.sources.add('test', { name, kind: 'scim', observed: true });
  const id = await sourceId(door, name);
  const tell = (index: number) => {
    const mail = `person${index}@${name}.example`;
    const about = { subject: mail, occurredAt: new Date(), sequence: 0, mail };
    const event = { ...about, type: 'created' as const, record: newId(), standing: 'active' as const };
    return door.acceptor.accept({ sourceId: id, noticeKey: null, body: {}, events: [event] });
  };
  await Promise.all(Array.from({ length: people }, (_, index) => tell(index)));
  return name;
}

describe('going live', () => {
  test('without confirmation shows what would follow, and changes nothing', async () => {
    const name = await trial(3);
    for (const body of [undefined, {}, { confirm: false }]) {
      const answer = await goLive(name, body);
      expect(answer.body).toMatchObject({ name, live: false, people: 3, set: 3, clear: 0 });
    }
    expect(await jobsOf(name)).toEqual([]);
    const [row] = await door.sql('SELECT observed, going_live_at FROM sources WHERE name = $1', [name]);
    expect(row).toEqual({ observed: true, going_live_at: null });
  });

  test('does what was shown, and is told in the audit with its counts', async () => {
    const name = await trial(230);
    const { body: shown } = await goLive(name);
    const { status, body } = await goLive(name, { confirm: true });
    expect([status, body]).toEqual([200, { ...shown, live: true }]);
    expect(await jobsOf(name)).toHaveLength(230);
    const lines = await door.sql('SELECT actor, action, detail FROM audit WHERE subject = $1 ORDER BY id', [
      name,
    ]);
    expect(lines.slice(1)).toEqual([
      { actor: 'root', action: 'source.go-live', detail: {} },
      { actor: 'root', action: 'source.live', detail: expect.objectContaining({ people: 230, set: 230 }) },
    ]);
  });

  test('asked for by two at once gives each person one job', async () => {
    const name = await trial(150);
    const answers = await Promise.all([1, 2, 3].map(() => goLive(name, { confirm: true })));
    for (const { status, body } of answers)
      expect(body.code ?? status).toEqual(status === 409 ? 'SOURCE_NOT_OBSERVED' : 200);
    expect(await jobsOf(name)).toHaveLength(150);
    expect((await goLive(name)).body.code).toBe('SOURCE_NOT_OBSERVED');
  });

  test('waits for whoever decides by the source as it was, and gives up in front of a long transaction', async () => {
    const name = await trial(1);
    const backup = await door.database.pool.connect();
    await backup.query('BEGIN; SELECT 1 FROM sources');
    const { status, body } = await goLive(name, { confirm: true });
    expect([status, body.code]).toEqual([503, 'SOURCES_BUSY']);
    const going = goLive(name, { confirm: true });
    await backup.query('COMMIT');
    backup.release();
    expect((await going).body).toMatchObject({ live: true, set: 1 });
  });

  test('of a source that is unknown, removed, built in or live already is a clear error', async () => {
    const removed = await trial(1);
    await door.ask('DELETE', `/sources/${removed}`);
    for (const name of ['nobody', 'operator', removed]) {
      const { status, body } = await goLive(name, { confirm: true });
      expect([status, body.code]).toEqual([404, 'SOURCE_UNKNOWN']);
    }
    await sourceId(door, 'okta');
    const { status, body } = await goLive('okta');
    expect([status, body.code]).toEqual([409, 'SOURCE_NOT_OBSERVED']);
    for (const wrong of [{ confirm: 'yes' }, { confirm: 1 }, { yes: true }, []])
      expect((await goLive('okta', wrong)).body.code).toBe('INPUT_INVALID');
  });

  test('takes a token of scope admin', async () => {
    const { body } = await door.ask('POST', '/sources/okta/go-live', {}, null);
    expect(body.status).toBe(401);
  });
});

describe('on a command line, going live', () => {
  const run = (args: string, confirm?: () => Promise<boolean>) =>
    door.run(`source go-live ${args}`.split(' '), { confirm });

  test('shows the counts, asks, and does it when told yes', async () => {
    const name = await trial(2);
    const no = await run(name, async () => false);
    expect([no.code, no.stdout]).toEqual([1, '']);
    expect(no.stderr).toMatch(/would go live\n {2}people +2\n {2}set +2\n[^]*nothing was changed/);
    expect(await jobsOf(name)).toEqual([]);
    const yes = await run(name, async () => true);
    expect([yes.code, yes.stdout.split('\n')[0]]).toEqual([0, `${name} is live`]);
    expect(await jobsOf(name)).toHaveLength(2);
  });

  test('is wrong usage without --yes where nobody can be asked, and changes nothing', async () => {
    const name = await trial(1);
    const { code, stdout, stderr } = await run(`${name} --json`);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('say --yes');
    expect(await jobsOf(name)).toEqual([]);
  });

  test('with --json prints what was done, or with --dry-run what would be, and nothing else', async () => {
    const name = await trial(1);
    const dry = await run(`${name} --dry-run --json`);
    expect([dry.code, JSON.parse(dry.stdout)]).toMatchObject([0, { name, live: false, set: 1 }]);
    const done = await run(`${name} --yes --json`);
    expect([done.code, JSON.parse(done.stdout)]).toMatchObject([0, { name, live: true, set: 1 }]);
    const again = await run(`${name} --yes`);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('error SOURCE_NOT_OBSERVED')]);
  });
});
