import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { lookUp } from '../../src/jobs/look-up.js';
import { redecide } from '../../src/jobs/redecide.js';
import { countUnreadable, destroyUnreadable } from '../../src/records/unreadable.js';
import { attempt, onlyJob, unfinished } from '../harness/attempts.js';
import { expectRight } from '../harness/at-rest.js';
import { addSource, intakeOf, joined, told, zoomSaid } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';

const key = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;

/** One database, seen by who still has the old key and by who has lost it. */
let before: TestCore;
let after: TestCore;
let sourceId: string;
let people = 0;

beforeEach(async () => {
  before = await startCore({ ENCRYPTION_KEYS: key('old', 1) }, { workers: false });
  const { zoom, core } = before;
  const shared = { workers: false, databaseUrl: core.databaseUrl, zoom };
  after = await startCore({ ENCRYPTION_KEYS: key('new', 2) }, shared);
  sourceId = await addSource(core, 'scim');
});
afterEach(async () => {
  await after.close();
  await before.close();
});

async function holder(service: TestCore) {
  const user = service.zoom.users.add({ email: `person${++people}@example.com` });
  await service.core.acceptor.accept(intakeOf(sourceId, joined(user.email)));
  await attempt(service, (await onlyJob(service, user.email)).id);
  return user;
}

function ask({ core }: TestCore, mail: string) {
  return lookUp({ mail }, { pool: core.database.pool, keys: core.keys });
}

test('keys are counted by the ring key they need', async () => {
  await holder(before);
  await holder(before);
  await holder(after);
  const { pool } = after.core.database;
  expect(await countUnreadable(pool, ['old', 'new'])).toEqual(new Map());
  expect(await countUnreadable(pool, ['new'])).toEqual(new Map([['old', 2]]));
});

test('a key that does not open is not shown: its code is', async () => {
  const user = await holder(before);
  expect(await ask(after, user.email)).toMatchObject({ outcome: 'refused', code: 'KEY_UNREADABLE' });
  expect(after.logged()).toContain('"alert":"KEY_UNREADABLE"');
  expect(await ask(before, user.email)).toMatchObject({ outcome: 'key', settling: false });
});

test('keys given up count as not held: whoever is wanted gets another one, and nobody else’s is touched', async () => {
  const lost = await holder(before);
  const kept = await holder(after);
  const keptKey = after.zoom.users.hostKeyOf(kept.id);
  const { pool } = after.core.database;
  const ids = await destroyUnreadable(pool, after.core.ring.ids);
  expect(ids).toHaveLength(1);
  await redecide(ids, after.run);
  expect(await unfinished(after, kept.email)).toEqual([]);
  const job = await onlyJob(after, lost.email);
  expect(job).toMatchObject({ action: 'set', reason: 'returned' });
  expect(await attempt(after, job.id)).toMatchObject({ state: 'done' });
  expect(after.zoom.users.hostKeyOf(kept.id)).toBe(keptKey);
  expect(await destroyUnreadable(pool, after.core.ring.ids)).toEqual([]);
  await expectRight(after);
});

test('a key on its way that does not open is not sent: another one is drawn', async () => {
  const user = before.zoom.users.add({ email: `person${++people}@example.com` });
  const zoomSourceId = await addSource(before.core, 'zoom');
  await before.core.acceptor.accept(intakeOf(sourceId, joined(user.email)));
  await before.core.acceptor.accept(intakeOf(zoomSourceId, zoomSaid(user, 'active')));
  const { id } = await onlyJob(before, user.email);
  const limit = { status: 429, body: { code: 429, message: 'for this particular user' } };
  before.zoom.faults.failNext(1, limit, { method: 'PATCH' });
  await attempt(before, id);
  expect(await attempt(after, id)).toMatchObject({ state: 'done' });
  const rows = await after.core.database.prisma.hostKeyRow.findMany({ orderBy: { generation: 'asc' } });
  expect(rows).toMatchObject([{ state: 'destroyed', sealed: null }, { state: 'active' }]);
  const [lost, sent] = after.zoom.log.of(user.id).filter((request) => request.method === 'PATCH');
  expect(sent!.hostKey).not.toBe(lost!.hostKey);
  await expectRight(after);
});

test('a rotation asks for no key that does not open', async () => {
  const user = await holder(before);
  for (const department of ['Sales', 'Legal'])
    await after.core.acceptor.accept(intakeOf(sourceId, told(user.email, { attributes: { department } })));
  expect(await attempt(after, (await onlyJob(after, user.email)).id)).toMatchObject({ state: 'done' });
  await expectRight(after);
});
