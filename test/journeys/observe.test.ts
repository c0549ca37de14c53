import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openOperations } from '../../src/assemble/admin.js';
import { serve, type Serving } from '../../src/assemble/serve.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { expectAtRest } from '../harness/at-rest.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';
import { intakeOf, joined } from '../harness/people.js';
import { startProcess } from '../harness/process.js';
import { ask } from '../harness/scim.js';
import { environment } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

const LEAVERS_EVERY = 50;
const AT_ONCE = 32;

let database: TestDatabase;
let zoom: RehearsalZoom;
let serving: Serving;
let settings: Record<string, string>;
let admin: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const unlimited = { light: Infinity, medium: Infinity };
  zoom = await startRehearsalZoom({ limits: unlimited });
  const env = { PORT: '0', ZOOM_RATE_LIGHT: '1000', ZOOM_RATE_MEDIUM: '1000', BRAKE_MINIMUM: '1000' };
  settings = environment(database.url, zoom, env);
  const config = readConfig(settings);
  const log = createLog({ level: 'silent' });
  const parts = { web: true, worker: true };
  serving = await serve({ config, log, parts, acceptKeyLoss: false, onStuck: () => undefined });
  const operations = openOperations(serving.core, serving.url!);
  admin = (await operations.tokens.create('test', { name: 'root', scopes: ['admin', 'keys:read'] })).token;
});
afterAll(async () => {
  await serving?.stop();
  await zoom?.close();
  await database?.drop();
});

const api = (method: string, path: string, body?: unknown) =>
  ask(serving.url!, method, `/api${path}`, admin, body);

/** A directory's first sync of so many people, some of whom have left. */
async function sync(token: string, mails: string[]): Promise<void> {
  const create = async (userName: string, index: number) => {
    const active = index % LEAVERS_EVERY !== 0;
    const { status } = await ask(serving.url!, 'POST', '/scim/v2/Users', token, { userName, active });
    expect(status).toBe(201);
  };
  for (let start = 0; start < mails.length; start += AT_ONCE)
    await Promise.all(mails.slice(start, start + AT_ONCE).map((mail, at) => create(mail, start + at)));
}

const mailsOf = (company: string, count: number) =>
  Array.from({ length: count }, (_, index) => `person${index}@${company}.example`);

const addSource = async (name: string, more: object = {}): Promise<string> =>
  (await api('POST', '/sources', { name, kind: 'scim', ...more })).body.token;

const keyOf = (email: string) => api('POST', '/host-keys/lookup', { email });

describe('an observed source', () => {
  test('may tell of 2,000 people, and Zoom hears nothing of it', async () => {
    const mails = mailsOf('big', 2_000);
    await sync(await addSource('big', { observed: true }), mails);
    const { body } = await api('POST', '/sources/big/go-live', {});
    expect(body).toEqual({
      name: 'big',
      live: false,
      people: 2_000,
      set: 1_960,
      setUnknownInZoom: 1_960,
      rotate: 0,
      clear: 0,
      braked: 0,
      skipped: {
        held: 0,
        inProgress: 0,
        contested: 0,
        gone: 40,
        goneElsewhere: 0,
        notActive: 0,
        notEntitled: 0,
      },
    });
    expect((await keyOf(mails[1]!)).body.code).toBe('NOT_HELD');
    await expectAtRest({ core: serving.core, zoom });
    expect(zoom.log.requests).toEqual([]);
    expect(await serving.core.database.prisma.job.count()).toBe(0);
  });

  test('among others goes live in two goes while other processes take notices, and everybody ends as was shown', async () => {
    const { prisma } = serving.core.database;
    const mails = mailsOf('mid', 120);
    const late = mailsOf('late', 40);
    for (const email of [...mails.slice(0, 110), ...late]) zoom.users.add({ email });
    const entra = await addSource('entra');
    const presence = await addSource('presence', { presenceOnly: true });
    const okta = await addSource('okta', { observed: true });
    for (const userName of mails.slice(0, 40)) await post(entra, { userName, active: true });
    for (const userName of mails.slice(80, 90)) await post(presence, { userName, active: false });
    await expectAtRest({ core: serving.core, zoom });
    await sync(okta, mails);
    const calls = zoom.log.requests.length;

    const forecast = (await api('POST', '/sources/okta/go-live', {})).body;
    expect(forecast).toMatchObject({
      live: false,
      people: 120,
      set: 68,
      setUnknownInZoom: 68,
      rotate: 0,
      clear: 1,
    });
    expect(forecast.skipped).toMatchObject({
      held: 39,
      gone: 2,
      goneElsewhere: 10,
      contested: 0,
      inProgress: 0,
    });
    expect(zoom.log.requests).toHaveLength(calls);

    const { id: sourceId } = await prisma.source.findFirstOrThrow({ where: { name: 'okta' } });
    const child = await startProcess({ env: settings, durations: {} });
    child.send('work');
    for (const mail of late) child.send(intakeOf(sourceId, joined(mail)));
    const broken = await breakingOff(() => api('POST', '/sources/okta/go-live', { confirm: true }));
    expect(broken.status).toBe(500);
    const [listed] = (await api('GET', '/sources')).body.sources.filter((one: any) => one.name === 'okta');
    expect(listed).toMatchObject({ observed: false, goingLiveAt: expect.any(String) });
    const { status, body } = await api('POST', '/sources/okta/go-live', { confirm: true });
    expect([status, body.live]).toEqual([200, true]);
    expect((await api('POST', '/sources/okta/go-live', { confirm: true })).body.code).toBe(
      'SOURCE_NOT_OBSERVED',
    );

    const ofOkta = (action: string, about: string) =>
      prisma.job.count({ where: { sourceId, action, person: { mail: { endsWith: about } } } });
    await waitFor('the late ones to be known', async () => (await ofOkta('set', '@late.example')) === 40);
    await expectAtRest({ core: serving.core, zoom });
    expect([await ofOkta('set', '@mid.example'), await ofOkta('clear', '@mid.example')]).toEqual([68, 1]);
    expect(await prisma.hostKeyRow.count({ where: { state: 'active' } })).toBe(39 + 58 + 40);
    expect((await keyOf(mails[60]!)).body.hostKey).toBe(zoom.users.hostKeyOf(mails[60]!));
    expect((await keyOf(mails[0]!)).body.code).toBe('LEFT');
    child.send('stop');
    expect(await child.ended()).toBe('0');
  });
});

test('a dropped standing counts again with the next thing its source says, and not with a repeat', async () => {
  const email = 'dropped@okta-2.example';
  zoom.users.add({ email });
  const other = await addSource('entra-2');
  const okta = await addSource('okta-2');
  await post(other, { userName: email, active: true });
  const { body: user } = await post(okta, { userName: email, active: true });
  await expectAtRest({ core: serving.core, zoom });
  const patch = (path: string, value: unknown) => {
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
    const body = { schemas, Operations: [{ op: 'replace', path, value }] };
    return ask(serving.url!, 'PATCH', `/scim/v2/Users/${user.id}`, okta, body);
  };
  await patch('active', false);
  await expectAtRest({ core: serving.core, zoom });
  expect((await keyOf(email)).body.code).toBe('LEFT');
  const dropped = await api('POST', '/people/standings/drop', { source: 'okta-2', standing: 'gone' });
  expect(dropped.body).toMatchObject({ records: 1, people: 1, set: 1 });
  expect((await patch('active', false)).status).toBe(200);
  await expectAtRest({ core: serving.core, zoom });
  expect((await keyOf(email)).body.hostKey).toBe(zoom.users.hostKeyOf(email));
  // Anything else that it says of an inactive user says once more that they are inactive.
  await patch('displayName', 'Somebody Else');
  await expectAtRest({ core: serving.core, zoom });
  expect((await keyOf(email)).body.code).toBe('LEFT');
});

const post = (token: string, user: object) => ask(serving.url!, 'POST', '/scim/v2/Users', token, user);

/** As when it is killed after the first hundred people: what is committed is committed. */
async function breakingOff<T>(work: () => Promise<T>): Promise<T> {
  const { relay } = serving.core;
  const { people } = relay;
  relay.people = () => {
    relay.people = people;
    throw new Error('broken off');
  };
  return work().finally(() => (relay.people = people));
}
