import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openOperations } from '../../src/assemble/admin.js';
import { serve, type Serving } from '../../src/assemble/serve.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { expectAtRest } from '../harness/at-rest.js';
import { createTestDatabase } from '../harness/database.js';
import { environment } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

const TIMES = 50;
const closing: (() => Promise<unknown>)[] = [];
let serving: Serving;
let zoom: RehearsalZoom;
let tokens: string[];

beforeAll(async () => {
  const database = await createTestDatabase();
  closing.push(() => database.drop());
  zoom = await startRehearsalZoom({ plan: 'business', clockSpeed: 60 });
  closing.push(() => zoom.close());
  const env = { PORT: '0', METRICS_PORT: '0', CLOCK_SPEED: '60', BRAKE_MINIMUM: '1000' };
  const config = readConfig(environment(database.url, zoom, env));
  const log = createLog({ level: 'silent', destination: { write: () => undefined } });
  const options = { parts: { web: true, worker: true }, acceptKeyLoss: false, onStuck: () => undefined };
  serving = await serve({ config, log, ...options });
  closing.push(() => serving.stop());
  Object.assign(serving.core.durations, { leaseMs: 6_000, zoomTimeoutMs: 4_000 });
  const { sources } = openOperations(serving.core, serving.url!);
  const zooms = await sources.add('test', { name: 'zoom', kind: 'zoom' });
  zoom.setWebhook({ url: `${serving.url}/webhooks/zoom`, secret: zooms.secret! });
  const directories = [
    await sources.add('test', { name: 'okta', kind: 'scim' }),
    await sources.add('test', { name: 'entra', kind: 'scim' }),
  ];
  tokens = directories.map((source) => source.token!);
});
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function create(token: string, mail: string): Promise<number> {
  const response = await fetch(`${serving.url}/scim/v2/Users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: mail,
      emails: [{ value: mail, primary: true }],
      active: true,
    }),
  });
  await response.body?.cancel();
  return response.status;
}

test('the same new person by two directories and by Zoom at once is one person with one key, fifty times', async () => {
  const mails = Array.from({ length: TIMES }, (_, index) => `new${index}@example.com`);
  for (const mail of mails) {
    const creating = tokens.map((token) => create(token, mail));
    zoom.portal.create({ email: mail });
    expect(await Promise.all(creating)).toEqual([201, 201]);
  }
  await waitFor('every webhook to arrive', () => zoom.deliveries.every((one) => one.state !== 'sending'));
  await expectAtRest({ core: serving.core, zoom });
  const { prisma } = serving.core.database;
  const people = await prisma.person.findMany({ where: { mail: { in: mails }, mergedInto: null } });
  expect(people.map((person) => person.mail).sort()).toEqual(mails.toSorted());
  const told = await prisma.standingOf.groupBy({ by: ['personId'], _count: true });
  expect(told.map((one) => one._count)).toEqual(mails.map(() => 3));
  const drawn = await prisma.hostKeyRow.findMany({ select: { generation: true, state: true } });
  expect(drawn).toEqual(mails.map(() => ({ generation: 1, state: 'active' })));
  const writes = zoom.log.requests.filter((request) => request.method === 'PATCH');
  expect(writes).toHaveLength(TIMES);
});
