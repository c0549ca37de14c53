import fc from 'fast-check';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { GROUP_SCHEMA } from '../../../src/inbound/scim/schema-group.js';
import { createShape } from '../../../src/inbound/scim/shape.js';
import { BASE_URL, type ListBed } from './listing.js';
import {
  everyType,
  keep,
  keptOf,
  STRANGE,
  strangeThings,
  TEST_SCHEMA,
  type Somebody,
} from './people-of-every-kind.js';
import { maybe, record, TEXTS, word } from './words.js';

export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const TEAM = 'urn:hosts:scim:schemas:extension:2.0:Team';

export const GROUPS = createShape('Group', GROUP_SCHEMA, [{ ...TEST_SCHEMA, id: TEAM }]);

export interface SomeGroup extends Somebody {
  /** By their places among all people and groups, and as who pushed them calls them. */
  members: { place: number; display?: string | undefined }[];
}

const attributes = record({ externalId: word, [TEAM]: everyType, [STRANGE]: strangeThings });
const members = fc.array(fc.record({ place: fc.nat({ max: 9_999 }), display: maybe(word) }), {
  maxLength: 12,
});

export function sampleGroups(seed: number, count: number): SomeGroup[] {
  return fc.sample(fc.record({ attributes, members }), { seed, numRuns: count }).map((one, index) => {
    const displayName = groupName(index);
    const resource = { ...keptOf(one.attributes), schemas: [GROUP, TEAM], displayName };
    return { ...keep('Group', index, displayName, resource), members: one.members };
  });
}

export function groupName(index: number): string {
  return ['Hosts', 'hosts 2', 'É'][index] ?? `${TEXTS[index % TEXTS.length]}${index}`;
}

/** Puts all of them into the tables, and shows groups with their members, people with the groups that they belong to. */
export async function settle(bed: ListBed, people: Somebody[], groups: SomeGroup[]): Promise<void> {
  const everybody = [...people, ...groups];
  await bed.insert(everybody.map(({ row }) => row));
  for (const group of groups) {
    group.shown['members'] = [];
    for (const { place, display } of group.members) {
      const member = everybody[place % everybody.length]!;
      if (listIn(group, 'members').some(({ value }) => value === member.row.id)) continue;
      await bed.addMember(group.row.id, member.row.id, display);
      listIn(group, 'members').push({
        ...asPart(member),
        display: display ?? nameOf(member),
        type: member.row.type,
      });
      if (member.row.type === 'User')
        listIn(member, 'groups').push({ ...asPart(group), display: nameOf(group), type: 'direct' });
    }
  }
  for (const one of people) listIn(one, 'groups').sort(byValue);
  for (const one of groups) listIn(one, 'members').sort(byValue);
  for (const { shown } of people) if ((shown['groups'] as unknown[]).length === 0) delete shown['groups'];
}

function listIn({ shown }: Somebody, name: 'members' | 'groups'): JsonObject[] {
  return (shown[name] ??= []) as JsonObject[];
}

function asPart({ row: { id, type } }: Somebody): JsonObject {
  return { value: id, $ref: `${BASE_URL}/${type}s/${id}` };
}

function nameOf({ shown }: Somebody): unknown {
  return shown['displayName'] || shown['userName'];
}

function byValue(one: JsonObject, other: JsonObject): number {
  return String(one['value']) < String(other['value']) ? -1 : 1;
}
