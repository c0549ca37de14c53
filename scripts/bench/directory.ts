import { randomInt } from 'node:crypto';
import pg from 'pg';
import { openEmbedded } from '../../src/records/embedded/open.js';
import { benchBulk, benchLargeGroup } from './at-once.js';
import { startHostkeeper, withDataDir, type Env, type Running } from './hostkeeper.js';
import { addMembers, copyResource, idOf, nameOf, type Pattern } from './many-resources.js';
import { percentile, report, round } from './report.js';
import { addScimSource, createCaller, insist, oktaUser, type Call } from './scim-client.js';

const SMALL = { users: 1_000, groups: 10, members: 900 };
const LARGE = { users: 1_000_000, groups: 10_000, members: 50_000 };
type Size = typeof SMALL;

const SAMPLES = 2_000;
const WARM_UP = 300;
const USER = 'benchuser';
const GROUP = 'benchgroup';

/** A service on a directory of one size. */
export interface Directory {
  size: Size;
  service: Running;
  pool: pg.Pool;
  call: ReturnType<typeof createCaller>;
  user: Pattern;
  group: Pattern;
}

type Ask = (directory: Directory) => Promise<number>;

const ASKS: Record<string, Ask> = {
  'userName eq': (directory) =>
    find(directory, 'Users', `userName eq "${someMail(directory).toUpperCase()}"`),
  'externalId eq': (directory) => find(directory, 'Users', `externalId eq "00u-${someMail(directory)}"`),
  'work e-mail eq': (directory) =>
    find(directory, 'Users', `emails[type eq "work"].value eq "${someMail(directory)}"`),
  // The large group, as Entra looks for it.
  'group displayName eq': (directory) => find(directory, 'Groups', `displayName eq "${GROUP}"`),
  'members add': (directory) => changeMembers(directory, 'Add'),
  'members remove': (directory) => changeMembers(directory, 'Remove'),
};

/**
 * The same questions to two services, on a small and a large directory of one PostgreSQL, asked in turn; then what is
 * much at once, of the large one.
 */
export async function benchDirectory(): Promise<void> {
  await withDataDir(async (dataDir) => {
    const server = await openEmbedded({ dataDir });
    const directories: Directory[] = [];
    for (const size of [SMALL, LARGE]) directories.push(await openDirectory(size, server.url, dataDir));
    for (const [name, ask] of Object.entries(ASKS)) await compare(name, ask, directories);
    for (const { call, user, size } of directories.slice(-1)) {
      const users = Array.from({ length: size.members }, (_, index) => ({
        id: idOf(user, index + 1),
        mail: `${nameOf(USER, index + 1)}@example.com`,
      }));
      await benchLargeGroup(call, users);
      await benchBulk(call, users);
    }
    for (const directory of directories) await closeDirectory(directory);
    await server.release();
  });
}

export async function openDirectory(size: Size, serverUrl: string, dataDir: string): Promise<Directory> {
  const url = await createDatabase(`directory_${size.users}`, serverUrl);
  const key = `bench:${Buffer.alloc(32, 1).toString('base64')}`;
  const env: Env = { DATA_DIR: dataDir, DATABASE_URL: url, ENCRYPTION_KEYS: key, LOG_LEVEL: 'warn' };
  const token = await addScimSource('bench', env);
  const service = await startHostkeeper('web', env);
  const call = createCaller(service.url, token);
  const user = await make(call, 'Users', USER, oktaUser(`${USER}@example.com`, `00u-${USER}@example.com`));
  const group = await make(call, 'Groups', GROUP, { displayName: GROUP, externalId: GROUP });
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  await copyResource(pool, user, size.users);
  await copyResource(pool, group, size.groups);
  await addMembers(pool, group.id, user, size.members);
  await pool.query('VACUUM ANALYZE');
  await pool.query('CHECKPOINT');
  return { size, service, pool, call, user, group };
}

export async function closeDirectory({ service, call, pool }: Directory): Promise<void> {
  call.close();
  await pool.end();
  await service.stop();
}

async function createDatabase(name: string, serverUrl: string): Promise<string> {
  const admin = new pg.Pool({ connectionString: serverUrl, max: 1 });
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  return Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
}

async function make(call: Call, type: string, word: string, resource: object): Promise<Pattern> {
  const { body } = await insist(() => call('POST', `/scim/v2/${type}`, resource));
  return { id: (JSON.parse(body) as { id: string }).id, word };
}

async function find({ call }: Directory, type: string, filter: string): Promise<number> {
  const query = `filter=${encodeURIComponent(filter)}&excludedAttributes=members`;
  const { body, tookMs } = await call('GET', `/scim/v2/${type}?${query}`);
  if (!body.includes('"totalResults":1,')) throw new Error(`${filter} found ${body}`);
  return tookMs;
}

/** Of the large group, in turns: whoever was added is removed next. */
async function changeMembers({ call, user, group, size }: Directory, op: 'Add' | 'Remove'): Promise<number> {
  const member = idOf(user, size.members + 1);
  const said = (one: string) => ({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: one, path: 'members', value: [{ value: member }] }],
  });
  const path = `/scim/v2/Groups/${group.id}`;
  await insist(() => call('PATCH', path, said(op === 'Add' ? 'Remove' : 'Add')));
  return (await insist(() => call('PATCH', path, said(op)))).tookMs;
}

async function compare(name: string, ask: Ask, directories: Directory[]): Promise<void> {
  const took = directories.map(() => [] as number[]);
  for (let sample = -WARM_UP; sample < SAMPLES; sample++)
    for (const [index, directory] of directories.entries()) {
      const tookMs = await ask(directory);
      if (sample >= 0) took[index]?.push(tookMs);
    }
  for (const [percent, most] of [
    [50, 1.3],
    [99, 2],
  ] as const) {
    const [small = NaN, large = NaN] = took.map((one) => percentile(one, percent));
    report(`${name}, p${percent} at ${LARGE.users} users and ${LARGE.members} members`, large, 'ms', {
      ratio: round(large / small),
      goal: `<= ${most}`,
      [`at${SMALL.users}`]: round(small),
      samples: SAMPLES,
    });
  }
}

function someMail({ size }: Directory): string {
  return `${nameOf(USER, randomInt(1, size.users + 1))}@example.com`;
}
