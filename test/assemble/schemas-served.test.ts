import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openOperations } from '../../src/assemble/admin.js';
import type { JsonObject } from '../../src/inbound/scim/json.js';
import { startRehearsalZoom } from '../../src/rehearsal/zoom.js';
import { createTestDatabase } from '../harness/database.js';
import { BADGE, BADGE_URN, TEAM, TEAM_URN } from '../inbound/scim/badge.js';
import { startServing } from './serving.js';

const closing: (() => Promise<unknown>)[] = [];
let call: (method: string, path: string, body?: object) => Promise<{ status: number; body: JsonObject }>;

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'hostkeeper-schemas-'));
  closing.push(() => rm(dataDir, { recursive: true }));
  await mkdir(join(dataDir, 'schemas'));
  await writeFile(join(dataDir, 'schemas', 'badge.json'), JSON.stringify(BADGE));
  await writeFile(join(dataDir, 'schemas', 'team.json'), JSON.stringify([TEAM]));
  const database = await createTestDatabase();
  closing.push(() => database.drop());
  const zoom = await startRehearsalZoom();
  closing.push(() => zoom.close());
  const parts = { web: true, worker: false };
  const { serving } = await startServing(database.url, zoom, { DATA_DIR: dataDir }, parts);
  closing.push(() => serving.stop());
  const { sources } = openOperations(serving.core, serving.url!);
  const { token } = await sources.add('test', { name: 'okta', kind: 'scim' });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
  call = async (method, path, body) => {
    const asked = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(`${serving.url}/scim/v2${path}`, asked);
    return { status: answer.status, body: (await answer.json()) as JsonObject };
  };
});
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const found = async (endpoint: string, filter: string) => {
  const { status, body } = await call('GET', `${endpoint}?${new URLSearchParams({ filter })}`);
  return status === 200 ? (body['Resources'] as JsonObject[]).map(({ id }) => id) : body['scimType'];
};
const patch = (path: string, attribute: string, value: unknown) =>
  call('PATCH', path, { Operations: [{ op: 'replace', path: attribute, value }] });

test.each([
  [BADGE_URN, 'Badge', 'User'],
  [TEAM_URN, 'Team', 'Group'],
])('a process that is started with a file of %s tells of that schema', async (urn, name, type) => {
  expect(await call('GET', `/Schemas/${urn}`)).toMatchObject({ status: 200, body: { id: urn, name } });
  const { body } = await call('GET', `/ResourceTypes/${type}`);
  expect(body['schemaExtensions']).toContainEqual({ schema: urn, required: false });
});

test('users are written, read, found and changed by it, each value by its type', async () => {
  const badge = { number: 7, code: 'AbC', doors: ['north'], issued: '2008-01-23T05:56:22+01:00' };
  const userName = 'ann@hosts.example';
  const refused = await call('POST', '/Users', { userName, [BADGE_URN]: { ...badge, number: '7' } });
  expect(refused).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
  const { status, body } = await call('POST', '/Users', { userName, [BADGE_URN]: badge });
  expect([status, body[BADGE_URN]]).toEqual([201, badge]);
  const path = `/Users/${body['id']}`;
  expect((await call('GET', path)).body).toEqual(body);
  const filters = [
    'number gt 6',
    'code eq "AbC"',
    `${BADGE_URN}:issued eq "2008-01-23T04:56:22Z"`,
    'doors eq "North"',
  ];
  for (const filter of filters)
    expect([filter, await found('/Users', filter)]).toEqual([filter, [body['id']]]);
  for (const filter of ['number gt 7', 'code eq "abc"', `${BADGE_URN}:valid pr`])
    expect([filter, await found('/Users', filter)]).toEqual([filter, []]);
  expect(await found('/Users', 'number eq "7"')).toBe('invalidFilter');
  expect((await patch(path, `${BADGE_URN}:number`, '8')).body['scimType']).toBe('invalidValue');
  expect((await patch(path, `${BADGE_URN}:number`, 8)).body[BADGE_URN]).toEqual({ ...badge, number: 8 });
  expect(await found('/Users', 'number eq 8')).toEqual([body['id']]);
});

test('groups are written, read, found and changed by it', async () => {
  const refused = await call('POST', '/Groups', { displayName: 'A', [TEAM_URN]: { floor: 'third' } });
  expect(refused).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
  const { status, body } = await call('POST', '/Groups', { displayName: 'A', [TEAM_URN]: { floor: 3 } });
  expect([status, body[TEAM_URN]]).toEqual([201, { floor: 3 }]);
  const path = `/Groups/${body['id']}`;
  expect((await call('GET', path)).body).toEqual(body);
  expect([await found('/Groups', 'floor gt 2'), await found('/Groups', `${TEAM_URN}:floor gt 3`)]).toEqual([
    [body['id']],
    [],
  ]);
  expect((await patch(`${path}?attributes=${TEAM_URN}`, 'floor', 4)).body[TEAM_URN]).toEqual({ floor: 4 });
  expect(await found('/Groups', 'floor eq 4')).toEqual([body['id']]);
});
