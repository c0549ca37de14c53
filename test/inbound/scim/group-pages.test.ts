import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { GROUPS } from './groups-of-every-kind.js';
import { idsOf, openListBed, type ListBed, type Row } from './listing.js';
import { USERS } from './people-of-every-kind.js';

const MAX_MEMBERS = 3;
/** How many members each group has, by id. */
const SIZES = [2, 1, 1, 0, 3, 5, 0, 1];

let bed: ListBed;
const ids = SIZES.map((_, number) => idOf('9', number));
beforeAll(async () => {
  bed = await openListBed(undefined, { members: MAX_MEMBERS });
  const people = Array.from({ length: Math.max(...SIZES) }, (_, number) => idOf('8', number));
  await bed.insert(people.map((id) => row('User', id, { userName: id })));
  await bed.insert(ids.map((id) => row('Group', id, { displayName: id })));
  for (const [number, size] of SIZES.entries())
    for (const person of people.slice(0, size)) await bed.addMember(ids[number]!, person);
});
afterAll(() => bed.close());

function idOf(kind: string, number: number): string {
  return `01980000-0000-7000-${kind}000-00000000000${number}`;
}

function row(type: Row['type'], id: string, resource: JsonObject): Row {
  const at = new Date(0);
  return { id, type, nameKey: id, resource, createdAt: at, updatedAt: at, version: 1 };
}

const sizesOf = (body: JsonObject) =>
  (body['Resources'] as { members: unknown[] }[]).map(({ members }) => members.length);

describe('groups with more members together than one answer carries', () => {
  test('come by cursor on shorter pages, forth and back, and none is lost', async () => {
    const forth: JsonObject[] = [];
    for (let cursor: unknown = ''; cursor !== undefined; cursor = forth.at(-1)?.['nextCursor'])
      forth.push(await bed.list([GROUPS], { cursor: String(cursor), count: '8' }));
    expect(forth.map(sizesOf)).toEqual([[2, 1], [1, 0], [3], [5], [0, 1]]);
    expect(forth.flatMap(idsOf)).toEqual(ids);
    expect(forth.every((body) => body['totalResults'] === SIZES.length)).toBe(true);

    const back: JsonObject[] = [forth.at(-1)!];
    for (let cursor = forth.at(-1)!['previousCursor']; cursor !== undefined;) {
      back.unshift(await bed.list([GROUPS], { cursor: String(cursor), count: '8' }));
      cursor = back[0]?.['previousCursor'];
    }
    expect(back.flatMap(idsOf)).toEqual(ids);
    expect(back.every((body) => sizesOf(body).length === 1 || sum(sizesOf(body)) <= MAX_MEMBERS)).toBe(true);
  });

  test('are not cut short by index, where a client that goes on in fixed steps would never see the rest', async () => {
    await expect(bed.list([GROUPS], { startIndex: '1', count: '8' })).rejects.toMatchObject({
      status: 400,
      scimType: 'tooMany',
      detail: expect.stringMatching(/more than 3 members.*excludedAttributes=members.*count.*cursor/s),
    });
  });

  test.each<[string, Record<string, string>, number[]]>([
    ['without their members', { excludedAttributes: 'members' }, [0, 1, 2, 3, 4, 5, 6, 7]],
    ['with names only', { attributes: 'displayName' }, [0, 1, 2, 3, 4, 5, 6, 7]],
    ['fewer at a time', { count: '2' }, [0, 1]],
    ['the rest of them', { startIndex: '7' }, [6, 7]],
    ['by a filter', { filter: `displayName eq "${ids[5]}"` }, [5]],
  ])('come by index %s', async (_, query, numbers) => {
    const body = await bed.list([GROUPS], query);
    expect(idsOf(body)).toEqual(numbers.map((number) => ids[number]));
  });

  test('one that has more alone is shown alone, whole', async () => {
    expect(sizesOf(await bed.list([GROUPS], { startIndex: '6', count: '1' }))).toEqual([5]);
  });

  test('the same goes where users stand between them', async () => {
    await expect(bed.list([USERS, GROUPS], { count: '100' })).rejects.toMatchObject({ scimType: 'tooMany' });
    const seen: unknown[] = [];
    for (let cursor: unknown = ''; cursor !== undefined;) {
      const body = await bed.list([USERS, GROUPS], { cursor: String(cursor), count: '100' });
      seen.push(...idsOf(body));
      cursor = body['nextCursor'];
    }
    expect(seen.slice(-SIZES.length)).toEqual(ids);
    expect(new Set(seen).size).toBe(SIZES.length + Math.max(...SIZES));
  });
});

function sum(numbers: number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
