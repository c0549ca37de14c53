import { expect } from '@jest/globals';
import { HostKey } from '../../src/lifecycle/host-key.js';
import type { Person, ZoomUser } from '../../src/lifecycle/person.js';
import { keyInForce } from '../../src/lifecycle/wanted.js';
import { transaction } from '../../src/records/database.js';
import { findSealed } from '../../src/records/jobs.js';
import { holdPeople } from '../../src/records/people.js';
import { waitFor } from '../harness/wait-for.js';
import { endings, recordKey, staysWithOne, type Expected, type TrueUser } from './stories-model.js';
import type { Playing } from './stories-play.js';

/** Waits until nothing is left to do for anybody in the story but to wait for Zoom. */
export async function rest(playing: Playing): Promise<void> {
  const { pool } = playing.stage.core.database;
  const values = [...recordsOf(playing), [...playing.users.keys()]];
  let left: string[] = [];
  const isAtRest = async () => {
    const { rows } = await pool.query<{ job: string }>({ name: 'story-at-rest', text: LEFT, values });
    left = rows.map((row) => row.job);
    return left.length === 0;
  };
  await waitFor('the worker to come to rest', isAtRest, 30_000).catch((error: unknown) => {
    throw new Error(`still to be done: ${left.join('; ')}`, { cause: error });
  });
}

const LEFT = `
SELECT concat_ws(' ', action, state, code, zoom_user_id, next_attempt_at) AS job FROM jobs
WHERE finished_at IS NULL AND state <> 'waiting' AND person_id IN (
  SELECT person_id FROM standings JOIN unnest($1::uuid[], $2::text[]) AS k (source_id, record) USING (source_id, record)
  UNION SELECT person_id FROM zoom_users WHERE id = ANY ($3::text[]))
UNION ALL SELECT concat_ws(' ', 'membership of', member_id) FROM membership_news WHERE member_id::text = ANY ($2::text[])`;

function recordsOf({ told, stage }: Playing): [string[], string[]] {
  return [told.map((one) => stage.sources[one.source as 'okta']), told.map((one) => one.record)];
}

/** Everybody ends as the model says, and what Zoom holds is what we hold. */
export async function expectEndings(playing: Playing): Promise<void> {
  const people = await peopleOf(playing);
  const expected = endings(
    playing.told,
    trueUsers(playing),
    playing.stage.group && playing.members,
    staysWithOne,
    strayIn(people, playing),
  );
  expect(people.map((person) => whoIs(person, playing)).sort()).toEqual(expected.map(whoShouldBe).sort());
  for (const one of expected) {
    const person = people.find((other) => whoIs(other, playing) === whoShouldBe(one)) as Person;
    expect(endOf(person, one)).toEqual(one);
    for (const user of person.zoomUsers) await expectSameKey(user, playing);
  }
}

/** Zoom users under one mail, held together by somebody whom only Zoom knows, count as that person's. */
function strayIn(people: Person[], playing: Playing): (user: string) => string {
  const mailsOf = (user: string) =>
    playing.told.filter((one) => one.record === user).flatMap(({ mail }) => mail ?? []);
  return (user) => {
    const holder = people.find((person) => person.records.some((one) => one.record === user));
    const others = holder?.records.map((one) => one.record) ?? [];
    const isStray = others.every((one) => playing.users.has(one));
    const known = others.filter((one) => mailsOf(one).some((mail) => mailsOf(user).includes(mail)));
    return `stray ${isStray ? known.sort()[0] : user}`;
  };
}

function trueUsers({ users }: Playing): TrueUser[] {
  return [...users.values()].map((user) => ({ id: user.id, status: user.deleted ? 'deleted' : user.status }));
}

async function peopleOf(playing: Playing): Promise<Person[]> {
  const [sourceIds, records] = recordsOf(playing);
  const whom = {
    records: records.map((record, index) => ({ sourceId: sourceIds[index] as string, record })),
    zoomUserIds: [...playing.users.keys()],
  };
  const held = await transaction(playing.stage.core.database.pool, (client) => holdPeople(client, whom));
  return [...held.people.values()];
}

function nameOf(sourceId: string, { stage }: Playing): string {
  return Object.entries(stage.sources).find(([, id]) => id === sourceId)?.[0] ?? sourceId;
}

function whoIs({ records }: Person, playing: Playing): string {
  const told = records.map((one) => {
    const key = recordKey({ source: nameOf(one.sourceId, playing), record: one.record });
    return `${key} is ${one.standing ?? 'nothing'}`;
  });
  return told.sort().join(', ');
}

function whoShouldBe({ standings }: Expected): string {
  return Object.entries(standings)
    .map(([key, says]) => `${key} is ${says}`)
    .sort()
    .join(', ');
}

/** How a person ended, said as the model says it: where it leaves room, what is within it counts as said. */
function endOf(person: Person, expected: Expected): Expected {
  const held = person.zoomUsers.filter((user) => keyInForce(user)).map((user) => user.id);
  const waits = person.jobs.some((job) => job.action === 'set');
  const asExpected = held.length === 1 && expected.heldAtOneOf.includes(held[0] as string);
  const waitsAsExpected = held.length === 0 && waits && expected.mayWait;
  return {
    standings: expected.standings,
    wanted: held.length > 0 || waits,
    zoomUsers: person.zoomUsers.map((user) => user.id).sort(),
    heldAtOneOf: asExpected || waitsAsExpected ? expected.heldAtOneOf : held,
    mayWait: waits && !waitsAsExpected ? true : expected.mayWait,
  };
}

/** Zoom has the key that is held; where none is, it has none that was ever set by us, unless it takes no other yet. */
async function expectSameKey(user: ZoomUser, { stage, users }: Playing): Promise<void> {
  const { database, keys } = stage.core;
  const inZoom = stage.zoom.users.hostKeyOf(user.id);
  const key = keyInForce(user);
  if (key) {
    const sealed = await findSealed(database.pool, user.id, key.generation);
    const ours = sealed && keys.open(sealed, user.id, key.generation)?.reveal();
    expect({ user: user.id, key: inZoom, state: key.state }).toEqual({
      user: user.id,
      key: ours,
      state: 'active',
    });
    return;
  }
  if (inZoom === undefined || users.get(user.id)?.status !== 'active') return;
  const { rows } = await database.pool.query<{ generation: number }>(
    `SELECT generation FROM attempts WHERE zoom_user_id = $1 AND generation IS NOT NULL AND value_hash = ANY ($2)`,
    [user.id, keys.hashes(HostKey.parse(inZoom), user.id)],
  );
  expect({ user: user.id, generationsLeftInZoom: rows }).toEqual({
    user: user.id,
    generationsLeftInZoom: [],
  });
}
