import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newPerson, type Person } from '../../src/lifecycle/person.js';
import { writeChanges } from '../../src/records/changes.js';
import { transaction, type Client } from '../../src/records/database.js';
import { differences } from '../../src/records/differences.js';
import { beginLocking, holdPeople, type Held, type Whom } from '../../src/records/people.js';
import { openDirectory } from '../harness/directory.js';
import { addSource } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let sourceId: string;

beforeAll(async () => {
  service = await startCore({}, { workers: false });
  sourceId = await addSource(service.core, 'scim');
});
afterAll(() => service.close());

function inTransaction<T>(work: (client: Client) => Promise<T>, identifiers: string[] = []): Promise<T> {
  return transaction(service.core.database.pool, work, beginLocking(identifiers));
}

function hold(whom: Whom): Promise<Held> {
  return inTransaction((client) => holdPeople(client, whom));
}

/** Writes people as they are, and reads them back. */
async function keep(...people: Person[]): Promise<Person[]> {
  const ids = people.map((person) => person.id);
  await inTransaction(async (client) => {
    const held = await holdPeople(client, { personIds: ids });
    for (const person of people) held.people.set(person.id, person);
    await writeChanges(client, differences(held));
  });
  const held = await hold({ personIds: ids });
  return ids.flatMap((id) => held.people.get(id) ?? []);
}

/** With a value in every place. */
function somebody(): Person {
  const id = service.core.newId();
  return {
    ...newPerson(id),
    name: 'Zoë “Q” O’Neil \\ 𝄞',
    mail: `${id}@example.com`,
    contestedAt: 1_767_225_600_123,
    exposedAt: [1_767_225_600_001, 1_767_225_600_002],
    links: [
      { kind: 'mail', value: `${id}@example.com`, claimedAt: 1_767_225_600_123 },
      { kind: 'okta-id', value: id, claimedAt: 1_767_225_600_124 },
    ],
    records: [
      {
        sourceId,
        record: `record ${id}`,
        standing: 'active',
        standingAt: 1_767_225_600_123,
        sequence: 9_007_199_254_740_991,
        facts: {
          department: { value: 'Sales', at: 5, sequence: 2 },
          mail: { value: null, at: 6, sequence: 0 },
        },
      },
    ],
    zoomUsers: [
      {
        id: `zoom ${id}`,
        mail: `${id}@example.com`,
        standing: 'active',
        standingAt: 1_767_225_600_123,
        generation: 7,
        renewAfter: 1_767_225_600_125,
        lease: { token: service.core.newId(), until: 1_767_225_600_126 },
        keys: [],
        sent: [],
      },
    ],
  };
}

test('a person is read back as they were written, to the millisecond', async () => {
  const person = somebody();
  expect(await keep(person)).toEqual([person]);
  const plain = newPerson(service.core.newId());
  expect(await keep(plain)).toEqual([plain]);
});

test('what is untouched is not written again', async () => {
  const [person] = await keep(somebody());
  const held = await hold({ personIds: [person!.id] });
  expect(Object.values(differences(held)).flat()).toEqual([]);
  held.people.set(person!.id, { ...held.people.get(person!.id)! });
  expect(Object.values(differences(held)).flat()).toEqual([]);
});

test('a person is found by mail, by record, by Zoom user, by its mail and by id; unknown ones are no trouble', async () => {
  const [person] = await keep(somebody());
  const { id } = person!;
  const other = { ...somebody(), links: [] };
  await keep(other);
  const ways: Whom[] = [
    { links: [{ kind: 'mail', value: `${id}@example.com` }] },
    { links: [{ kind: 'okta-id', value: id }] },
    { records: [{ sourceId, record: `record ${id}` }] },
    { zoomUserIds: [`zoom ${id}`] },
    { personIds: [id] },
  ];
  for (const way of ways) expect([...(await hold(way)).people.keys()]).toEqual([id]);
  const byZoomMail = await hold({ links: [{ kind: 'mail', value: `${other.id}@example.com` }] });
  expect([...byZoomMail.people.keys()]).toEqual([other.id]);
  expect((await hold({ personIds: [service.core.newId()], zoomUserIds: ['nobody'] })).people.size).toBe(0);
});

test('somebody who was merged leads to whoever they became', async () => {
  const [a, b, c] = [somebody(), somebody(), somebody()].sort((x, y) => (x.id < y.id ? -1 : 1));
  await keep(a!, b!, c!);
  const emptied = (from: Person, into: Person): Person => ({ ...newPerson(from.id), mergedInto: into.id });
  await keep(emptied(c!, b!));
  await keep(emptied(b!, a!));
  const held = await hold({ personIds: [c!.id] });
  expect([...held.people.keys()]).toEqual([a!.id]);
});

test('two who want the same people wait for each other, in whatever order they name them', async () => {
  const people = await keep(...Array.from({ length: 6 }, somebody));
  const ids = people.map((person) => person.id);
  let inside = 0;
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      inTransaction(async (client) => {
        const turned = [...ids.slice(index % 6), ...ids.slice(0, index % 6)];
        await holdPeople(client, { personIds: turned });
        expect(++inside).toBe(1);
        await client.query('SELECT 1');
        inside--;
      }),
    ),
  );
});

test('a Zoom user that is handed on while somebody waits for it is found with whoever has it then', async () => {
  const [from, to] = await keep(somebody(), { ...somebody(), zoomUsers: [] });
  const [user] = from!.zoomUsers;
  let release = () => undefined as void;
  let holds = false;
  const passing = inTransaction(async (client) => {
    const held = await holdPeople(client, { personIds: [from!.id, to!.id] });
    holds = true;
    await new Promise<void>((resolve) => (release = resolve));
    held.people.set(from!.id, { ...from!, zoomUsers: [] });
    held.people.set(to!.id, { ...to!, zoomUsers: [user!] });
    await writeChanges(client, differences(held));
  });
  await waitFor('both to be held', () => holds);
  const waiting = hold({ zoomUserIds: [user!.id] });
  await waitFor('somebody to wait', async () => {
    const { rows } = await service.core.database.pool.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  });
  release();
  await passing;
  const { people } = await waiting;
  expect(people.get(to!.id)?.zoomUsers.map(({ id }) => id)).toEqual([user!.id]);
});

test('what two name at once is theirs one after the other, though it is not in the database yet', async () => {
  const order: string[] = [];
  const identifiers = ['mail x@example.com', 'record 1', 'record 2'];
  let release = () => undefined as void;
  const enter = async (client: Client, name: string) => {
    await client.query('SELECT');
    order.push(name);
  };
  const first = inTransaction(async (client) => {
    await enter(client, 'first begins');
    await new Promise<void>((resolve) => (release = resolve));
    order.push('first ends');
  }, identifiers);
  await waitFor('the first', () => order.length === 1);
  const second = inTransaction((client) => enter(client, 'second'), [...identifiers].reverse().slice(0, 2));
  const other = inTransaction((client) => enter(client, 'other'), ['mail y@example.com']);
  await other;
  release();
  await Promise.all([first, second]);
  expect(order).toEqual(['first begins', 'other', 'first ends', 'second']);
});

test('a Zoom user handed to another person goes with all that belongs to it', async () => {
  const [from, to] = await keep(somebody(), somebody());
  const [user] = from!.zoomUsers;
  const [left, right] = await keep(
    { ...from!, zoomUsers: [] },
    { ...to!, zoomUsers: [...to!.zoomUsers, user!] },
  );
  expect(left!.zoomUsers).toEqual([]);
  expect(right!.zoomUsers).toContainEqual(user);
});

test('who is in which group is asked only where groups decide, and then of those who are loaded or spoken of', async () => {
  const [ann] = await keep(somebody());
  const asked: string[] = [];
  const holding = (records: { sourceId: string; record: string }[]) =>
    inTransaction((client) => {
      const query = (statement: { name: string }) => (
        asked.push(statement.name),
        client.query(statement as never)
      );
      return holdPeople({ query } as unknown as Client, { personIds: [ann!.id], records });
    });
  await holding([]);
  expect(asked.splice(0)).toEqual(['find-people', 'load-people']);
  const directory = await openDirectory(service.core, { name: 'deciding', entitledGroups: ['Hosts'] });
  const [known, stranger] = [await directory.user('known@example.com'), service.core.newId()];
  await directory.group('Hosts', [known]);
  const records = [known.id, stranger].map((record) => ({ sourceId: directory.sourceId, record }));
  const held = await holding(records);
  expect(asked).toEqual(['find-people', 'load-people', 'find-entitled']);
  expect([...held.entitled]).toEqual([`${directory.sourceId} ${known.id}`]);
  const entitled = [...held.people.values()].flatMap((one) => one.records).filter((one) => one.entitled);
  expect(entitled.map(({ record }) => record)).toEqual([known.id]);
  await service.core.memberships.settled();
});
