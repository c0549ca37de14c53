import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { idsOf, openListBed, type ListBed } from './listing.js';
import { holds } from './naive.js';
import { samplePeople, settle, USERS, type Somebody } from './people-of-every-kind.js';
import { filters, written } from './random-filter.js';

let bed: ListBed;
const people: Somebody[] = samplePeople(7644, 90);
beforeAll(async () => {
  bed = await openListBed();
  await settle(bed, people);
});
afterAll(() => bed.close());

test('a filter finds in the database whom the words of RFC 7644 mean, whatever it compares', async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(filters, async (node) => {
      const expected = people.filter(({ shown }) => holds(node, shown)).map(({ row }) => row.id);
      const body = await bed.list([USERS], { filter: written(node), count: '200' });
      expect(idsOf(body)).toEqual(expected.sort());
      expect(body['totalResults']).toBe(expected.length);
      if (expected.length > 0 && expected.length < people.length) found++;
    }),
    { numRuns: 1_000 },
  );
  expect(found).toBeGreaterThan(300);
});
