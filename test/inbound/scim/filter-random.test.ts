import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Shape } from '../../../src/inbound/scim/shape.js';
import { GROUPS, sampleGroups, settle } from './groups-of-every-kind.js';
import { openListBed, type ListBed } from './listing.js';
import { holds } from './naive.js';
import type { Names } from './names.js';
import { OF_GROUPS } from './names-of-groups.js';
import { OF_PEOPLE } from './names-of-people.js';
import { samplePeople, USERS, type Somebody } from './people-of-every-kind.js';
import { filtersOf, written } from './random-filter.js';

let bed: ListBed;
const people = samplePeople(7644, 90);
const groups = sampleGroups(7643, 60);
beforeAll(async () => {
  bed = await openListBed();
  await settle(bed, people, groups);
});
afterAll(() => bed.close());

test.each<[string, Shape, Names, Somebody[], number]>([
  ['users', USERS, OF_PEOPLE, people, 1_000],
  ['groups', GROUPS, OF_GROUPS, groups, 700],
])(
  'a filter finds in the database the %s that the words of RFC 7644 mean, whatever it compares, and shows them whole',
  async (_, shape, names, all, numRuns) => {
    const inOrder = all.toSorted((a, b) => (a.row.id < b.row.id ? -1 : 1)).map(({ shown }) => shown);
    let found = 0;
    await fc.assert(
      fc.asyncProperty(filtersOf(names), async (node) => {
        const expected = inOrder.filter((shown) => holds(node, shown));
        const body = await bed.list([shape], { filter: written(node), count: '200' });
        // Faster than toEqual, which then tells how they differ.
        if (!isDeepStrictEqual(body['Resources'], expected)) expect(body['Resources']).toEqual(expected);
        expect(body['totalResults']).toBe(expected.length);
        if (expected.length > 0 && expected.length < all.length) found++;
      }),
      { numRuns },
    );
    expect(found).toBeGreaterThan(numRuns * 0.3);
  },
);
