import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { unfinished } from '../harness/attempts.js';
import { addSource, intakeOf, joined, left } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';

let service: TestCore;
let sourceId: string;

beforeAll(async () => {
  service = await startCore({}, { workers: false });
  sourceId = await addSource(service.core, 'mapped');
});
afterAll(() => service.close());

const DAY_MS = 24 * 3_600_000;

test('news of a clock that is far ahead counts from its first receipt, also when the same body comes again after hours', async () => {
  const mail = 'ahead@example.com';
  const { accept } = service.core.acceptor;
  const ahead = joined(mail, { occurredAt: new Date(Date.now() + DAY_MS) });
  const notice = { ...intakeOf(sourceId, ahead), noticeKey: { value: 'hash', byHash: true } };
  expect(await accept(notice)).toMatchObject({ outcome: 'kept' });
  expect(await unfinished(service, mail)).toMatchObject([{ action: 'set' }]);
  await accept(intakeOf(sourceId, left(mail)));
  await service.core.database.pool.query("UPDATE notices SET received_at = received_at - interval '3 hours'");
  expect(await accept(notice)).toMatchObject({ outcome: 'repeat' });
  expect(await unfinished(service, mail)).toEqual([]);
});
