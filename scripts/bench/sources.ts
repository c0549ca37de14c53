import { startHostkeeper, withDataDir } from './hostkeeper.js';
import { percentile, report, round } from './report.js';
import { addScimSource, atRate, createCaller, insist, join, type Call } from './scim-client.js';
import { LIFTED, withZoom, type Bed } from './zoom.js';

const SOURCES = 20;
const RATE = 25;
const SECONDS = 30;
const WARM_UP_S = 5;
const USERS = 200;

/** A source and whom it has made so far. */
interface Tenant {
  name: string;
  call: ReturnType<typeof createCaller>;
  ids: string[];
  group: string;
}

type Ask = (tenant: Tenant, turn: number) => Promise<number>;

/** What Entra asks in a cycle: mostly whether somebody is there, then what it writes. Of ten requests. */
const MIX: Ask[] = [matched, matched, matched, matched, got, got, patched, patched, member, created];

/** Twenty Entra tenants at once at the rate that Entra wants, while their people's keys are set. */
export async function benchSources(): Promise<void> {
  await withDataDir((dataDir) =>
    withZoom({ queue: 'postgres', dataDir, ...LIFTED }, async ({ zoom, env }) => {
      const tokens: string[] = [];
      for (let n = 0; n < SOURCES; n++) tokens.push(await addScimSource(`entra-${n}`, env));
      const service = await startHostkeeper('serve', env);
      const add = (mail: string) => void zoom.users.add({ email: mail });
      const tenants: Tenant[] = [];
      for (const [n, token] of tokens.entries())
        tenants.push(await makeTenant(`entra-${n}`, createCaller(service.url, token, 32), add));
      const took: number[] = [];
      const patchesBefore = patchesAt(zoom);
      await atRate(SOURCES * RATE, SECONDS + WARM_UP_S, async (number) => {
        const tenant = tenants[number % SOURCES] as Tenant;
        const turn = Math.floor(number / SOURCES);
        const ask = MIX[turn % MIX.length] as Ask;
        if (ask === created) add(mailOf(tenant, turn));
        const tookMs = await ask(tenant, turn);
        if (number >= SOURCES * RATE * WARM_UP_S) took.push(tookMs);
      });
      const keys = patchesAt(zoom) - patchesBefore;
      for (const { call } of tenants) call.close();
      await service.stop();
      report(`${RATE} requests/s from each of ${SOURCES} sources, p99`, percentile(took, 99), 'ms', {
        goal: '<= 50',
        p50: round(percentile(took, 50)),
        highest: round(Math.max(...took)),
        requests: took.length,
        keysSetMeanwhile: keys,
      });
    }),
  );
}

function patchesAt(zoom: Bed['zoom']): number {
  return zoom.log.requests.filter(({ method }) => method === 'PATCH').length;
}

async function makeTenant(name: string, call: Tenant['call'], add: (mail: string) => void): Promise<Tenant> {
  const tenant: Tenant = { name, call, ids: [], group: '' };
  for (let number = 0; number < USERS; number++) {
    add(mailOf(tenant, -number));
    tenant.ids.push(await join(call, mailOf(tenant, -number)));
  }
  const { body } = await insist(() => call('POST', '/scim/v2/Groups', { displayName: `group of ${name}` }));
  tenant.group = (JSON.parse(body) as { id: string }).id;
  return tenant;
}

function mailOf({ name }: Tenant, number: number): string {
  return `person.${number}@${name}.example.com`;
}

async function matched(tenant: Tenant, turn: number): Promise<number> {
  const filter = `userName eq "${mailOf(tenant, -(turn % USERS))}"`;
  const path = `/scim/v2/Users?filter=${encodeURIComponent(filter)}`;
  return (await insist(() => tenant.call('GET', path))).tookMs;
}

async function got(tenant: Tenant, turn: number): Promise<number> {
  return (await insist(() => tenant.call('GET', `/scim/v2/Users/${someId(tenant, turn)}`))).tookMs;
}

function patched(tenant: Tenant, turn: number): Promise<number> {
  const path = `/scim/v2/Users/${someId(tenant, turn)}`;
  return patch(tenant.call, path, { op: 'Replace', path: 'displayName', value: `Person ${turn}` });
}

function member(tenant: Tenant, turn: number): Promise<number> {
  const cycle = Math.floor(turn / MIX.length);
  const value = [{ $ref: null, value: someId(tenant, Math.floor(cycle / 2)) }];
  const op = cycle % 2 === 0 ? 'Add' : 'Remove';
  return patch(tenant.call, `/scim/v2/Groups/${tenant.group}`, { op, path: 'members', value });
}

async function created(tenant: Tenant, turn: number): Promise<number> {
  const startedAt = performance.now();
  await join(tenant.call, mailOf(tenant, turn));
  return performance.now() - startedAt;
}

async function patch(call: Call, path: string, operation: object): Promise<number> {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
  return (await insist(() => call('PATCH', path, { schemas, Operations: [operation] }))).tookMs;
}

function someId({ ids }: Tenant, turn: number): string {
  return ids[turn % ids.length] as string;
}
