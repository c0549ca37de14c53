import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Door, openDoor } from './door.js';
import { type Joiner, joinWithKey, sourceId } from './people.js';

let door: Door;
let source = '';
let sources = 0;
beforeAll(async () => {
  door = await openDoor();
  await door.operations.sources.add('test', { name: 'zoom', kind: 'zoom', presenceOnly: true });
});
beforeEach(() => {
  source = `okta-${++sources}`;
});
afterAll(() => door.close());

const drop = async (body: object) =>
  (await door.ask('POST', '/people/standings/drop', { source, ...body })).body;

async function tell(
  name: string,
  record: string,
  person: Joiner,
  standing: 'active' | 'gone',
  occurredAt: Date | null,
) {
  const type = standing === 'gone' ? ('removed' as const) : ('created' as const);
  const about = { record, subject: person.mail, mail: person.mail, occurredAt, sequence: 0 };
  const intake = {
    sourceId: await sourceId(door, name),
    noticeKey: null,
    body: {},
    events: [{ ...about, type, standing }],
  };
  return (await door.acceptor.accept(intake)).events[0]?.outcome;
}

/** What the source says of somebody it already knows. */
async function say(person: Joiner, standing: 'active' | 'gone', occurredAt: Date | null = null) {
  const [row] = await door.sql('SELECT record FROM standings WHERE person_id = $1 AND source_id = $2', [
    person.id,
    await sourceId(door, source),
  ]);
  return tell(source, row.record, person, standing, occurredAt);
}

/** With a key, by this source and by another that goes on saying they are there. */
async function vouched(who: string): Promise<Joiner> {
  const person = await joinWithKey(door, `${who}@${source}.example`, '739152', source);
  await tell('entra', `entra of ${person.id}`, person, 'active', null);
  return person;
}

/** A moment between what was said before and what is said after. */
async function betweenTimes(): Promise<Date> {
  const [row] = await door.sql('SELECT pg_sleep(0.005), clock_timestamp() AS at, pg_sleep(0.005)');
  return row.at;
}

const unfinished = async ({ id }: Joiner) =>
  (await door.sql('SELECT action FROM jobs WHERE person_id = $1 AND finished_at IS NULL', [id])).map(
    (job) => job.action,
  );

const standingOf = async ({ id }: Joiner) => {
  const [row] = await door.sql(
    'SELECT standing, standing_at FROM standings WHERE person_id = $1 AND source_id = $2',
    [id, await sourceId(door, source)],
  );
  return row;
};

describe('dropping what a source said', () => {
  test('of its leavers since a time undoes what followed, for them and for nobody else', async () => {
    const [early, late, stays] = [await vouched('early'), await vouched('late'), await vouched('stays')];
    await say(early, 'gone');
    const since = await betweenTimes();
    await say(late, 'gone');
    expect(await unfinished(late)).toEqual(['clear']);
    const asked = { standing: 'gone', since: since.toISOString() };
    const shown = await drop({ ...asked, dryRun: true });
    expect(shown).toMatchObject({ source, dryRun: true, records: 1, people: 1, set: 0, clear: 0 });
    expect(await unfinished(late)).toEqual(['clear']);
    expect(await drop(asked)).toEqual({ ...shown, dryRun: false });
    expect(await unfinished(late)).toEqual([]);
    expect(await unfinished(early)).toEqual(['clear']);
    expect(await unfinished(stays)).toEqual([]);
    expect(await standingOf(stays)).toMatchObject({ standing: 'active' });
    expect(await drop(asked)).toMatchObject({ records: 0, people: 0 });
  });

  test('gives a key again to those whose key was cleared', async () => {
    const person = await vouched('cleared');
    await say(person, 'gone');
    await door.sql(
      `UPDATE jobs SET state = 'done', finished_at = now() WHERE person_id = $1 AND action = 'clear'`,
      [person.id],
    );
    await door.sql(
      `UPDATE host_keys SET state = 'destroyed', sealed = NULL, hash = NULL WHERE zoom_user_id = $1`,
      [person.zoomUserId],
    );
    expect(await drop({ who: [person.mail] })).toMatchObject({ records: 1, people: 1, set: 1 });
    expect(await unfinished(person)).toEqual(['set']);
  });

  test('of whom nobody else vouches for takes their key, since nobody says active then', async () => {
    const person = await joinWithKey(door, `alone@${source}.example`, '739153', source);
    expect(await drop({ standing: 'active' })).toMatchObject({ records: 1, clear: 1, set: 0 });
    expect(await unfinished(person)).toEqual(['clear']);
  });

  test('by mail or id touches nobody else; all means all', async () => {
    const people = [await vouched('one'), await vouched('two'), await vouched('three')];
    const [one, two] = people as [Joiner, Joiner];
    expect(await drop({ who: [one.mail.toUpperCase(), two.id, two.id] })).toMatchObject({
      records: 2,
      people: 2,
    });
    expect(await drop({ all: true, dryRun: true })).toMatchObject({ records: 1, people: 1 });
    expect(await drop({ who: [one.mail], standing: 'gone', dryRun: true })).toMatchObject({ records: 0 });
  });

  test('leaves its time: newer news counts again, older and repeated news does not', async () => {
    const person = await vouched('repeated');
    await say(person, 'gone');
    const { standing_at: goneAt } = await standingOf(person);
    await drop({ standing: 'gone' });
    expect(await standingOf(person)).toEqual({ standing: null, standing_at: goneAt });
    expect(await say(person, 'gone', goneAt)).toBe('no-change');
    expect(await say(person, 'gone', new Date(goneAt.getTime() - 1))).toBe('late');
    expect(await say(person, 'active', new Date(goneAt.getTime() - 1))).toBe('late');
    expect(await unfinished(person)).toEqual([]);
    expect(await standingOf(person)).toMatchObject({ standing: null });
    expect(await say(person, 'gone', new Date(goneAt.getTime() + 1))).toBe('applied');
    expect(await unfinished(person)).toEqual(['clear']);
  });

  test('is told in the audit, once for the whole and once for each record', async () => {
    const people = [await vouched('ann'), await vouched('bob')];
    for (const person of people) await say(person, 'gone');
    const before = new Date(Date.now() + 60_000).toISOString();
    await drop({ standing: 'gone', until: before, dryRun: true });
    await drop({ standing: 'gone', until: before });
    const lines = await door.sql(
      `SELECT actor, subject, person_id, detail FROM audit WHERE action = 'people.standing.drop'
       AND (subject = $1 OR detail ->> 'source' = $1) ORDER BY person_id NULLS FIRST`,
      [source],
    );
    const each = people
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, mail }) => ({
        actor: 'root',
        subject: mail,
        person_id: id,
        detail: { source, record: expect.any(String), standing: 'gone', standingAt: expect.any(String) },
      }));
    const whole = {
      actor: 'root',
      subject: source,
      person_id: null,
      detail: { standing: 'gone', until: expect.any(String) },
    };
    expect(lines).toEqual([whole, ...each]);
  });

  test('of more people than one transaction takes, broken off and said again, reaches everybody once', async () => {
    const id = await sourceId(door, source);
    const left = (index: number) => {
      const mail = `leaver${index}@${source}.example`;
      const about = { record: `record ${index}`, subject: mail, mail, occurredAt: null, sequence: 0 };
      const events = [{ ...about, type: 'removed' as const, standing: 'gone' as const }];
      return door.acceptor.accept({ sourceId: id, noticeKey: null, body: {}, events });
    };
    await Promise.all(Array.from({ length: 230 }, (_, index) => left(index)));
    let chunks = 0;
    const { people } = door.parts.tell;
    door.parts.tell.people = () => {
      if (++chunks === 2) throw new Error('broken off');
    };
    const broken = await door.ask('POST', '/people/standings/drop', { source, all: true });
    door.parts.tell.people = people;
    expect(broken.status).toBe(500);
    expect(await drop({ all: true })).toMatchObject({ records: 30, people: 30 });
    const audited = await door.sql(`SELECT count(*)::int AS n FROM audit WHERE detail ->> 'source' = $1`, [
      source,
    ]);
    expect(audited).toEqual([{ n: 230 }]);
  });

  test.each([
    [{}, 'must name either people, a standing or times, or all'],
    [{ all: true, standing: 'gone' }, 'must name either people'],
    [{ standing: 'left' }, 'standing: must be active or gone'],
    [{ since: '14:00' }, 'since: must be a time such as'],
    [{ until: '2026-13-01T00:00:00Z' }, 'until: must be a time such as'],
    [{ who: [] }, 'who: '],
    [{ all: true, dryRun: 'maybe' }, 'dryRun: must be true or false'],
    [{ all: true, source: 'A b' }, 'source: must be 1 to 63'],
    [{ all: true, person: 'x' }, 'Unrecognized key'],
  ])('asked for as %j is refused', async (body, detail) => {
    expect(await drop(body)).toMatchObject({
      status: 400,
      code: 'INPUT_INVALID',
      detail: expect.stringContaining(detail),
    });
  });

  test('of a source or a person nobody knows is a clear error', async () => {
    expect(await drop({ source: 'nobody', all: true })).toMatchObject({
      status: 404,
      code: 'SOURCE_UNKNOWN',
    });
    expect(await drop({ source: 'operator', all: true })).toMatchObject({ code: 'SOURCE_UNKNOWN' });
    await sourceId(door, source);
    expect(await drop({ who: ['nobody@example.com'] })).toMatchObject({
      status: 404,
      code: 'PERSON_UNKNOWN',
    });
  });

  test('works on a command line', async () => {
    const person = await vouched('cli');
    await say(person, 'gone');
    const run = (args: string) => door.run(`people standing drop ${args} --source ${source}`.split(' '));
    const dry = await run('--standing gone --dry-run');
    expect([dry.code, dry.stdout.split('\n')[0]]).toEqual([
      0,
      `standings of ${source} that would be dropped: 1`,
    ]);
    const done = await run(`${person.mail} --json`);
    expect([done.code, JSON.parse(done.stdout)]).toMatchObject([
      0,
      { source, dryRun: false, records: 1, people: 1 },
    ]);
    expect((await run('')).code).toBe(2);
    expect((await door.run(['people', 'standing', 'drop', '--all'])).code).toBe(2);
  });
});
