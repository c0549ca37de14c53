import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeChanges } from '../../src/records/changes.js';
import { transaction } from '../../src/records/database.js';
import { findKnown, type Asked } from '../../src/records/known.js';
import { addSource } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';

let service: TestCore;
let sourceId: string;
let otherId: string;

beforeAll(async () => {
  service = await startCore({}, { workers: false });
  sourceId = await addSource(service.core, 'scim', 'one');
  otherId = await addSource(service.core, 'scim', 'other');
});
afterAll(() => service.close());

const NOTHING: Asked = { notices: [], resources: [], names: [] };
const AT = '2026-01-01T09:00:00.123Z';

function find(asked: Partial<Asked>) {
  return transaction(service.core.database.pool, (client) => findKnown(client, { ...NOTHING, ...asked }));
}

function resource(id: string, nameKey: string) {
  const times = { created_at: AT, updated_at: AT };
  const row = { source_id: sourceId, id, type: 'User', name_key: nameKey, external_id: null, active: true };
  return { ...row, resource: { userName: nameKey }, version: 3, ...times };
}

test('notices and resources are known to their own source only, by exactly what was asked', async () => {
  const id = service.core.newId();
  const noticeId = service.core.newId();
  await transaction(service.core.database.pool, (client) =>
    writeChanges(client, {
      notices: [
        { id: noticeId, source_id: sourceId, key: 'a key', by_hash: true, body: {}, received_at: AT },
      ],
      scimCreated: [resource(id, 'jill')],
    }),
  );
  const known = await find({
    notices: [
      { sourceId, key: 'a key' },
      { sourceId: otherId, key: 'a key' },
    ],
    resources: [
      { sourceId, id },
      { sourceId: otherId, id },
    ],
    names: [
      { sourceId, type: 'User', nameKey: 'jill' },
      { sourceId, type: 'Group', nameKey: 'jill' },
      { sourceId: otherId, type: 'User', nameKey: 'jill' },
    ],
  });
  const at = Date.parse(AT);
  expect(known.notices).toEqual(new Map([[`${sourceId} a key`, { id: noticeId, receivedAt: at }]]));
  expect(known.resources).toEqual(new Map([[`${sourceId} ${id}`, { id, version: 3, createdAt: at }]]));
  expect(known.names).toEqual(new Map([[`${sourceId} User jill`, id]]));
});

test('nothing asked is nothing known', async () => {
  const known = await find({});
  expect([known.notices.size, known.resources.size, known.names.size]).toEqual([0, 0, 0]);
});
