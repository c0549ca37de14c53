import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import { lookUp } from '../../src/jobs/look-up.js';
import { startCore, type TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
const sourceId = '00000000-0000-7000-8000-00000000000a';

beforeAll(async () => {
  service = await startCore();
  await service.core.database.pool.query("INSERT INTO sources (id, name, kind) VALUES ($1, 'okta', 'scim')", [
    sourceId,
  ]);
});
afterAll(async () => {
  if (process.env['SHOW']) console.log(service.logged());
  await service.close();
});

function event(more: Partial<LifecycleEvent>): LifecycleEvent {
  return {
    type: 'created',
    record: 'r1',
    subject: 'jill@example.com',
    occurredAt: null,
    sequence: 0,
    mail: 'jill@example.com',
    ...more,
  };
}

test('a joiner gets a host key, and a leaver loses it', async () => {
  const { zoom, core } = service;
  const user = zoom.users.add({ email: 'jill@example.com' });
  const before = zoom.users.hostKeyOf(user.id!);
  const { acceptor, database, keys } = core;
  await acceptor.accept({ sourceId, noticeKey: null, body: {}, events: [event({ standing: 'active' })] });
  await waitFor(
    'a set',
    async () =>
      (await lookUp({ mail: 'jill@example.com' }, { pool: database.pool, keys })).outcome === 'key' &&
      zoom.users.hostKeyOf(user.id!) !== before,
  );
  await waitFor('done', async () => (await database.prisma.job.count({ where: { finishedAt: null } })) === 0);
  const shown = await lookUp({ mail: 'jill@example.com' }, { pool: database.pool, keys });
  expect(shown).toMatchObject({ outcome: 'key', settling: false, others: [], previous: null });
  expect(shown.outcome === 'key' && shown.hostKey.reveal()).toBe(zoom.users.hostKeyOf(user.id!));
  await acceptor.accept({
    sourceId,
    noticeKey: null,
    body: {},
    events: [event({ type: 'removed', standing: 'gone' })],
  });
  expect(await lookUp({ mail: 'jill@example.com' }, { pool: database.pool, keys })).toMatchObject({
    outcome: 'refused',
    code: 'LEFT',
  });
  await waitFor(
    'a clear',
    async () => (await database.prisma.job.count({ where: { finishedAt: null } })) === 0,
  );
  expect(shown.outcome === 'key' && shown.hostKey.reveal()).not.toBe(zoom.users.hostKeyOf(user.id!));
  expect(await database.prisma.hostKeyRow.findMany()).toMatchObject([{ state: 'destroyed', sealed: null }]);
});
