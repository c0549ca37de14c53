import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { authenticate, isToken } from '../../src/http/bearer.js';
import { createWebhookSources } from '../../src/records/sources.js';
import { createTokenFinder } from '../../src/records/tokens.js';
import { createLog } from '../../src/log.js';
import { type Door, openDoor, PUBLIC_URL } from './door.js';
import { join, joinWithKey } from './people.js';

const SECRET = 'zoom-secret-token-739152';
const HOUR_MS = 3_600_000;

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

const add = (body: unknown) => door.ask('POST', '/sources', body);
const log = createLog({ level: 'silent' });
const audits = (action: string, subject: string) =>
  door.sql('SELECT actor, detail FROM audit WHERE action = $1 AND subject = $2 ORDER BY id', [
    action,
    subject,
  ]);

/** What a token is good for at the SCIM door: its source, or why not. */
async function speaksFor(token: string, aheadMs = 0): Promise<string> {
  const findToken = createTokenFinder({ pool: door.database.pool, log, cacheMs: 0 });
  const now = () => new Date(Date.now() + aheadMs);
  const found = await authenticate({ findToken, now }, `Bearer ${token}`, 'scim').catch((error) => error);
  return found.sourceName ?? found.code;
}

/** By a finder of its own: what another process finds. */
const secretsOf = async (name: string) => {
  const found = await createWebhookSources({ pool: door.database.pool, seal: door.seal })(name);
  return found?.secrets ?? null;
};

describe('a scim source', () => {
  test('is added with its URL and a token, which are shown once', async () => {
    const { status, body } = await add({
      name: 'okta',
      kind: 'scim',
      domains: ['@Example.com'],
      observed: true,
    });
    expect(status).toBe(201);
    expect(body).toEqual({ name: 'okta', kind: 'scim', url: `${PUBLIC_URL}/scim/v2`, token: body.token });
    expect(isToken(body.token)).toBe(true);
    expect(await speaksFor(body.token)).toBe('okta');
    expect(await audits('source.add', 'okta')).toEqual([
      {
        actor: 'root',
        detail: {
          name: 'okta',
          kind: 'scim',
          domains: ['example.com'],
          observed: true,
          presenceOnly: false,
          entitledGroups: [],
        },
      },
    ]);
  });

  test('may have several tokens: the one before ends when its overlap is over', async () => {
    const { token: first } = (await add({ name: 'entra', kind: 'scim' })).body;
    const rotated = await door.ask('POST', '/sources/entra/rotate', { overlapHours: 2 });
    expect(rotated.body).toEqual({
      name: 'entra',
      kind: 'scim',
      url: `${PUBLIC_URL}/scim/v2`,
      token: rotated.body.token,
      previousUntil: expect.any(String),
    });
    expect(await speaksFor(first)).toBe('entra');
    expect(await speaksFor(first, 2 * HOUR_MS + 1_000)).toBe('TOKEN_EXPIRED');
    expect(await speaksFor(rotated.body.token, 10_000 * HOUR_MS)).toBe('entra');
  });

  test('keeps its old token for a day when nothing else is asked for, and not at all with an overlap of 0', async () => {
    const { token: first } = (await add({ name: 'ping', kind: 'scim' })).body;
    const { token: second } = (await door.ask('POST', '/sources/ping/rotate')).body;
    expect(await speaksFor(first, 24 * HOUR_MS - 60_000)).toBe('ping');
    expect(await speaksFor(first, 24 * HOUR_MS + 1_000)).toBe('TOKEN_EXPIRED');
    await door.ask('POST', '/sources/ping/rotate', { overlapHours: 0 });
    expect(await speaksFor(first)).toBe('TOKEN_EXPIRED');
    expect(await speaksFor(second)).toBe('TOKEN_EXPIRED');
  });
});

describe('a source that signs', () => {
  test('is added with the secret given, or one that is made', async () => {
    const given = await add({ name: 'zoom', kind: 'zoom', secret: SECRET });
    expect(given.body).toEqual({
      name: 'zoom',
      kind: 'zoom',
      url: `${PUBLIC_URL}/webhooks/zoom`,
      secret: SECRET,
    });
    const made = (await add({ name: 'zoom-2', kind: 'zoom' })).body.secret;
    expect(made).toMatch(/^[\w-]{43}$/);
    expect([await secretsOf('zoom'), await secretsOf('zoom-2')]).toEqual([[SECRET], [made]]);
  });

  test('is taken with both secrets while a rotation lasts, and then with the new one only', async () => {
    await add({ name: 'zoom-3', kind: 'zoom', secret: 'secret-one' });
    await door.ask('POST', '/sources/zoom-3/rotate', { secret: 'secret-two', overlapHours: 1 });
    expect(await secretsOf('zoom-3')).toEqual(['secret-two', 'secret-one']);
    await door.ask('POST', '/sources/zoom-3/rotate', { secret: 'secret-three' });
    expect(await secretsOf('zoom-3')).toEqual(['secret-three', 'secret-two']);
    await door.sql(`UPDATE sources SET previous_until = now() - interval '1 second' WHERE name = 'zoom-3'`);
    expect(await secretsOf('zoom-3')).toEqual(['secret-three']);
  });

  test('rotated by two at once is rotated by one, and the other is told', async () => {
    await add({ name: 'zoom-4', kind: 'zoom', secret: 'secret-one' });
    const rotate = (secret: string) => door.ask('POST', '/sources/zoom-4/rotate', { secret });
    const answers = await Promise.all(['secret-a', 'secret-b', 'secret-c', 'secret-d'].map(rotate));
    const won = answers.filter(({ status }) => status === 200).map(({ body }) => body.secret);
    const lost = answers.filter(({ status }) => status !== 200);
    expect(lost.map(({ body }) => body.code)).toEqual(lost.map(() => 'SOURCE_CHANGED'));
    expect(won).toContain((await secretsOf('zoom-4'))?.[0]);
  });

  test('has a secret that opens in no other source', async () => {
    await add({ name: 'zoom-5', kind: 'zoom', secret: 'secret-one' });
    await door.sql(
      `UPDATE sources SET secret = (SELECT secret FROM sources WHERE name = 'zoom') WHERE name = 'zoom-5'`,
    );
    await expect(secretsOf('zoom-5')).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
  });
});

describe('a source name', () => {
  test('belongs to one source, however many ask for it at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => add({ name: 'twice', kind: 'scim' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('SOURCE_NAME_TAKEN');
  });

  test.each([
    [{ name: 'operator', kind: 'scim' }, 'name: operator is reserved'],
    [{ name: 'a b', kind: 'scim' }, /^name: must be 1 to 63 of/],
    [{ name: 'Okta', kind: 'scim' }, /^name: must be 1 to 63 of/],
    [{ name: '../x', kind: 'scim' }, /^name: must be 1 to 63 of/],
    [{ kind: 'scim' }, 'name: must be a text'],
    [{ name: 'x', kind: 'ldap' }, 'kind: must be one of scim, zoom'],
    [{ name: 'x', kind: 'scim', domains: ['a b'] }, 'domains[0]: must be a mail domain'],
    [{ name: 'x', kind: 'scim', secret: SECRET }, /^secret: a scim source has a token/],
    [{ name: 'x', kind: 'zoom', secret: 'short' }, /^secret: must be 8 to 512/],
    [{ name: 'x', kind: 'scim', observe: true }, 'Unrecognized key: "observe"'],
  ])('%j: what is wrong is said, with its place, and without the value', async (body, detail) => {
    const answer = await add(body);
    expect(answer.body).toMatchObject({ status: 400, code: 'INPUT_INVALID' });
    expect(answer.body.detail).toMatch(detail);
    expect(answer.text).not.toContain(SECRET);
  });
});

describe('removing a source', () => {
  test('ends its tokens and its secret at once, and frees its name', async () => {
    const { token } = (await add({ name: 'onelogin', kind: 'scim' })).body;
    await add({ name: 'zoom-6', kind: 'zoom', secret: 'secret-one' });
    expect((await door.ask('DELETE', '/sources/onelogin')).body).toMatchObject({
      name: 'onelogin',
      people: 0,
    });
    await door.ask('DELETE', '/sources/zoom-6');
    expect(await speaksFor(token)).toBe('TOKEN_REVOKED');
    expect(await secretsOf('zoom-6')).toBeNull();
    expect(await door.sql(`SELECT secret, previous_secret FROM sources WHERE name = 'zoom-6'`)).toEqual([
      { secret: null, previous_secret: null },
    ]);
    expect((await add({ name: 'onelogin', kind: 'scim' })).status).toBe(201);
  });

  test('takes the key from those whom nobody else vouches for, and from nobody else', async () => {
    await door.sql(`UPDATE sources SET presence_only = true WHERE name = 'zoom'`);
    const alone = await joinWithKey(door, 'alone@example.com', '739152', 'jumpcloud');
    await join(door, 'both@example.com', 'jumpcloud');
    await join(door, 'both@example.com', 'entra');
    expect((await door.ask('DELETE', '/sources/jumpcloud')).body.people).toBe(2);
    const clears = await door.sql(`SELECT person_id FROM jobs WHERE action = 'clear'`);
    expect(clears).toEqual([{ person_id: alone.id }]);
  });

  test('that was broken off is ended by saying it again', async () => {
    const { id } = await joinWithKey(door, 'left-over@example.com', '739153', 'centrify');
    await door.sql(`UPDATE sources SET removed_at = now() WHERE name = 'centrify'`);
    expect((await door.ask('DELETE', '/sources/centrify')).body.people).toBe(1);
    expect(
      await door.sql(`SELECT action FROM jobs WHERE person_id = $1 AND finished_at IS NULL`, [id]),
    ).toEqual([{ action: 'clear' }]);
  });

  test('keeps its leavers, until it is told to forget them, at once or later', async () => {
    const told = { subject: 'x', sequence: 0, occurredAt: null, standing: 'gone' as const };
    const leave = async (source: string, mail: string) => {
      const person = await joinWithKey(door, mail, '739154', 'entra');
      const sourceId = (await door.sql('SELECT id FROM sources WHERE name = $1', [source]))[0].id;
      const event = { ...told, type: 'removed' as const, record: mail, mail };
      await door.acceptor.accept({ sourceId, noticeKey: null, body: {}, events: [event] });
      return person;
    };
    const open = async (id: string) =>
      (await door.sql('SELECT action FROM jobs WHERE person_id = $1 AND finished_at IS NULL', [id])).map(
        ({ action }) => action,
      );
    for (const name of ['workday', 'bamboo']) await add({ name, kind: 'scim' });
    const [later, atOnce] = [await leave('workday', 'l@example.com'), await leave('bamboo', 'o@example.com')];

    expect((await door.ask('DELETE', '/sources/workday')).body).toMatchObject({
      leaversForgotten: false,
      people: 1,
    });
    expect(await open(later.id)).toEqual(['clear']);
    expect((await door.ask('DELETE', '/sources/workday?forgetLeavers=true')).body).toMatchObject({
      leaversForgotten: true,
    });
    expect(await open(later.id)).toEqual([]);
    const again = (await door.ask('DELETE', '/sources/workday')).body;
    expect(again).toMatchObject({ leaversForgotten: true, people: 1, clear: 0 });

    const removed = await door.run(['source', 'remove', 'bamboo', '--forget-leavers', '--json']);
    expect(JSON.parse(removed.stdout)).toMatchObject({ name: 'bamboo', leaversForgotten: true, people: 1 });
    expect(await open(atOnce.id)).toEqual([]);
    expect(await audits('source.remove', 'workday')).toEqual([
      { actor: 'root', detail: { forgetLeavers: false } },
      { actor: 'root', detail: { forgetLeavers: true } },
    ]);
    expect((await door.ask('DELETE', '/sources/entra?forgetLeavers=maybe')).body.code).toBe('INPUT_INVALID');
  });

  test('waits for whoever decides by it still, and gives up in front of a long transaction', async () => {
    await add({ name: 'backed-up', kind: 'scim' });
    const backup = await door.database.pool.connect();
    await backup.query('BEGIN; SELECT 1 FROM sources');
    const { status, body } = await door.ask('DELETE', '/sources/backed-up');
    expect([status, body.code]).toEqual([503, 'SOURCES_BUSY']);
    const removal = door.ask('DELETE', '/sources/backed-up');
    await backup.query('COMMIT');
    backup.release();
    expect((await removal).status).toBe(200);
  });

  test('that is not there, or is built in, is a clear error', async () => {
    for (const name of ['nobody', 'operator']) {
      const { status, body } = await door.ask('DELETE', `/sources/${name}`);
      expect([status, body.code]).toEqual([404, 'SOURCE_UNKNOWN']);
      expect((await door.ask('POST', `/sources/${name}/rotate`)).body.code).toBe('SOURCE_UNKNOWN');
    }
  });
});

test('the list shows every connected source, and no credential', async () => {
  const { body, text } = await door.ask('GET', '/sources');
  expect(body.nextCursor).toBeNull();
  expect(body.sources.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(['entra', 'okta', 'zoom']),
  );
  expect(body.sources.find(({ name }: { name: string }) => name === 'okta')).toEqual({
    name: 'okta',
    kind: 'scim',
    domains: ['example.com'],
    observed: true,
    presenceOnly: false,
    entitledGroups: [],
    goingLiveAt: null,
    lastNoticeAt: null,
    createdAt: expect.any(String),
  });
  expect(text).not.toMatch(/operator|hk_|v1\.|secret/);
});

test('no secret or token stands in the log, the audit or the database outside sealed columns', async () => {
  const { token } = (await add({ name: 'canary', kind: 'scim' })).body;
  await add({ name: 'canary-2', kind: 'zoom', secret: SECRET });
  await add({ name: 'canary-2', kind: 'zoom', secret: SECRET });
  const tables = ['sources', 'tokens', 'audit', 'notices', 'events'];
  const rows = await Promise.all(tables.map((table) => door.sql(`SELECT t::text AS line FROM ${table} t`)));
  const kept = rows.flat().map(({ line }) => line);
  for (const text of [door.logged(), kept.join()]) {
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(token);
  }
});
