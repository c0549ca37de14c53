import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openOperations } from '../../src/assemble/admin.js';
import { serve, type Serving } from '../../src/assemble/serve.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { nextSteps, playStory, type StoryOptions, type StoryResult } from '../../src/rehearsal/story.js';
import { type RehearsalZoom, startRehearsalZoom } from '../../src/rehearsal/zoom.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';

const CLOCK_SPEED = 20;

describe('the story, played to the real service', () => {
  let database: TestDatabase;
  let zoom: RehearsalZoom;
  let serving: Serving;
  let service: StoryOptions['service'];
  let result: StoryResult;
  const printed: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    zoom = await startRehearsalZoom({ plan: 'business', clockSpeed: CLOCK_SPEED });
    serving = await serve({
      config: readConfig(settingsFor(zoom, database)),
      log: createLog({ level: 'fatal' }),
      parts: { web: true, worker: true },
      acceptKeyLoss: false,
      onStuck: () => undefined,
    });
    service = await connect(serving, zoom);
    const print = (line: string) => void printed.push(line);
    result = await playStory({ service, zoom, print, colour: false, clockSpeed: CLOCK_SPEED });
  }, 120_000);

  afterAll(async () => {
    await serving?.stop();
    await zoom?.close();
    await database?.drop();
  });

  test('ends with our key in Zoom for everybody who has one, and none for those who left', () => {
    const failed = result.checks.filter((check) => !check.ok);
    expect({ failed, ok: result.ok }).toEqual({ failed: [], ok: true });
    expect(result.checks).toHaveLength(10);
  });

  test('prints one line a check and no line longer than 110 columns, colour or control character', () => {
    const checks = printed.filter((line) => line.startsWith('ok  '));
    expect(checks).toHaveLength(result.checks.length);
    expect(printed.filter((line) => line.length > 110)).toEqual([]);
    expect(printed.join('')).not.toMatch(/\p{Cc}/u);
  });

  test('prints no host key', () => {
    const sent = zoom.log.requests.flatMap((request) => request.hostKey ?? []);
    const keys = [...sent, ...zoom.users.list().flatMap((user) => user.hostKey ?? [])];
    expect(keys.length).toBeGreaterThan(10);
    expect(keys.filter((key) => printed.some((line) => line.includes(key)))).toEqual([]);
  });

  test('leaves Zoom without faults, and next steps that all work, the first of which shows a host key', async () => {
    const curls = nextSteps(service).match(/^curl (?:.*\\\n)?.*$/gm) ?? [];
    const answers = [];
    for (const curl of curls) answers.push(await pasted(curl));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 201, 200, 200]);
    expect(answers[0]?.json.hostKey).toMatch(/^\d{6}$/);
  });
});

test('a service that answers wrongly ends the story at that beat, with one failed check that names it', async () => {
  const broken = createServer(
    (request, response) =>
      void request.resume().on('end', () => {
        response.writeHead(request.method === 'GET' ? 200 : 500).end('{"detail":"out of order"}');
      }),
  );
  broken.listen(0, '127.0.0.1');
  await once(broken, 'listening');
  const url = `http://127.0.0.1:${(broken.address() as AddressInfo).port}`;
  const zoom = await startRehearsalZoom();
  const printed: string[] = [];
  try {
    const service = { url, oktaToken: 'o', entraToken: 'e', adminToken: 'a', lookupToken: 'l' };
    const print = (line: string) => void printed.push(line);
    const { checks, ok } = await playStory({ service, zoom, print, colour: false, clockSpeed: CLOCK_SPEED });
    const detail = 'POST /scim/v2/Users was answered 500: out of order';
    expect(ok).toBe(false);
    expect(checks).toEqual([{ name: 'Nora Quist, Okta: joins: GET ?filter, POST', ok: false, detail }]);
    expect(printed.at(-1)).toBe(`FAIL  ${checks[0]?.name}: ${detail}`);
  } finally {
    await zoom.close();
    broken.close();
  }
});

function settingsFor({ apiUrl, tokenUrl, settings }: RehearsalZoom, { url }: TestDatabase) {
  return {
    PORT: '0',
    DATABASE_URL: url,
    ENCRYPTION_KEYS: `story:${Buffer.alloc(32, 9).toString('base64')}`,
    CLOCK_SPEED: String(CLOCK_SPEED),
    ZOOM_API_URL: apiUrl,
    ZOOM_TOKEN_URL: tokenUrl,
    ZOOM_ACCOUNT_ID: settings.accountId,
    ZOOM_CLIENT_ID: settings.clientId,
    ZOOM_CLIENT_SECRET: settings.clientSecret,
    ZOOM_PLAN: 'business',
  };
}

async function connect({ core, url = '' }: Serving, zoom: RehearsalZoom): Promise<StoryOptions['service']> {
  const { sources, tokens } = openOperations(core, url);
  const okta = await sources.add('test', { name: 'okta', kind: 'scim' });
  const entra = await sources.add('test', { name: 'entra', kind: 'scim' });
  const { secret } = await sources.add('test', { name: 'zoom', kind: 'zoom' });
  const admin = await tokens.create('test', { name: 'admin', scopes: ['admin', 'jobs:read', 'jobs:write'] });
  const lookup = await tokens.create('test', { name: 'rooms', scopes: ['keys:read'] });
  zoom.setWebhook({ url: `${url}/webhooks/zoom`, secret: secret as string });
  return {
    url,
    oktaToken: okta.token as string,
    entraToken: entra.token as string,
    adminToken: admin.token,
    lookupToken: lookup.token,
  };
}

/** What a shell would make of the command. */
async function pasted(curl: string): Promise<{ status: number; json: any }> {
  const [url = '', ...quoted] = [...curl.matchAll(/'([^']*)'/g)].map(([, text]) => text as string);
  const headers = quoted.filter((text) => /^[A-Z][\w-]+: /.test(text)).map((text) => text.split(': ', 2));
  const body = quoted.find((text) => text.startsWith('{'));
  const said = body === undefined ? {} : { method: 'POST', body };
  const response = await fetch(url, { headers: Object.fromEntries(headers), ...said });
  return { status: response.status, json: await response.json() };
}
