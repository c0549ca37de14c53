import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { groupingOf, type Made } from './grouping.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
let cast: string[];
let there: Made;
beforeAll(async () => {
  scim = await startScimServer();
  const users = [await user(), await user(), await user(), await user()];
  cast = [...users.map(({ id }) => id), (await group()).id];
  there = await group();
});
afterAll(() => scim.close());

const { user, group, patch, members, version } = groupingOf(() => scim);

/** What is asked of members, by their numbers. */
interface Said {
  op: 'add' | 'remove' | 'replace';
  who: number[];
  how: 'path' | 'filter' | 'value' | 'all';
}

const said: fc.Arbitrary<Said> = fc.record({
  op: fc.constantFrom('add', 'remove', 'replace'),
  who: fc.array(fc.nat({ max: 4 }), { maxLength: 4 }),
  how: fc.constantFrom('path', 'path', 'filter', 'value', 'all'),
});

function operationOf({ op, who, how }: Said): JsonObject {
  const ids = who.map((number) => cast[number]!);
  const value = ids.map((id) => ({ value: id }));
  if (op !== 'remove')
    return how === 'value' ? { op, value: { members: value } } : { op, path: 'members', value };
  if (how === 'all') return { op, path: 'members' };
  if (how !== 'filter' || ids.length === 0) return { op, path: 'members', value };
  return { op, path: `members[${ids.map((id) => `value eq "${id}"`).join(' or ')}]` };
}

/** The same of a set. */
function afterwards(before: Set<number>, { op, who, how }: Said): Set<number> {
  if (op === 'add') return new Set([...before, ...who]);
  if (op === 'replace') return new Set(who);
  return how === 'all' ? new Set() : new Set([...before].filter((one) => !who.includes(one)));
}

test('whatever is asked of members in whatever order, the group ends as a set would', async () => {
  let model = new Set<number>();
  const play = async (asked: Said[]) => {
    const before = [[...model].sort().join(), await version(there)];
    expect((await patch(there, ...asked.map(operationOf))).status).toBe(204);
    model = asked.reduce(afterwards, model);
    expect(await members(there)).toEqual([...model].map((number) => cast[number]!).sort());
    // What comes and goes within one request may count as a change, nothing else that leaves all as it was.
    if (asked.length === 1 && before[0] === [...model].sort().join())
      expect(await version(there)).toBe(before[1]);
  };
  await fc.assert(fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 6 }), play), { numRuns: 150 });
}, 60_000);
