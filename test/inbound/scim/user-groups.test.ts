import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { groupingOf } from './grouping.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
});
afterAll(() => scim.close());

const { user, group, patch, members } = groupingOf(() => scim);

test('a user shows the groups that they belong to, wherever they are answered', async () => {
  const ann = await user({ userName: 'ann@hosts.example' });
  const [one, two] = [
    await group([ann.id], { displayName: 'One' }),
    await group([ann.id], { displayName: 'Two' }),
  ];
  await group([(await user()).id]);
  const groups = [
    { value: one.id, $ref: scim.url + one.path, display: 'One', type: 'direct' },
    { value: two.id, $ref: scim.url + two.path, display: 'Two', type: 'direct' },
  ];
  const body = { userName: 'ann@hosts.example', title: 'T', groups: [] };
  const operation = { op: 'replace', path: 'title', value: 'U' };
  const filter = encodeURIComponent('userName eq "ann@hosts.example"');
  const answers = [
    (await scim.call('GET', ann.path)).body,
    (await scim.call('PUT', ann.path, body)).body,
    (await patch(ann, operation)).body,
    (await patch(ann, operation)).body,
    ((await scim.call('GET', `/Users?filter=${filter}`)).body['Resources'] as JsonObject[])[0],
  ];
  expect(answers.map((answer) => answer?.['groups'])).toEqual(Array(5).fill(groups));
  await scim.call('DELETE', one.path);
  expect((await scim.call('GET', ann.path)).body['groups']).toEqual(groups.slice(1));
});

test('a returner who is restored shows their groups', async () => {
  const body = { userName: 'back@hosts.example', externalId: 'e-back' };
  const back = await user(body);
  const there = await group([back.id]);
  await patch(back, { op: 'replace', path: 'active', value: false });
  const answer = await scim.call('POST', '/Users', body);
  expect(answer.body).toMatchObject({ id: back.id, groups: [{ value: there.id }] });
});

test.each(['excludedAttributes=groups', 'attributes=userName'])(
  'with %s they are not shown',
  async (query) => {
    const ann = await user();
    await group([ann.id]);
    expect((await scim.call('GET', `${ann.path}?${query}`)).body).not.toHaveProperty('groups');
  },
);

test('a client cannot say which they are', async () => {
  const ann = await user({ userName: 'only@hosts.example' });
  const there = await group([ann.id]);
  const groups = [{ value: 'other' }];
  const answer = await scim.call('PUT', ann.path, { userName: 'only@hosts.example', groups });
  expect([answer.status, answer.headers.get('etag')]).toEqual([200, 'W/"1"']);
  expect(answer.body['groups']).toMatchObject([{ value: there.id }]);
  const patched = await patch(ann, { op: 'replace', path: 'groups', value: groups });
  expect([patched.status, patched.body['scimType']]).toEqual([400, 'mutability']);
  expect(await members(there)).toEqual([ann.id]);
});

test('a filter on the type of groups takes whoever has none for one without a type', async () => {
  const [ann, ben] = [await user({ title: 'typed' }), await user({ title: 'typed' })];
  await group([ann.id]);
  const found = async (condition: string) => {
    const filter = encodeURIComponent(`title eq "typed" and ${condition}`);
    const { body } = await scim.call('GET', `/Users?filter=${filter}`);
    return (body['Resources'] as JsonObject[]).map(({ id }) => id);
  };
  expect(await found('groups.type eq "Direct"')).toEqual([ann.id]);
  for (const condition of ['groups.type ne "direct"', 'groups.type eq null', 'not (groups.type pr)'])
    expect(await found(condition)).toEqual([ben.id]);
});
