import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '../../src/records/id.js';
import { peopleOf, type RecordFilter } from '../../src/records/people-of.js';
import { addSource } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';

let service: TestCore;
let sourceId: string;
let other: string;
/** The first has two hundred records of the source, everybody else one. */
const ids = Array.from({ length: 250 }, newId);
const NOON = Date.parse('2026-11-25T12:00:00Z');
const minute = (index: number) => new Date(NOON + index * 60_000);

beforeAll(async () => {
  service = await startCore({}, { workers: false });
  sourceId = await addSource(service.core, 'scim', 'one');
  other = await addSource(service.core, 'scim', 'other');
  const { prisma } = service.core.database;
  await prisma.person.createMany({ data: ids.map((id) => ({ id })) });
  const row = (personId: string, index: number) => ({
    sourceId,
    record: `record ${index}`,
    personId,
    standing: index % 2 === 0 ? 'gone' : 'active',
    standingAt: minute(index),
  });
  const own = ids.map(row);
  const more = Array.from({ length: 199 }, (_, index) => row(ids[0]!, 1_000 + index));
  const others = ids.map((personId, index) => ({ ...row(personId, index), sourceId: other }));
  await prisma.standingOf.createMany({ data: [...own, ...more, ...others] });
});
afterAll(() => service.close());

async function walk(filter?: RecordFilter): Promise<string[]> {
  const chunks: string[][] = [];
  for await (const chunk of peopleOf(service.core.database.pool, sourceId, filter)) chunks.push(chunk);
  for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(100);
  return chunks.flat().sort();
}

test('everybody of whom a source has a record is met once, however many records it has of them', async () => {
  expect(await walk()).toEqual(ids.toSorted());
});

test('a filter meets those with a record that all of it fits, both ends of a time included', async () => {
  expect(await walk({ standing: 'gone', until: minute(10) })).toEqual(
    [0, 2, 4, 6, 8, 10].map((at) => ids[at]).sort(),
  );
  expect(await walk({ since: minute(247), until: minute(249) })).toEqual(ids.slice(247).sort());
  expect(await walk({ since: minute(1_000) })).toEqual([ids[0]]);
  expect(await walk({ personIds: [ids[7]!, newId()] })).toEqual([ids[7]]);
  expect(await walk({ personIds: [ids[7]!], standing: 'gone' })).toEqual([]);
});

test('a standing that was dropped has no time to be found by', async () => {
  const where = { sourceId, record: 'record 3' };
  await service.core.database.prisma.standingOf.updateMany({ where, data: { standing: null } });
  expect(await walk({ since: minute(3), until: minute(3) })).toEqual([]);
  expect(await walk({ personIds: [ids[3]!] })).toEqual([ids[3]]);
});
