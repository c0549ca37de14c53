import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ENTRA_GROUP_URN, GROUP_URN, groupingOf } from './grouping.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
});
afterAll(() => scim.close());

const { user, group, members, version } = groupingOf(() => scim);
const unknownId = '0198f1aa-0000-7000-8000-000000000000';

describe('a group', () => {
  test('is made as Entra makes it, and answered whole', async () => {
    const answer = await scim.call('POST', '/Groups', {
      schemas: [GROUP_URN, ENTRA_GROUP_URN],
      externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159',
      displayName: 'Hosts of Berlin',
      meta: { resourceType: 'Group' },
    });
    expect(answer.status).toBe(201);
    const { id } = answer.body;
    expect(answer.headers.get('location')).toBe(`${scim.url}/Groups/${String(id)}`);
    expect(answer.body).toMatchObject({
      schemas: [GROUP_URN],
      externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159',
      displayName: 'Hosts of Berlin',
      members: [],
      meta: { resourceType: 'Group', version: 'W/"1"', location: `${scim.url}/Groups/${String(id)}` },
    });
    expect((await scim.call('GET', `/Groups/${String(id)}`)).body).toEqual(answer.body);
  });

  test('shows its members with what and where they are, and what they are called', async () => {
    const [ann, ben] = [await user({ displayName: 'Ann' }), await user({ userName: 'ben@hosts.example' })];
    const inner = await group([], { displayName: 'Inner' });
    const named = [{ value: ann.id, display: 'Ann of Sales', $ref: 'http://elsewhere/', type: 'Group' }];
    const outer = await group([], { members: [...named, { value: ben.id, $ref: null }, inner.id] });
    const shown = [
      { value: ann.id, $ref: scim.url + ann.path, type: 'User', display: 'Ann of Sales' },
      { value: ben.id, $ref: scim.url + ben.path, type: 'User', display: 'ben@hosts.example' },
      { value: inner.id, $ref: scim.url + inner.path, type: 'Group', display: 'Inner' },
    ];
    expect((await scim.call('GET', outer.path)).body['members']).toEqual(shown);
  });

  test.each([
    ['excludedAttributes=members', ['schemas', 'id', 'displayName', 'meta']],
    ['attributes=displayName', ['schemas', 'id', 'displayName']],
    ['attributes=members.value', ['schemas', 'id', 'members']],
  ])('shows with %s no more than that', async (query, names) => {
    const { path } = await group([(await user()).id]);
    expect(Object.keys((await scim.call('GET', `${path}?${query}`)).body)).toEqual(names);
  });

  test('is replaced by a PUT with everybody in it, as Okta sends it', async () => {
    const [ann, ben, cid] = [await user(), await user(), await user()];
    const { id, path } = await group([ann.id, ben.id], { externalId: 'e1' });
    const body = {
      schemas: [GROUP_URN],
      id,
      displayName: 'Renamed',
      members: [{ value: cid.id }, { value: ben.id }],
    };
    const answer = await scim.call('PUT', path, body);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toBe('W/"2"');
    expect(answer.body).toMatchObject({ id, displayName: 'Renamed', externalId: 'e1' });
    expect(await members({ id, path })).toEqual([ben.id, cid.id]);
    expect((await scim.call('PUT', path, body)).headers.get('etag')).toBe('W/"2"');
    await scim.call('PUT', path, { schemas: [GROUP_URN], displayName: 'Renamed' });
    expect(await members({ id, path })).toEqual([]);
  });

  test('is deleted once', async () => {
    const { path } = await group([(await user()).id]);
    const answer = await scim.call('DELETE', path);
    expect([answer.status, answer.text]).toEqual([204, '']);
    for (const method of ['DELETE', 'GET', 'PUT', 'PATCH']) {
      const body = { displayName: 'x', Operations: [{ op: 'add', path: 'members', value: [] }] };
      const again = await scim.call(method, path, method === 'GET' ? undefined : body);
      expect([method, again.status]).toEqual([method, 404]);
    }
  });

  test('is written only at the version that the request names, and answered only if it is another', async () => {
    const ann = await user();
    const { path } = await group();
    const Operations = [{ op: 'add', path: 'members', value: [{ value: ann.id }] }];
    const asked = (method: string, etag: string, body?: unknown) =>
      scim.call(method, path, body, { headers: { 'If-Match': etag } });
    expect((await asked('PATCH', 'W/"1"', { Operations })).status).toBe(204);
    for (const method of ['PATCH', 'PUT', 'DELETE']) {
      const answer = await asked(method, 'W/"1"', { Operations, displayName: 'x' });
      expect([method, answer.status, answer.headers.get('etag')]).toEqual([method, 412, 'W/"2"']);
    }
    const unchanged = await scim.call('GET', path, undefined, { headers: { 'If-None-Match': 'W/"2"' } });
    expect([unchanged.status, unchanged.text]).toEqual([304, '']);
    expect((await asked('DELETE', 'W/"2"')).status).toBe(204);
  });

  test('is not found under another source, nor a user under Groups', async () => {
    const [{ path }, { id }] = [await group(), await user()];
    expect((await scim.call('GET', path, undefined, { source: 'entra' })).status).toBe(404);
    for (const wrong of [`/Groups/${id}`, '/Groups/none', `/Users/${path.slice(8)}`]) {
      expect((await scim.call('GET', wrong)).status).toBe(404);
      expect((await scim.call('DELETE', wrong)).status).toBe(404);
    }
  });

  test('has a name that no other has, whatever its case', async () => {
    const { path } = await group([], { displayName: 'Einzig' });
    const other = await group();
    const taken = { displayName: ' EINZIG ' };
    await group([], { displayName: 'Caf\u00e9' });
    expect((await scim.call('POST', '/Groups', { displayName: 'cafe\u0301' })).status).toBe(409);
    const answers = [
      await scim.call('POST', '/Groups', taken),
      await scim.call('PUT', other.path, taken),
      await scim.call('PATCH', other.path, { Operations: [{ op: 'replace', value: taken }] }),
    ];
    expect(answers.map(({ status, body }) => [status, body['scimType']])).toEqual(
      Array(3).fill([409, 'uniqueness']),
    );
    expect((await scim.call('PUT', path, taken)).status).toBe(200);
    expect((await scim.call('POST', '/Groups', taken, { source: 'entra' })).status).toBe(201);
    await user({ userName: 'einzig' });
  });
});

describe('a list of groups', () => {
  test.each(['displayName eq "LIST me"', 'externalId eq "list-1"'])('is found by %s', async (filter) => {
    const { id, path } = await group([(await user()).id], { displayName: 'List Me', externalId: 'list-1' });
    const query = `filter=${encodeURIComponent(filter)}&startIndex=1&count=100`;
    const whole = await scim.call('GET', `/Groups?${query}`);
    expect(whole.body).toMatchObject({
      totalResults: 1,
      itemsPerPage: 1,
      Resources: [{ id, members: [{}] }],
    });
    const { body } = await scim.call('GET', `/Groups?${query}&excludedAttributes=members`);
    expect(body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
    expect((body['Resources'] as object[])[0]).not.toHaveProperty('members');
    await scim.call('DELETE', path);
  });

  test('shows the members of each, and no users', async () => {
    const [ann, ben] = [await user(), await user()];
    const both = await group([ann.id, ben.id]);
    const empty = await group();
    const { body } = await scim.call('GET', '/Groups?count=200');
    const found = body['Resources'] as { id: string; members: { value: string }[]; meta: object }[];
    expect(found.every(({ meta }) => 'resourceType' in meta && meta.resourceType === 'Group')).toBe(true);
    const membersOf = (id: string) => found.find((one) => one.id === id)?.members.map(({ value }) => value);
    expect(membersOf(both.id)).toEqual([ann.id, ben.id]);
    expect(membersOf(empty.id)).toEqual([]);
  });
});

describe('a write of a group', () => {
  test.each([
    ['POST', 'no name', {}, 'displayName is required'],
    ['POST', 'an empty name', { displayName: ' ' }, 'displayName is required'],
    ['POST', 'a long name', { displayName: 'x'.repeat(513) }, 'displayName can have at most 512'],
    [
      'POST',
      'a member that nobody is',
      { displayName: 'a', members: [{ value: unknownId }] },
      'members[0].value',
    ],
    ['PUT', 'a member that nobody is', { displayName: 'a', members: [{ value: 'x' }] }, 'members[0].value'],
    ['PUT', 'a member without an id', { displayName: 'a', members: [{ display: 'x' }] }, 'members[0]'],
    [
      'PUT',
      'a member whose name is no text',
      { displayName: 'a', members: [{ value: unknownId, display: 1 }] },
      'members[0].display must be a string',
    ],
    [
      'POST',
      'a member whose type is no text',
      { displayName: 'a', members: [{ value: unknownId, type: ['User'] }] },
      'members[0].type must be a string',
    ],
    [
      'PUT',
      'a member whose place is no text',
      { displayName: 'a', members: [{ value: unknownId }, { value: unknownId, $ref: {} }] },
      'members[1].$ref must be a string',
    ],
    [
      'POST',
      'some of its members',
      { displayName: 'a', 'members[type pr]': [] },
      '"members[type pr]" is no key',
    ],
    ['PUT', 'a part of its members', { displayName: 'a', 'members.value': [] }, '"members.value" is no key'],
  ])('%s with %s is refused and changes nothing', async (method, _, body, detail) => {
    const there = await group([(await user()).id]);
    const answer = await scim.call(method, method === 'PUT' ? there.path : '/Groups', body);
    expect(answer.status).toBe(400);
    expect(answer.body['scimType']).toBe(detail.includes('no key') ? 'invalidPath' : 'invalidValue');
    expect(answer.body['detail']).toContain(detail);
    expect(await version(there)).toBe('W/"1"');
  });

  test('keeps a notice of what was asked, without long lists', async () => {
    const ids = [];
    for (let count = 0; count < 101; count++) ids.push((await user()).id);
    const there = await group(ids);
    await scim.call('PATCH', there.path, {
      Operations: [{ op: 'remove', path: 'members', value: [{ value: ids[0] }] }],
    });
    const { rows } = await scim.pool.query(
      `SELECT body FROM notices WHERE body->>'path' = $1 ORDER BY received_at`,
      [there.path],
    );
    expect(rows.map(({ body }) => body)).toMatchObject([
      { method: 'POST', said: { members: { count: 101 } } },
      { method: 'PATCH', said: [{ op: 'remove', path: 'members', value: [{ value: ids[0] }] }] },
    ]);
  });
});
