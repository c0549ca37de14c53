import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openOperations } from '../../src/assemble/admin.js';
import { serve, type Serving } from '../../src/assemble/serve.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { expectAtRest } from '../harness/at-rest.js';
import { createTestDatabase } from '../harness/database.js';
import { ask } from '../harness/scim.js';
import { environment } from '../harness/service.js';

const MAIL = 'mira.lind@hosts.example';
const closing: (() => Promise<unknown>)[] = [];
let serving: Serving;
let zoom: RehearsalZoom;
let directory: string;
let admin: string;

beforeAll(async () => {
  const database = await createTestDatabase();
  closing.push(() => database.drop());
  zoom = await startRehearsalZoom({ plan: 'business', clockSpeed: 60 });
  closing.push(() => zoom.close());
  const config = readConfig(environment(database.url, zoom, { PORT: '0', CLOCK_SPEED: '60' }));
  const log = createLog({ level: 'silent' });
  const parts = { web: true, worker: true };
  serving = await serve({ config, log, parts, acceptKeyLoss: false, onStuck: () => undefined });
  closing.push(() => serving.stop());
  const { sources, tokens } = openOperations(serving.core, serving.url!);
  directory = (await sources.add('test', { name: 'okta', kind: 'scim' })).token!;
  admin = (await tokens.create('test', { name: 'root', scopes: ['keys:read'] })).token;
  zoom.users.add({ email: MAIL });
});
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const scim = (method: string, path: string, body?: unknown) =>
  ask(serving.url!, method, `/scim/v2${path}`, directory, body);
const lookUp = () => ask(serving.url!, 'POST', '/api/host-keys/lookup', admin, { email: MAIL });
const setActive = (id: string, active: boolean) =>
  scim('PATCH', `/Users/${id}`, { Operations: [{ op: 'replace', value: { active } }] });

/** What look-up answers once everything is done: the key that Zoom has, or why there is none. */
async function keyAtRest(): Promise<string> {
  await expectAtRest({ core: serving.core, zoom });
  const { body } = await lookUp();
  if (body.hostKey) expect(body.hostKey).toBe(zoom.users.hostKeyOf(MAIL));
  return body.hostKey ?? body.code;
}

test('a leaver’s record is found by filter and activated, and they get a new key; deleted, their name is free', async () => {
  const made = await scim('POST', '/Users', { userName: MAIL, externalId: '00u3kd91mQx7TzLbf5d7' });
  const id = made.body.id as string;
  const first = await keyAtRest();
  expect(first).toMatch(/^\d{6}$/);

  expect((await setActive(id, false)).status).toBe(200);
  expect(await keyAtRest()).toBe('LEFT');

  const filter = new URLSearchParams({ filter: `userName eq "${MAIL.toUpperCase()}"` });
  const found = await scim('GET', `/Users?${filter}`);
  expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ id, active: false }] });
  expect((await setActive(id, true)).body).toMatchObject({ id, active: true });
  const second = await keyAtRest();
  expect(second).toMatch(/^\d{6}$/);
  expect(second).not.toBe(first);

  expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204);
  expect(await keyAtRest()).toBe('LEFT');
  const again = await scim('POST', '/Users', { userName: MAIL, externalId: '00u3kd91mQx7TzLbf5d7' });
  expect(again.status).toBe(201);
  expect(again.body.id).not.toBe(id);
  const third = await keyAtRest();
  expect(third).toMatch(/^\d{6}$/);
  expect([first, second]).not.toContain(third);
});
