import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { BADGE, BADGE_URN, badgeShapes, TEAM_URN } from './badge.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer({ shapes: badgeShapes() });
});
afterAll(() => scim.close());

let made = 0;
const badge = {
  number: 1,
  weight: 1.5,
  issued: '2008-01-23T05:56:22+01:00',
  valid: true,
  doors: ['north'],
  serial: 'S1',
  stamp: 'here',
  maker: { name: 'M', batch: 7, mark: 'm' },
};
const hidden = { trace: 't', hidden: 'h', pin: 'p1n-canary' };

async function post(said: JsonObject): Promise<{ path: string; body: JsonObject }> {
  const sent = { userName: `badge-${++made}@hosts.example`, [BADGE_URN]: said };
  const { status, body } = await scim.call('POST', '/Users', sent);
  expect(status).toBe(201);
  return { path: `/Users/${body['id']}`, body };
}
const badgeAt = async (path: string) => (await scim.call('GET', path)).body[BADGE_URN];

test('values of an extension come back as they were sent, listed in schemas', async () => {
  const { path, body } = await post({ ...badge, origin: 'ours to say' });
  expect(body[BADGE_URN]).toEqual(badge);
  expect(body['schemas']).toEqual(['urn:ietf:params:scim:schemas:core:2.0:User', BADGE_URN]);
  expect(await badgeAt(path)).toEqual(badge);
});

test('what is returned never is not, what is returned on request is to who asks, or has just set it', async () => {
  const maker = { ...badge.maker, note: 'n' };
  const { path, body } = await post({ ...badge, ...hidden, maker });
  expect(body[BADGE_URN]).toEqual({ ...badge, trace: 't', maker });
  expect(await badgeAt(path)).toEqual(badge);
  expect(await badgeAt(`${path}?attributes=${BADGE_URN}`)).toEqual(badge);
  expect(await badgeAt(`${path}?attributes=${BADGE_URN}:trace,${BADGE_URN}:hidden`)).toEqual({
    stamp: 'here',
    trace: 't',
    maker: { mark: 'm' },
  });
  expect(await badgeAt(`${path}?attributes=${BADGE_URN}:maker.note,${BADGE_URN}:maker.name`)).toEqual({
    stamp: 'here',
    maker: { name: 'M', note: 'n', mark: 'm' },
  });
  expect(await badgeAt(`${path}?attributes=userName`)).toEqual({ stamp: 'here', maker: { mark: 'm' } });
  expect(await badgeAt(`${path}?excludedAttributes=${BADGE_URN}`)).toEqual({
    stamp: 'here',
    maker: { mark: 'm' },
  });
  expect(await badgeAt(`${path}?excludedAttributes=${BADGE_URN}:maker,${BADGE_URN}:stamp,userName`)).toEqual({
    ...badge,
    maker: { mark: 'm' },
  });
  const patch = async (operation: object) =>
    (await scim.call('PATCH', path, { Operations: [{ op: 'add', ...operation }] })).body[BADGE_URN];
  expect(await patch({ path: `${BADGE_URN}:trace`, value: 'u' })).toEqual({ ...badge, trace: 'u' });
  expect(await patch({ value: { [BADGE_URN]: { trace: 'v' } } })).toEqual({ ...badge, trace: 'v' });
  expect(await patch({ path: `${BADGE_URN}:maker`, value: { note: 'o' } })).toEqual({
    ...badge,
    maker: { ...badge.maker, note: 'o' },
  });
  expect(await patch({ path: 'title', value: 'T' })).toEqual(badge);
});

test('lists hide what is hidden, too', async () => {
  const { path, body } = await post({ ...badge, ...hidden });
  const query = new URLSearchParams({ filter: `id eq "${body['id']}"` });
  const { Resources } = (await scim.call('GET', `/Users?${query}`)).body as { Resources: JsonObject[] };
  expect(Resources).toEqual([(await scim.call('GET', path)).body]);
});

test('what is write-only is nowhere: not in an answer, a notice, the resource, the log', async () => {
  const { path } = await post({ ...badge, ...hidden, maker: { name: 'M', secret: 'p1n-canary' } });
  const pin = `${BADGE_URN}:pin`;
  const Operations = [
    { op: 'add', path: pin, value: 'p1n-canary' },
    { op: 'add', value: { [pin]: 'p1n-canary', title: 'T' } },
    { op: 'add', value: { [BADGE_URN]: { PIN: 'p1n-canary', maker: { secret: 'p1n-canary' } } } },
    { op: 'remove', path: `${BADGE_URN}:visits[pin eq "p1n-canary"].pin` },
    { op: 'add', path: `${BADGE_URN}:maker.secret`, value: 'p1n-canary' },
  ];
  const userName = `put-${made}@hosts.example`;
  const replies = [
    await scim.call('PATCH', path, { Operations }),
    await scim.call('PUT', path, { userName, [BADGE_URN]: { ...badge, pin: 'p1n-canary' } }),
  ];
  expect(replies.map(({ status }) => status)).toEqual([200, 200]);
  const kept = await scim.pool.query(
    'SELECT resource::text FROM scim_resources UNION ALL SELECT body::text FROM notices',
  );
  const texts = replies.map(({ text }) => text);
  expect(JSON.stringify([kept.rows, texts, scim.logged, scim.intakes])).not.toContain('p1n-canary');
});

test.each([
  ['a wrong type', { ...badge, number: '1' }, 'invalidValue', /number must be a whole number/],
  ['nothing of what is required', { weight: 1 }, 'invalidValue', /number is required/],
])('%s is refused', async (_, said, scimType, detail) => {
  const refused = await scim.call('POST', '/Users', { userName: 'refused@hosts.example', [BADGE_URN]: said });
  expect(refused).toMatchObject({ status: 400, body: { status: '400', scimType } });
  expect(refused.body['detail']).toMatch(detail);
});

test('the same PUT, and one without what is immutable, change nothing', async () => {
  const { path, body } = await post(badge);
  const { serial: _, ...others } = badge;
  for (const said of [badge, others]) {
    const answer = await scim.call('PUT', path, { ...body, [BADGE_URN]: said });
    expect(answer.body[BADGE_URN]).toEqual(badge);
    expect(answer.headers.get('etag')).toBe('W/"1"');
  }
  const changed = await scim.call('PUT', path, { ...body, [BADGE_URN]: { ...badge, serial: 'S2' } });
  expect(changed).toMatchObject({ status: 400, body: { scimType: 'mutability' } });
});

test('discovery tells of it: the schema, and what it extends', async () => {
  const { body } = await scim.call('GET', `/Schemas/${BADGE_URN}`);
  expect(body).toMatchObject({ id: BADGE_URN, name: BADGE.name, description: BADGE.description });
  expect((body['attributes'] as JsonObject[]).map(({ name, type }) => [name, type])).toEqual(
    BADGE.attributes.map(({ name, type }) => [name, type]),
  );
  const types = (await scim.call('GET', '/ResourceTypes')).body['Resources'] as JsonObject[];
  expect(types.map(({ schemaExtensions }) => schemaExtensions)).toEqual([
    [
      { schema: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', required: false },
      { schema: BADGE_URN, required: false },
    ],
    [{ schema: TEAM_URN, required: false }],
  ]);
});
