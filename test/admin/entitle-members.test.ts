import { afterEach, expect, test } from '@jest/globals';
import { openOperations } from '../../src/assemble/admin.js';
import type { Operations } from '../../src/admin/operations.js';
import { lookUp } from '../../src/jobs/look-up.js';
import { expectAtRest } from '../harness/at-rest.js';
import { openDirectory, type Directory, type Member } from '../harness/directory.js';
import { startCore, type TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let operations: Operations;
let people = 0;
async function open(env: Record<string, string> = {}): Promise<void> {
  service = await startCore(env);
  operations = openOperations(service.core, 'http://unused.example');
}
afterEach(() => service.close());

const entitle = (...entitledGroups: string[]) =>
  operations.sources.entitle('test', { name: 'scim', entitledGroups });

async function member(directory: Directory): Promise<Member> {
  const { email } = service.zoom.users.add({ email: `person${++people}@example.com` });
  return directory.user(email);
}

/** Once all that follows is done, in Zoom too. */
async function rested(...members: Member[]): Promise<string[]> {
  await service.core.memberships.settled();
  await expectAtRest(service);
  return shown(...members);
}

async function shown(...members: Member[]): Promise<string[]> {
  const { database, keys } = service.core;
  const found = members.map(({ mail }) => lookUp({ mail }, { pool: database.pool, keys }));
  return (await Promise.all(found)).map((one) => (one.outcome === 'key' ? 'key' : one.code));
}

/** How many clears there are, by how they stand. */
async function clears(): Promise<Record<string, number>> {
  const { rows } = await service.core.database.pool.query<{ state: string; n: number }>(
    `SELECT state, count(*)::int AS n FROM jobs WHERE action = 'clear' GROUP BY state`,
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}

test('members of a group that comes to decide get keys, of one that no longer does lose them, of both keep them', async () => {
  await open();
  const directory = await openDirectory(service.core, { entitledGroups: ['Old'] });
  const [ann, ben, cid] = [await member(directory), await member(directory), await member(directory)];
  await directory.group('Old', [ann, ben]);
  const fresh = await directory.group('New', [ben, cid], 'ext-42');
  expect(await rested(ann, ben, cid)).toEqual(['key', 'key', 'NOT_ENTITLED']);
  await entitle('new');
  expect(await rested(ann, ben, cid)).toEqual(['NOT_ENTITLED', 'key', 'key']);
  expect(await clears()).toEqual({ done: 1 });
  await directory.quit(fresh, cid);
  expect(await rested(cid)).toEqual(['NOT_ENTITLED']);
  await directory.rename(fresh, 'Renamed', 'ext-42');
  expect(await rested(ben)).toEqual(['NOT_ENTITLED']);
  await entitle('ext-42');
  expect(await rested(ann, ben, cid)).toEqual(['NOT_ENTITLED', 'key', 'NOT_ENTITLED']);
  await entitle();
  expect(await rested(ann, ben, cid)).toEqual(['key', 'key', 'key']);
});

test('too many who would lose their keys are braked, refused at once, and let be when the groups are as they were', async () => {
  await open({ BRAKE_MINIMUM: '2', BRAKE_PERCENT: '0' });
  const directory = await openDirectory(service.core, { entitledGroups: ['Old'] });
  const members = await Promise.all(Array.from({ length: 5 }, () => member(directory)));
  await directory.group('Old', members);
  expect(await rested(...members)).toEqual(members.map(() => 'key'));
  expect((await entitle('New')).decided).toMatchObject({ people: 5, clear: 5, braked: 3 });
  expect(await shown(...members)).toEqual(members.map(() => 'NOT_ENTITLED'));
  await waitFor('those who pass', async () => (await clears())['done'] === 2);
  expect((await entitle('Old')).decided).toMatchObject({ people: 5, set: 2 });
  expect(await rested(...members)).toEqual(members.map(() => 'key'));
  expect(await clears()).toEqual({ done: 2, superseded: 3 });
});

test('while groups are written all the time, it waits for them and they for it, and everybody ends right', async () => {
  await open();
  const directory = await openDirectory(service.core, { entitledGroups: ['A'] });
  const members = await Promise.all(Array.from({ length: 12 }, () => member(directory)));
  const groups = await Promise.all(['A', 'B', 'C'].map((name) => directory.group(name)));
  const writing = members.map(async (one, index) => {
    const [to, from] = [groups[index % 3]!, groups[(index + 1) % 3]!];
    await directory.join(from, one);
    await directory.join(to, one);
    await directory.quit(from, one);
    await directory.rename(to, ['A', 'B', 'C'][index % 3]!);
  });
  await Promise.all([...writing, entitle('B'), entitle('C'), entitle('C', 'B')]);
  await entitle('B');
  const isIn = members.map((_, index) => (index % 3 === 1 ? 'key' : 'NOT_ENTITLED'));
  expect(await rested(...members)).toEqual(isIn);
});
