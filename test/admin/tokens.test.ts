import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hashToken, isToken } from '../../src/http/bearer.js';
import { type Door, openDoor } from './door.js';

let door: Door;
let entra: { token: string };
beforeAll(async () => {
  door = await openDoor();
  await door.ask('POST', '/sources', { name: 'zoom', kind: 'zoom' });
  entra = (await door.ask('POST', '/sources', { name: 'entra', kind: 'scim' })).body;
});
afterAll(() => door.close());

const create = (body: unknown) => door.ask('POST', '/tokens', body);

describe('a token', () => {
  test('is made with its scopes and shown once', async () => {
    const { status, body } = await create({
      name: 'portal',
      scopes: ['keys:read', 'keys:read'],
      expiresInDays: 30,
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      name: 'portal',
      token: body.token,
      scopes: ['keys:read'],
      expiresAt: expect.any(String),
    });
    expect(isToken(body.token)).toBe(true);
    expect(Date.parse(body.expiresAt) - Date.now()).toBeGreaterThan(29.9 * 86_400_000);
    const [audit] = await door.sql(
      `SELECT actor, detail FROM audit WHERE action = 'token.create' AND subject = 'portal'`,
    );
    expect(audit).toEqual({ actor: 'root', detail: { scopes: ['keys:read'], expiresAt: body.expiresAt } });
  });

  test('stands in the audit for one user: its name is taken while it is in force, also for many at once', async () => {
    const asked = { name: 'script', scopes: ['jobs:read'] };
    const answers = await Promise.all(Array.from({ length: 6 }, () => create(asked)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('TOKEN_NAME_TAKEN');
    await door.ask('DELETE', '/tokens/script');
    expect((await create(asked)).status).toBe(201);
  });

  test('is revoked by name once, and by id where a source shares the name', async () => {
    await create({ name: 'gone', scopes: ['admin'] });
    expect((await door.ask('DELETE', '/tokens/gone')).body).toEqual({ token: 'gone', revoked: 1 });
    expect((await door.ask('DELETE', '/tokens/gone')).body.code).toBe('TOKEN_UNKNOWN');

    await door.ask('POST', '/sources', { name: 'okta', kind: 'scim' });
    expect((await door.ask('DELETE', '/tokens/okta')).body.code).toBe('TOKEN_UNKNOWN');
    const [{ id }] = await door.sql(`SELECT id FROM tokens WHERE name = 'okta'`);
    expect((await door.ask('DELETE', `/tokens/${id.toUpperCase()}`)).body).toEqual({ token: id, revoked: 1 });
    expect(
      await door.sql('SELECT revoked_at IS NOT NULL AS revoked FROM tokens WHERE id = $1', [id]),
    ).toEqual([{ revoked: true }]);
  });

  test('of a source is one more beside those it has, with an end of its own', async () => {
    const made = await create({ name: 'second', source: 'entra', expiresInDays: 180 });
    expect([made.status, made.body]).toEqual([
      201,
      {
        name: 'second',
        token: made.body.token,
        scopes: ['scim'],
        expiresAt: expect.any(String),
        source: 'entra',
      },
    ]);
    const third = await create({ name: 'third', source: 'entra', scopes: ['scim'] });
    const hashes = [entra.token, made.body.token, third.body.token].map(hashToken);
    const found = await door.sql(
      `SELECT s.name FROM tokens t JOIN sources s ON s.id = t.source_id
       WHERE hash = ANY ($1) AND scopes = '{scim}' AND revoked_at IS NULL`,
      [hashes],
    );
    expect(found).toEqual(Array(3).fill({ name: 'entra' }));
    const detail = { source: 'entra', scopes: ['scim'], expiresAt: made.body.expiresAt };
    expect(await door.sql(`SELECT detail FROM audit WHERE subject = 'second'`)).toEqual([{ detail }]);
  });

  test('of a source is listed with it, and revoked alone, by id or by name with the source', async () => {
    await door.ask('POST', '/sources', { name: 'ping', kind: 'scim' });
    for (const name of ['one', 'two']) await create({ name, source: 'ping' });
    expect((await create({ name: 'one', source: 'ping' })).body.code).toBe('TOKEN_NAME_TAKEN');
    expect((await create({ name: 'one', source: 'entra' })).status).toBe(201);
    expect((await create({ name: 'one', scopes: ['admin'] })).status).toBe(201);
    const inForce = async () => {
      const { tokens } = (await door.ask('GET', '/tokens?source=ping')).body;
      return tokens.flatMap((one: any) => (one.revokedAt ? [] : `${one.source} ${one.name}`));
    };
    expect(await inForce()).toEqual(['ping two', 'ping one', 'ping ping']);
    expect((await door.ask('DELETE', '/tokens/one?source=ping')).body).toEqual({ token: 'one', revoked: 1 });
    expect(await inForce()).toEqual(['ping two', 'ping ping']);
    const [{ id }] = (await door.ask('GET', '/tokens?source=ping')).body.tokens;
    expect((await door.ask('DELETE', `/tokens/${id}?source=entra`)).body.code).toBe('TOKEN_UNKNOWN');
    expect((await door.ask('DELETE', `/tokens/${id}?source=ping`)).body.revoked).toBe(1);
    expect((await door.ask('DELETE', '/tokens/ping?source=ping')).body.revoked).toBe(1);
    expect(await inForce()).toEqual([]);
    expect((await door.ask('GET', '/tokens?source=nobody')).body.code).toBe('SOURCE_UNKNOWN');
  });

  test('of a source that was rotated with an overlap ends with it, whichever it was', async () => {
    await door.ask('POST', '/sources', { name: 'jumpcloud', kind: 'scim' });
    await create({ name: 'long', source: 'jumpcloud' });
    await create({ name: 'short', source: 'jumpcloud', expiresInDays: 1 });
    await door.ask('POST', '/sources/jumpcloud/rotate', { overlapHours: 48 });
    const { tokens } = (await door.ask('GET', '/tokens?source=jumpcloud')).body;
    const days = tokens.map((one: any) =>
      one.expiresAt === null ? null : Math.round((Date.parse(one.expiresAt) - Date.now()) / 86_400_000),
    );
    expect(days).toEqual([null, 1, 2, 2]);
  });

  test.each([
    [{ name: 'x', source: 'nobody' }, 404, /^there is no source named nobody/],
    [{ name: 'x', source: 'zoom' }, 400, /^source: zoom signs what it sends/],
    [{ name: 'x', source: 'entra', scopes: ['admin'] }, 400, /^scopes\[0\]: must be scim/],
    [{ name: 'x', source: '' }, 400, /^source: must be 1 to 63/],
  ])('of a source, as %j, is refused', async (body, status, detail) => {
    const answer = await create(body);
    expect(answer.status).toBe(status);
    expect(answer.body.detail).toMatch(detail);
  });

  test.each([
    [{ name: 'x', scopes: ['scim'] }, /^scopes\[0\]: must be one of keys:read/],
    [{ name: 'x', scopes: [] }, 'scopes: must name a scope'],
    [{ name: 'x' }, 'scopes: must be a list of scopes'],
    [{ name: 'cli:root', scopes: ['admin'] }, /^name: must be 1 to 63 of/],
    [{ name: 'x', scopes: ['admin'], expiresInDays: 0 }, 'expiresInDays: must be a number from 1 to 3650'],
    [{ name: 'x', scopes: ['admin'], expiresInDays: 1.5 }, 'expiresInDays: must be a whole number'],
    [
      { name: 'x', scopes: ['admin'], expiresInDays: 'soon' },
      'expiresInDays: must be a number from 1 to 3650',
    ],
  ])('%j: what is wrong is said', async (body, detail) => {
    const answer = await create(body);
    expect(answer.body).toMatchObject({ status: 400, code: 'INPUT_INVALID' });
    expect(answer.body.detail).toMatch(detail);
  });
});

test('the list shows every token page by page, the newest first, and neither token nor hash', async () => {
  const all = (await door.ask('GET', '/tokens?limit=500')).body.tokens;
  const walked = [];
  for (let cursor = ''; ;) {
    const { body } = await door.ask('GET', `/tokens?limit=2${cursor}`);
    walked.push(...body.tokens);
    if (!body.nextCursor) break;
    cursor = `&cursor=${body.nextCursor}`;
  }
  expect(walked.map(({ id }) => id)).toEqual(all.map(({ id }: { id: string }) => id));
  expect(all.find(({ name }: { name: string }) => name === 'root')).toEqual({
    id: expect.any(String),
    name: 'root',
    source: null,
    scopes: ['admin', 'jobs:read', 'jobs:write', 'keys:read'],
    createdAt: expect.any(String),
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: expect.any(String),
  });
  expect(JSON.stringify(all)).not.toMatch(/hk_|hash/);
});
