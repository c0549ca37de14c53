import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addChanges, iso, writeChanges, type Changes } from '../../src/records/changes.js';
import { transaction } from '../../src/records/database.js';
import { addSource } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';

let service: TestCore;
let sourceId: string;
const AT = '2026-01-01T09:00:00.000Z';

beforeAll(async () => {
  service = await startCore({}, { workers: false });
  sourceId = await addSource(service.core, 'scim');
});
afterAll(() => service.close());

function write(changes: Changes) {
  return transaction(service.core.database.pool, (client) => writeChanges(client, changes));
}

function job(id: string, more: Record<string, unknown> = {}) {
  const row = {
    id,
    person_id: id,
    zoom_user_id: `zoom ${id}`,
    action: 'set',
    state: 'queued',
    reason: 'joined',
  };
  return { ...row, priority: 3, attempts: 0, strikes: 0, next_attempt_at: AT, created_at: AT, ...more };
}

function jobRow(id: string) {
  return service.core.database.prisma.job.findUniqueOrThrow({ where: { id } });
}

test('a job that ends makes room for another at its Zoom user, in one statement', async () => {
  const [first, second] = [service.core.newId(), service.core.newId()];
  await write({ jobs: [job(first)] });
  const zoomUserId = `zoom ${first}`;
  await expect(write({ jobs: [job(second, { zoom_user_id: zoomUserId })] })).rejects.toMatchObject({
    code: '23505',
  });
  const ended = { ...job(first), state: 'superseded', finished_at: AT };
  await write({ jobs: [job(second, { zoom_user_id: zoomUserId })], jobStates: [ended] });
  expect(await jobRow(first)).toMatchObject({ state: 'superseded' });
  expect(await jobRow(second)).toMatchObject({ state: 'queued', zoomUserId });
});

test('it makes room for one that waited without a Zoom user, too', async () => {
  const [first, second] = [service.core.newId(), service.core.newId()];
  await write({ jobs: [job(first), job(second, { zoom_user_id: null })] });
  const ended = { ...job(first), state: 'superseded', finished_at: AT };
  const adopted = job(second, { zoom_user_id: `zoom ${first}` });
  await write({ jobStates: [adopted], jobEnds: [ended] });
  expect(await jobRow(second)).toMatchObject({ state: 'queued', zoomUserId: `zoom ${first}` });
});

test('a row that does not say how often or when a job is tried leaves that as it is', async () => {
  const id = service.core.newId();
  await write({ jobs: [job(id, { attempts: 3, strikes: 2, code: 'X' })] });
  await write({ jobStates: [{ id, person_id: id, zoom_user_id: `zoom ${id}`, state: 'running' }] });
  expect(await jobRow(id)).toMatchObject({ state: 'running', attempts: 3, strikes: 2, code: 'X' });
  await write({
    jobStates: [{ id, person_id: id, zoom_user_id: `zoom ${id}`, state: 'done', finished_at: AT }],
  });
  expect(await jobRow(id)).toMatchObject({ state: 'done', code: null, nextAttemptAt: new Date(AT) });
});

test('an aged notice leaves its key to a new one, in one statement', async () => {
  const [old, fresh] = [service.core.newId(), service.core.newId()];
  const notice = { source_id: sourceId, key: 'hash', by_hash: true, body: null, received_at: AT };
  await write({ notices: [{ ...notice, id: old }] });
  await write({ notices: [{ ...notice, id: fresh }], agedNotices: [{ id: old }] });
  const rows = await service.core.database.prisma.notice.findMany({ orderBy: { id: 'asc' } });
  expect(rows.map((row) => row.key)).toEqual([`hash#${old}`, 'hash']);
});

test('a key and its Zoom user may come into the world together; a destroyed key keeps nothing', async () => {
  const id = service.core.newId();
  const user = { id: `zoom ${id}`, person_id: id, standing: 'active', generation: 1, created_at: AT };
  const key = { zoom_user_id: user.id, generation: 1 };
  await write({
    hostKeys: [{ ...key, state: 'pending', sealed: 'v1.x.y.z', hash: 'h', drawn_at: AT }],
    zoomUsers: [user],
  });
  await write({ keyStates: [{ ...key, state: 'destroyed', destroyed_at: AT }] });
  const row = await service.core.database.prisma.hostKeyRow.findFirstOrThrow({
    where: { zoomUserId: user.id },
  });
  expect(row).toMatchObject({ state: 'destroyed', sealed: null, hash: null, destroyedAt: new Date(AT) });
});

test('an answered write settles what can no longer arrive before it, and nothing later', async () => {
  const id = service.core.newId();
  await write({ jobs: [job(id)] });
  const at = (second: number) => `2026-01-01T09:00:0${second}.000Z`;
  const attempt = (number: number, more: object = {}) => ({
    ...{ job_id: id, number, zoom_user_id: `zoom ${id}`, generation: 1, value_hash: 'h' },
    ...{ lease_token: id, started_at: at(number), lease_until: at(number), ...more },
  });
  await write({ attempts: [attempt(1), attempt(2), attempt(3), attempt(4, { value_hash: null })] });
  await write({ settledAttempts: [{ zoom_user_id: `zoom ${id}`, started_at: at(2), settled_at: at(5) }] });
  const rows = await service.core.database.prisma.attempt.findMany({
    where: { jobId: id },
    orderBy: { number: 'asc' },
  });
  const settled = new Date(at(5));
  expect(rows.map((row) => row.settledAt)).toEqual([settled, settled, null, null]);
});

test('texts of any kind are kept as they are, but one that PostgreSQL cannot hold fails the whole', async () => {
  const [good, bad] = [service.core.newId(), service.core.newId()];
  const text = `'); DROP TABLE people; -- \\ " ${'é'.repeat(3)} 𝄞 \n\t`;
  const person = { exposed_at: [], created_at: AT };
  await write({ people: [{ ...person, id: good, name: text }] });
  const { prisma } = service.core.database;
  expect((await prisma.person.findUniqueOrThrow({ where: { id: good } })).name).toBe(text);
  const both = [
    { ...person, id: bad, name: 'fine' },
    { ...person, id: service.core.newId(), name: '\u0000' },
  ];
  await expect(write({ people: both })).rejects.toThrow();
  expect(await prisma.person.findUnique({ where: { id: bad } })).toBeNull();
});

test('no change is no statement, and changes are added up part by part', async () => {
  await write({});
  await write({ people: [] });
  const changes: Changes = { people: [{ id: 1 }] };
  addChanges(changes, { people: [{ id: 2 }], jobs: [{ id: 3 }] });
  expect(changes).toEqual({ people: [{ id: 1 }, { id: 2 }], jobs: [{ id: 3 }] });
});

test('a time is spelled to the millisecond, and no time is none', () => {
  expect([iso(0), iso(null), iso(1_767_258_000_123), iso(0)]).toEqual([
    '1970-01-01T00:00:00.000Z',
    null,
    '2026-01-01T09:00:00.123Z',
    '1970-01-01T00:00:00.000Z',
  ]);
});
