import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { newId } from '../../src/records/id.js';
import { endGoLive } from '../../src/records/source-changes.js';
import { type Door, openDoor } from './door.js';
import { sourceId } from './people.js';

/** More than are decided in one transaction. */
const PEOPLE = 130;
const AT_ONCE = 100;

let door: Door;
beforeEach(async () => {
  door = await openDoor();
  const okta = await sourceId(door, 'okta');
  await Promise.all(Array.from({ length: PEOPLE }, (_, index) => tell(okta, mailOf(index))));
  await sourceId(door, 'entra');
});
afterEach(() => door.close());

const mailOf = (index: number) => `person${index}@example.com`;

function tell(source: string, mail: string): Promise<unknown> {
  const about = { subject: mail, occurredAt: new Date(), sequence: 0, mail };
  const event = { ...about, type: 'created' as const, record: newId(), standing: 'active' as const };
  return door.acceptor.accept({ sourceId: source, noticeKey: null, body: {}, events: [event] });
}

const entitle = (...entitledGroups: string[]) =>
  door.ask('POST', '/sources/entra/entitle', { entitledGroups });
const goingLiveAt = async () =>
  (await door.ask('GET', '/sources')).body.sources.find(({ name }: any) => name === 'entra').goingLiveAt;
const setsQueued = async () =>
  (await door.sql(`SELECT count(*)::int AS n FROM jobs WHERE action = 'set' AND state = 'queued'`))[0].n;

/** As when it is killed after the first hundred people: what is committed is committed. */
async function breakOff(...groups: string[]): Promise<void> {
  const { tell } = door.parts;
  const { people } = tell;
  tell.people = () => {
    throw new Error('broken off');
  };
  const { status } = await entitle(...groups).finally(() => (tell.people = people));
  expect([status, typeof (await goingLiveAt())]).toEqual([500, 'string']);
}

test('a change of groups that was broken off refuses at once, and is ended by being said again: nobody is left out', async () => {
  await breakOff('Hosts');
  expect(await setsQueued()).toBe(PEOPLE - AT_ONCE);
  for (const index of [0, PEOPLE - 1]) {
    const { body } = await door.ask('POST', '/host-keys/lookup', { email: mailOf(index) });
    expect(body.code).toBe('NOT_ENTITLED');
  }
  const { body } = await entitle('Hosts');
  expect(body.decided).toMatchObject({ people: PEOPLE, skipped: { notEntitled: PEOPLE } });
  expect([await setsQueued(), await goingLiveAt()]).toEqual([0, null]);
});

test.each([
  ['going live', () => door.ask('POST', '/sources/entra/go-live', { confirm: true })],
  ['removing the source', () => door.ask('DELETE', '/sources/entra')],
])('it is ended by %s, too, although no groups are left that would say so', async (_, end) => {
  await entitle('Hosts');
  await breakOff();
  expect(await setsQueued()).toBe(AT_ONCE);
  expect((await end()).status).toBe(200);
  expect(await setsQueued()).toBe(PEOPLE);
});

test('it is not ended by a go-live that began before it', async () => {
  const before = new Date();
  await breakOff('Hosts');
  const audit = { actor: 'test', action: 'source.live' };
  await endGoLive(door.database.prisma, await sourceId(door, 'entra'), before, audit);
  expect(await goingLiveAt()).not.toBeNull();
});
