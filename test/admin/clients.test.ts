import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hashToken, isClientSecret } from '../../src/http/bearer.js';
import { type Door, openDoor, PUBLIC_URL } from './door.js';

const DAY_MS = 86_400_000;
let door: Door;
beforeAll(async () => {
  door = await openDoor();
  for (const name of ['entra', 'okta']) await door.ask('POST', '/sources', { name, kind: 'scim' });
  await door.ask('POST', '/sources', { name: 'zoom', kind: 'zoom' });
});
afterAll(() => door.close());

const add = (body: unknown, source = 'entra') => door.ask('POST', `/sources/${source}/clients`, body);
const list = async (source = 'entra') => (await door.ask('GET', `/sources/${source}/clients`)).body.clients;
const audits = (action: string, subject: string) =>
  door.sql('SELECT actor, detail FROM audit WHERE action = $1 AND subject = $2 ORDER BY id', [
    action,
    subject,
  ]);

describe('a client', () => {
  test('is made with an id and a secret, which is shown once', async () => {
    const { status, body } = await add({ name: 'gallery', expiresInDays: 365 });
    expect(status).toBe(201);
    expect(body).toEqual({
      source: 'entra',
      name: 'gallery',
      url: `${PUBLIC_URL}/scim/v2`,
      tokenUrl: `${PUBLIC_URL}/oauth/token`,
      clientId: expect.stringMatching(/^[\da-f-]{36}$/),
      clientSecret: body.clientSecret,
      scopes: ['scim'],
      expiresAt: expect.any(String),
    });
    expect(isClientSecret(body.clientSecret)).toBe(true);
    expect(Date.parse(body.expiresAt) - Date.now()).toBeGreaterThan(364 * DAY_MS);
    const detail = { source: 'entra', id: body.clientId, expiresAt: body.expiresAt };
    expect(await audits('client.add', 'gallery')).toEqual([{ actor: 'root', detail }]);
  });

  test('is one of several of its source, and of no other; its name is its own there, also for many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => add({ name: 'twice' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(5).fill(409)]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('CLIENT_NAME_TAKEN');
    expect((await add({ name: 'twice' }, 'okta')).status).toBe(201);
    expect((await add({ name: 'third' })).status).toBe(201);
    expect((await list()).length).toBeGreaterThanOrEqual(2);
    expect((await list('okta')).map(({ name }: { name: string }) => name)).toEqual(['twice']);
  });

  test('is revoked by name or id, once, and its name is free again', async () => {
    const { clientId } = (await add({ name: 'ended' })).body;
    const revoke = (source: string, client: string) =>
      door.ask('DELETE', `/sources/${source}/clients/${client}`);
    const others = [
      ['okta', 'ended'],
      ['okta', clientId],
      ['entra', 'nobody'],
    ] as const;
    for (const [source, client] of others) {
      expect((await revoke(source, client)).body).toMatchObject({ status: 404, code: 'CLIENT_UNKNOWN' });
    }
    expect((await revoke('entra', 'ended')).body).toEqual({ source: 'entra', client: 'ended', revoked: 1 });
    expect((await revoke('entra', clientId)).body.code).toBe('CLIENT_UNKNOWN');
    const again = (await add({ name: 'ended' })).body;
    expect((await revoke('entra', again.clientId.toUpperCase())).body.revoked).toBe(1);
    expect(await audits('client.revoke', 'ended')).toEqual([{ actor: 'root', detail: { source: 'entra' } }]);
  });

  test('gets another secret; the one before ends with its overlap, or sooner if it ends sooner', async () => {
    const { clientId, clientSecret } = (await add({ name: 'rotated' })).body;
    const rotate = (body?: unknown) => door.ask('POST', '/sources/entra/clients/rotated/rotate', body);
    const { status, body } = await rotate({ overlapHours: 2, expiresInDays: 1 });
    expect([status, body.clientId, body.clientSecret === clientSecret]).toEqual([200, clientId, false]);
    expect(Date.parse(body.previousUntil) - Date.now()).toBeLessThanOrEqual(2 * 3_600_000);
    const { previousUntil } = (await rotate({ overlapHours: 720 })).body;
    expect(previousUntil).toBe(body.expiresAt);
    const [{ expiresAt }] = (await list()).filter(({ id }: { id: string }) => id === clientId);
    expect(expiresAt).toBeNull();
    expect(await audits('client.rotate', 'rotated')).toHaveLength(2);
    expect((await door.ask('POST', '/sources/entra/clients/nobody/rotate')).body.code).toBe('CLIENT_UNKNOWN');
  });

  test('rotated by two at once keeps both new secrets', async () => {
    const { clientId } = (await add({ name: 'raced' })).body;
    const rotate = () => door.ask('POST', `/sources/entra/clients/${clientId}/rotate`);
    const shown = (await Promise.all([rotate(), rotate()])).map(({ body }) => body.clientSecret);
    const [row] = await door.sql('SELECT secret_hash, previous_hash FROM oauth_clients WHERE id = $1', [
      clientId,
    ]);
    const kept = [row.secret_hash, row.previous_hash].map((hash: Buffer) => hash.toString('hex')).sort();
    expect(kept).toEqual(shown.map((secret) => hashToken(secret).toString('hex')).sort());
  });

  test.each([
    ['entra', {}, 'name: must be a text'],
    ['entra', { name: 'No!' }, /^name: must be 1 to 63 of/],
    ['entra', { name: 'x', expiresInDays: 0 }, 'expiresInDays: must be a number from 1 to 3650'],
    ['entra', { name: 'x', secret: 'mine' }, 'Unrecognized key: "secret"'],
    ['zoom', { name: 'x' }, /^source: zoom signs what it sends/],
  ])('of %s with %j: what is wrong is said', async (source, body, detail) => {
    const answer = await add(body, source);
    expect(answer.body).toMatchObject({ status: 400, code: 'INPUT_INVALID' });
    expect(answer.body.detail).toMatch(detail);
  });

  test('of a source that is not there is a clear error', async () => {
    for (const source of ['nobody', 'operator']) {
      expect((await add({ name: 'x' }, source)).body).toMatchObject({ status: 404, code: 'SOURCE_UNKNOWN' });
    }
  });
});

test('the list shows when each ends and was last used, and neither secret nor hash', async () => {
  const { body, text } = await door.ask('GET', '/sources/entra/clients');
  expect(body).toEqual({ clients: expect.any(Array), nextCursor: null });
  expect(body.clients.find(({ name }: { name: string }) => name === 'gallery')).toEqual({
    id: expect.any(String),
    name: 'gallery',
    createdAt: expect.any(String),
    expiresAt: expect.any(String),
    previousUntil: null,
    revokedAt: null,
    lastUsedAt: null,
  });
  expect(text).not.toMatch(/hks_|hash|secret/i);
});

test('removing a source revokes its clients', async () => {
  await door.ask('POST', '/sources', { name: 'leaving', kind: 'scim' });
  const { clientId } = (await add({ name: 'client' }, 'leaving')).body;
  await door.ask('DELETE', '/sources/leaving');
  const [row] = await door.sql('SELECT revoked_at FROM oauth_clients WHERE id = $1', [clientId]);
  expect(row.revoked_at).toBeInstanceOf(Date);
});

describe('on the command line', () => {
  const run = (args: string) => door.run(args.split(' '));

  test('a client is added, listed, rotated and revoked', async () => {
    const added = await run('source client add okta cli --expires 30 --json');
    const shown = JSON.parse(added.stdout);
    expect(added.stderr).toContain('shown only now');
    expect(added.stderr).not.toContain(shown.clientSecret);
    const rotated = await run('source client rotate okta cli --overlap 1 --expires 30');
    expect(rotated.stdout).toContain(shown.clientId);
    expect(rotated.stdout).toMatch(/client secret +hks_/);
    expect(rotated.stderr).toContain('the one before is taken until');
    const listed = await run('source client list okta');
    expect(listed.stdout).toMatch(/^name +created +expires/);
    expect(listed.stdout).not.toContain('hks_');
    expect((await run('source client revoke okta cli')).stdout).toBe('cli is revoked\n');
    expect((await run('source client revoke okta cli')).code).toBe(1);
  });

  test.each([
    'source client add okta',
    'source client add okta x --expires soon',
    'source client list',
    'source client',
  ])('%s is wrong usage', async (args) => {
    expect((await run(args)).code).toBe(2);
  });
});

test('no secret stands in the log, the audit or the database', async () => {
  const { clientSecret } = (await add({ name: 'canary' })).body;
  const { body } = await door.ask('POST', '/sources/entra/clients/canary/rotate');
  await add({ name: 'canary' });
  const rows = await Promise.all(
    ['oauth_clients', 'audit'].map((table) => door.sql(`SELECT t::text AS line FROM ${table} t`)),
  );
  for (const text of [door.logged(), JSON.stringify(rows)]) {
    for (const secret of [clientSecret, body.clientSecret]) expect(text).not.toContain(secret);
  }
});
