import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { GROUP_URN, groupingOf, type Made } from './grouping.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
let [ann, ben, cid]: Made[] = [];
beforeAll(async () => {
  scim = await startScimServer();
  [ann, ben, cid] = [await user({ displayName: 'Ann' }), await user(), await user()];
});
afterAll(() => scim.close());

const { user, group, patch, members, version } = groupingOf(() => scim);
const unknownId = '0198f1aa-0000-7000-8000-000000000000';
/** Ids stand in tables as names, since they are not known before the tests run. */
const idOf = (name: string) =>
  ({ ann: ann!.id, ben: ben!.id, cid: cid!.id, place: scim.url + ann!.path })[name] ?? name;
const filled = (operations: JsonObject[]) =>
  JSON.parse(
    JSON.stringify(operations).replaceAll(/<(\w+)>/g, (_, name: string) => idOf(name)),
  ) as JsonObject[];

describe('a PATCH changes members as', () => {
  test.each<[string, JsonObject[], string[]]>([
    [
      'Entra adds one',
      [{ op: 'Add', path: 'members', value: [{ $ref: null, value: '<cid>' }] }],
      ['ann', 'ben', 'cid'],
    ],
    [
      'Entra removes one',
      [{ op: 'Remove', path: 'members', value: [{ $ref: null, value: '<ann>' }] }],
      ['ben'],
    ],
    ['Entra removes one with its flag', [{ op: 'remove', path: 'members[value eq "<ann>"]' }], ['ben']],
    [
      'Okta removes and adds, with the name each time',
      [
        { op: 'replace', value: { id: 'x', displayName: 'Same' } },
        { op: 'remove', path: 'members[value eq "<ann>"]' },
        { op: 'add', path: 'members', value: [{ value: '<cid>', display: 'cid@hosts.example' }] },
      ],
      ['ben', 'cid'],
    ],
    [
      'Okta pushes everybody',
      [{ op: 'replace', path: 'members', value: [{ value: '<cid>' }, { value: '<ben>' }] }],
      ['ben', 'cid'],
    ],
    ['all are removed', [{ op: 'remove', path: 'members' }], []],
    ['all are replaced by nobody', [{ op: 'replace', path: 'members', value: [] }], []],
    ['nobody is named to be removed', [{ op: 'remove', path: 'members', value: [] }], ['ann', 'ben']],
    [
      'a value without path has them',
      [{ op: 'add', value: { members: [{ value: '<cid>' }] } }],
      ['ann', 'ben', 'cid'],
    ],
    [
      'a value without path replaces them',
      [{ op: 'replace', value: { Members: [{ value: '<cid>' }] } }],
      ['cid'],
    ],
    [
      'their full name says',
      [{ op: 'add', path: `${GROUP_URN}:members`, value: '<cid>' }],
      ['ann', 'ben', 'cid'],
    ],
    [
      'a key says in full',
      [{ op: 'replace', value: { [`${GROUP_URN}:members`]: [{ value: '<cid>' }] } }],
      ['cid'],
    ],
    [
      'one is given in place of a list',
      [{ op: 'add', path: 'members', value: { value: '<cid>' } }],
      ['ann', 'ben', 'cid'],
    ],
    [
      'one is given twice',
      [{ op: 'add', path: 'members', value: [{ value: '<cid>' }, { value: '<cid>', display: 'C' }] }],
      ['ann', 'ben', 'cid'],
    ],
    ['some are removed by or', [{ op: 'remove', path: 'members[value eq "<ann>" or value eq "<ben>"]' }], []],
    ['a type is removed', [{ op: 'remove', path: 'members[type eq "User"]' }], []],
    ['a place is removed', [{ op: 'remove', path: 'members[$ref eq "<place>"]' }], ['ben']],
    ['a name is removed', [{ op: 'remove', path: 'members[display sw "ann"]' }], ['ben']],
    [
      'two names are removed',
      [
        { op: 'remove', path: 'members[display eq "Ann"]' },
        { op: 'remove', path: 'members[display sw "member-"]' },
      ],
      [],
    ],
    [
      'the last word about one holds: removed',
      [
        { op: 'add', path: 'members', value: [{ value: '<cid>' }] },
        { op: 'remove', path: 'members[value eq "<cid>"]' },
      ],
      ['ann', 'ben'],
    ],
    [
      'the last word about one holds: added',
      [
        { op: 'remove', path: 'members' },
        { op: 'add', path: 'members', value: [{ value: '<ann>' }] },
      ],
      ['ann'],
    ],
  ])('%s', async (_, operations, names) => {
    const there = await group([ann!.id, ben!.id], { displayName: 'Same' });
    const answer = await patch(there, ...filled(operations));
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers.get('etag')).toBe(await version(there));
    expect(await members(there)).toEqual(names.map(idOf));
    expect((await scim.call('DELETE', there.path)).status).toBe(204);
  });

  test('attributes asked for by name are answered', async () => {
    const there = await group([ann!.id]);
    const operation = { op: 'add', path: 'members', value: [{ value: ben!.id }] };
    const answer = await scim.call('PATCH', `${there.path}?attributes=members`, { Operations: [operation] });
    expect(answer.status).toBe(200);
    expect((answer.body['members'] as object[]).length).toBe(2);
    expect(answer.body).not.toHaveProperty('displayName');
  });
});

test('a PATCH changes name and externalId, and keeps its members', async () => {
  const there = await group([ann!.id], { externalId: 'before' });
  await patch(
    there,
    { op: 'Replace', path: 'displayName', value: 'After' },
    { op: 'Replace', path: 'externalId', value: 'e' },
  );
  const { body } = await scim.call('GET', there.path);
  expect(body).toMatchObject({ displayName: 'After', externalId: 'e', members: [{ value: ann!.id }] });
  expect(body['meta']).toMatchObject({ version: 'W/"2"' });
});

test.each<[string, JsonObject[]]>([
  [
    'names anew who is there',
    [{ op: 'add', path: 'members', value: [{ value: '<ann>', display: 'Other' }] }],
  ],
  ['removes who is not there', [{ op: 'remove', path: 'members[value eq "<cid>"]' }]],
  ['removes whom nobody knows', [{ op: 'Remove', path: 'members', value: [{ value: 'nobody' }] }]],
  ['replaces all by the same', [{ op: 'replace', path: 'members', value: [{ value: '<ann>' }] }]],
  ['says the name again', [{ op: 'replace', value: { id: 'x', displayName: 'Quiet' } }]],
])('a PATCH that %s changes nothing', async (_, operations) => {
  const there = await group([ann!.id], { displayName: 'Quiet' });
  const before = (await scim.call('GET', there.path)).body;
  expect((await patch(there, ...filled(operations))).status).toBe(204);
  expect((await scim.call('GET', there.path)).body).toEqual(before);
  const { rows } = await scim.pool.query(`SELECT FROM notices WHERE body->>'path' = $1`, [there.path]);
  expect(rows).toHaveLength(1);
  await scim.call('DELETE', there.path);
});

describe('a PATCH is refused, and does none of it,', () => {
  test.each<[string, JsonObject, string, string]>([
    [
      'when a member is nobody',
      { op: 'add', path: 'members', value: [{ value: '<ben>' }, { value: unknownId }] },
      'invalidValue',
      `Operations[1].value[1].value: there is neither a user nor a group with the id "${unknownId}"`,
    ],
    [
      'when a member in a value without path is nobody',
      { op: 'add', value: { members: [{ value: 'x' }] } },
      'invalidValue',
      'Operations[1].value.members[0].value',
    ],
    [
      'when a member has no id',
      { op: 'add', path: 'members', value: [{}] },
      'invalidValue',
      'Operations[1].value[0]',
    ],
    [
      'when the place of one who is to go is no text',
      { op: 'Remove', path: 'members', value: [{ value: '<ann>', $ref: 5 }] },
      'invalidValue',
      'Operations[1].value[0].$ref must be a string',
    ],
    [
      'when a member is to be changed',
      { op: 'replace', path: 'members[value eq "<ann>"].display', value: 'x' },
      'mutability',
      'Operations[1]: a member cannot be changed',
    ],
    [
      'when values of members are named',
      { op: 'add', path: 'members.value', value: 'x' },
      'mutability',
      'Operations[1]',
    ],
    ['when its name is removed', { op: 'remove', path: 'displayName' }, 'mutability', 'displayName'],
    [
      'when a filter is none',
      { op: 'remove', path: 'members[value is "x"]' },
      'invalidFilter',
      'Operations[1]',
    ],
    [
      'when a key names some members',
      { op: 'add', value: { 'members[value eq "<ann>"]': [{ value: '<ben>' }] } },
      'invalidPath',
      'Operations[1]: "members[value eq',
    ],
    [
      'when a key names a part of members in full',
      { op: 'replace', value: { [`${GROUP_URN}:Members.value`]: '<ben>' } },
      'invalidPath',
      'Operations[1]',
    ],
    ['when nothing is to be removed', { op: 'remove' }, 'noTarget', 'Operations[1]'],
  ])('%s', async (_, operation, scimType, detail) => {
    const there = await group([ann!.id]);
    const first = { op: 'add', path: 'members', value: [{ value: cid!.id }] };
    const answer = await patch(there, ...filled([first, operation]));
    expect([answer.status, answer.body['scimType']]).toEqual([400, scimType]);
    expect(answer.body['detail']).toContain(detail);
    expect([await members(there), await version(there)]).toEqual([[ann!.id], 'W/"1"']);
  });

  test('when it asks too much of filters', async () => {
    const operations = Array.from({ length: 11 }, () => ({ op: 'remove', path: 'members[display eq "x"]' }));
    expect((await patch(await group(), ...operations)).body['scimType']).toBe('invalidFilter');
  });

  test('by a member of another source', async () => {
    const { id } = (await scim.call('POST', '/Users', { userName: 'a' }, { source: 'entra' })).body;
    const answer = await patch(await group(), { op: 'add', path: 'members', value: [{ value: id }] });
    expect(answer.status).toBe(400);
  });
});
