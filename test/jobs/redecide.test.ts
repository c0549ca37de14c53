import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { redecide } from '../../src/jobs/redecide.js';
import { attempt, onlyJob, unfinished } from '../harness/attempts.js';
import { addSource, intakeOf, joined } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';

let service: TestCore;
let people = 0;

beforeAll(async () => {
  service = await startCore({}, { workers: false });
});
afterAll(() => service.close());

async function holder(sourceId: string) {
  const user = service.zoom.users.add({ email: `person${++people}@example.com` });
  await service.core.acceptor.accept(intakeOf(sourceId, joined(user.email)));
  const job = await onlyJob(service, user.email);
  expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
  return { user, personId: job.personId };
}

test('whoever is wanted by nobody else loses the key when a source’s settings change', async () => {
  const sourceId = await addSource(service.core, 'scim', 'settings');
  const { user, personId } = await holder(sourceId);
  await redecide([personId], service.run);
  expect(await unfinished(service, user.email)).toEqual([]);
  await service.core.database.prisma.source.update({ where: { id: sourceId }, data: { observed: true } });
  await redecide([personId], service.run);
  await redecide([personId], service.run);
  expect(await onlyJob(service, user.email)).toMatchObject({ action: 'clear', state: 'queued' });
});

test('more people than one transaction takes are all decided upon', async () => {
  const sourceId = await addSource(service.core, 'scim', 'many');
  const mails = Array.from({ length: 230 }, () => `person${++people}@example.com`);
  await Promise.all(mails.map((mail) => service.core.acceptor.accept(intakeOf(sourceId, joined(mail)))));
  const { prisma } = service.core.database;
  const ids = (await prisma.person.findMany({ where: { mail: { in: mails } } })).map((row) => row.id);
  const left = () => prisma.job.count({ where: { personId: { in: ids }, finishedAt: null } });
  expect(await left()).toBe(230);
  await prisma.source.update({ where: { id: sourceId }, data: { removedAt: new Date() } });
  await redecide(ids, service.run);
  expect(await left()).toBe(0);
});

test('nobody, and somebody unknown, are no trouble', async () => {
  await redecide([], service.run);
  await redecide([service.core.newId()], service.run);
});
