import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { sampleGroups, settle } from './groups-of-every-kind.js';
import { idsOf, openListBed, type ListBed } from './listing.js';
import { holds, sorted, type Key } from './naive.js';
import { OF_PEOPLE } from './names-of-people.js';
import { samplePeople, USERS, type Somebody } from './people-of-every-kind.js';
import { filtersOf, written } from './random-filter.js';

let bed: ListBed;
const people: Somebody[] = samplePeople(7645, 60);
const shown = people.map((one) => one.shown);
/** What has an order of its own, and no part in rows of other tables. */
const isSortable = ({ fact, keys }: Key['path']) => fact.type !== 'any' && keys[0] !== 'groups';
const keys: fc.Arbitrary<Key | null> = fc.option(
  fc.record({
    path: fc.constantFrom(...[...OF_PEOPLE.single, ...OF_PEOPLE.many].filter(isSortable)),
    isDescending: fc.boolean(),
  }),
);

beforeAll(async () => {
  bed = await openListBed();
  await settle(bed, people, sampleGroups(7645, 3));
});
afterAll(() => bed.close());

const queryOf = (key: Key | null): Record<string, string> =>
  key ? { sortBy: key.path.text, sortOrder: key.isDescending ? 'Descending' : 'ascending' } : {};

async function walk(query: Record<string, string>): Promise<{ ids: unknown[]; pages: JsonObject[] }> {
  const pages: JsonObject[] = [];
  for (let cursor: unknown = ''; cursor !== undefined; cursor = pages.at(-1)?.['nextCursor'])
    pages.push(await bed.list([USERS], { ...query, cursor: String(cursor) }));
  return { ids: pages.flatMap(idsOf), pages };
}

test('lists are sorted by the attribute’s type and case, those without it last, or first descending', async () => {
  await fc.assert(
    fc.asyncProperty(keys, async (key) => {
      const body = await bed.list([USERS], { ...queryOf(key), count: '200' });
      expect(idsOf(body)).toEqual(sorted(shown, key));
    }),
    { numRuns: 200 },
  );
});

test('a walk by cursor gives what places give, page by page and back again, whatever filter and order', async () => {
  await fc.assert(
    fc.asyncProperty(
      filtersOf(OF_PEOPLE),
      keys,
      fc.integer({ min: 4, max: 25 }),
      async (node, key, count) => {
        const query = { filter: written(node), ...queryOf(key), count: String(count) };
        const expected = sorted(
          shown.filter((one) => holds(node, one)),
          key,
        );
        const { ids, pages } = await walk(query);
        expect(ids).toEqual(expected);
        for (const [index, page] of pages.entries()) {
          const place = await bed.list([USERS], { ...query, startIndex: String(1 + index * count) });
          expect(idsOf(place)).toEqual(idsOf(page));
          expect(page).toMatchObject({ totalResults: expected.length, itemsPerPage: idsOf(page).length });
          const back = page['previousCursor'];
          expect(back === undefined).toBe(index === 0);
          if (back === undefined) continue;
          const before = await bed.list([USERS], { ...query, cursor: String(back) });
          expect(idsOf(before)).toEqual(idsOf(pages[index - 1] as JsonObject));
          expect([before['previousCursor'] === undefined, before['nextCursor'] === undefined]).toEqual([
            index === 1,
            false,
          ]);
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('while people come and go, a walk by cursor gives nobody twice and loses nobody who stays', async () => {
  const own = await openListBed();
  const crowd = samplePeople(9865, 60);
  await own.insert(crowd.map(({ row }) => row));
  const [there, away] = [new Map(crowd.map((one) => [one.row.id, one])), new Map<string, Somebody>()];
  await fc.assert(
    fc.asyncProperty(
      keys,
      fc.integer({ min: 2, max: 20 }),
      fc.infiniteStream(fc.nat()),
      async (key, count, luck) => {
        const next = () => luck.next().value as number;
        const stay = new Set(there.keys());
        const seen: unknown[] = [];
        let cursor: unknown = '';
        for (let page = 0; cursor !== undefined && page < 200; page++) {
          const body = await own.list([USERS], {
            ...queryOf(key),
            count: String(count),
            cursor: String(cursor),
          });
          seen.push(...idsOf(body));
          cursor = body['nextCursor'];
          const [from, to] = next() % 2 === 0 ? [there, away] : [away, there];
          const one = [...from.values()][next() % Math.max(from.size, 1)];
          if (!one) continue;
          if (from === there) await own.remove(one.row.id);
          else await own.insert([one.row]);
          from.delete(one.row.id);
          to.set(one.row.id, one);
          stay.delete(one.row.id);
        }
        expect(cursor).toBeUndefined();
        expect(new Set(seen).size).toBe(seen.length);
        expect([...stay].filter((id) => !seen.includes(id))).toEqual([]);
      },
    ),
    { numRuns: 30 },
  );
  await own.close();
});
