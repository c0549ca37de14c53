import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { openEmbedded } from '../../src/records/embedded/open.js';
import { start, startHostkeeper, withDataDir, type Env } from './hostkeeper.js';
import { median, report, round } from './report.js';
import { addScimSource, createCaller, each, insist, join, oktaUser } from './scim-client.js';

const CONNECTIONS = 32;
const SECONDS = 6;
const ROUNDS = 5;
const USERS = 2_000;
const yardstick = fileURLToPath(new URL('yardstick.ts', import.meta.url));

/** PATCH of one attribute until it is committed, against the yardstick's in turn, both on the same PostgreSQL. */
export async function benchPatch(): Promise<void> {
  await withDataDir(async (dataDir) => {
    const database = await openEmbedded({ dataDir });
    const key = `bench:${Buffer.alloc(32, 1).toString('base64')}`;
    const env: Env = { DATABASE_URL: database.url, ENCRYPTION_KEYS: key, LOG_LEVEL: 'warn' };
    const token = await addScimSource('bench', env);
    const service = await startHostkeeper('web', env);
    const bare = await start(['--import', 'tsx', yardstick], env);
    const ours = await makeUsers(service.url, token);
    const theirs = await makeRows(bare.url);
    const rates: { ours: number; theirs: number }[] = [];
    for (let round = -1; round < ROUNDS; round++) {
      const rate = {
        ours: await patch(`${service.url}/scim/v2/Users`, token, ours, scimPatch),
        theirs: await patch(bare.url, token, theirs, (title) => ({ title })),
      };
      if (round >= 0) rates.push(rate);
    }
    await service.stop();
    await bare.stop();
    await database.release();
    report('PATCH of one attribute', median(rates.map((rate) => rate.ours)), 'requests/s', {
      ratio: round(median(rates.map((rate) => rate.ours / rate.theirs))),
      goal: '>= 0.5',
      yardstick: round(median(rates.map((rate) => rate.theirs))),
    });
  });
}

async function makeUsers(url: string, token: string): Promise<string[]> {
  const call = createCaller(url, token);
  const ids: string[] = [];
  const mails = Array.from({ length: USERS }, (_, number) => `person.${number}@example.com`);
  await each(mails, CONNECTIONS, async (mail) => void ids.push(await join(call, mail)));
  call.close();
  return ids;
}

async function makeRows(url: string): Promise<string[]> {
  const call = createCaller(url, '');
  const ids: string[] = [];
  await each([...Array(USERS).keys()], CONNECTIONS, async (number) => {
    const { body } = await insist(() =>
      call('POST', '/', oktaUser(`p.${number}@example.com`, `00u${number}`)),
    );
    ids.push((JSON.parse(body) as { id: string }).id);
  });
  call.close();
  return ids;
}

/** As Entra writes it. */
function scimPatch(title: string) {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'Replace', path: 'title', value: title }],
  };
}

let number = 0;

async function patch(
  url: string,
  token: string,
  ids: string[],
  bodyOf: (title: string) => object,
): Promise<number> {
  const { pathname } = new URL(url);
  const prefix = pathname === '/' ? '' : pathname;
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: SECONDS,
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    requests: [
      {
        setupRequest: (request) => ({
          ...request,
          path: `${prefix}/${ids[number++ % ids.length]}`,
          body: JSON.stringify(bodyOf(`title ${number}`)),
        }),
      },
    ],
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} refused, ${result.errors} broken`);
  return result['2xx'] / result.duration;
}
