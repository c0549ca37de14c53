import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import {
  createClient,
  ENTERPRISE_URN,
  expectDone,
  foundIn,
  idOf,
  idsIn,
  membersAt,
  toldTo,
  type Client,
} from './conversation.js';
import { byDefault, FLAG, flagged, newGroup, newUser, refsTo, type Dialect } from './entra-client.js';
import { holdKeys, reasonsOfJobs } from './held-keys.js';
import { startScimServer, type ScimServer } from './scim-server.js';

const MANAGER = `${ENTERPRISE_URN}:manager`;

/** The first manages the next three, each of these three more, and so on. */
const NAMES = Array.from({ length: 24 }, (_, n) => `person${n}@hosts.example`);
const managerOf = (n: number) => Math.floor((n - 1) / 3);
const GROUPS = ['Hosts', 'Rooms'];

describe.each([
  ['by default', byDefault, ''],
  ['with the flag', flagged, FLAG],
])('Entra’s initial cycle, %s', (_, dialectOf, flag) => {
  let scim: ScimServer;
  let entra: Client;
  let dialect: Dialect;
  beforeAll(async () => {
    scim = await startScimServer();
    entra = createClient(scim, { source: 'entra', flag });
    dialect = dialectOf(entra);
  });
  afterAll(() => scim.close());

  const matches = async (userName: string) => idsIn(await entra.find('Users', `userName eq "${userName}"`));

  test('brings in everybody, then managers, groups and their members; keys follow from the first pass alone', async () => {
    await connect();
    const ids = await createEverybody();
    expect(toldTo(scim)).toEqual(NAMES.map(() => 'created active'));
    expect(await reasonsOfJobs(scim)).toHaveLength(NAMES.length);
    await holdKeys(scim);
    expect(await reasonsOfJobs(scim)).toEqual([]);

    await giveManagers(ids);
    expect(toldTo(scim)).toEqual(NAMES.slice(1).map(() => 'changed active'));
    expect(await reasonsOfJobs(scim)).toEqual([]);

    const groups = await createGroups();
    await addMembers(groups, ids);
    expect(toldTo(scim)).toEqual([]);
    expect(await reasonsOfJobs(scim)).toEqual([]);

    for (const [n, name] of NAMES.entries()) expect(await matches(name)).toEqual([ids[n]]);
    await takeOverAgain(ids);
    expect(toldTo(scim)).toEqual([]);
    expect(await reasonsOfJobs(scim)).toEqual([]);
  });

  async function connect(): Promise<void> {
    const reply = await entra.find('Users', `userName eq "${randomUUID()}"`);
    expect(reply).toMatchObject({ status: 200, body: { totalResults: 0, Resources: [] } });
  }

  /** Each is looked for before it is made. */
  function createEverybody(): Promise<string[]> {
    return Promise.all(
      NAMES.map(async (name) => {
        expect(await matches(name)).toEqual([]);
        const made = await entra.call('POST', '/Users', newUser(name));
        expect(made.status).toBe(201);
        return idOf(made);
      }),
    );
  }

  async function giveManagers(ids: string[]): Promise<void> {
    for (const [n, id] of ids.entries()) {
      if (n === 0) continue;
      const manager = ids[managerOf(n)]!;
      await dialect.add(`/Users/${id}`, MANAGER, manager);
      const filter = `id eq "${id}" and manager eq "${manager}"`;
      expect(idsIn(await entra.find('Users', filter, { attributes: 'id' }))).toEqual([id]);
    }
  }

  async function createGroups(): Promise<string[]> {
    const paths: string[] = [];
    for (const name of GROUPS) {
      const asked = { excludedAttributes: 'members' };
      expect(foundIn(await entra.find('Groups', `displayName eq "${name}"`, asked))).toEqual([]);
      const made = await entra.call('POST', '/Groups', newGroup(name));
      expect(made.status).toBe(201);
      paths.push(`/Groups/${idOf(made)}`);
    }
    return paths;
  }

  /** All at once, one by one, everybody into every group. */
  async function addMembers(groups: string[], ids: string[]): Promise<void> {
    const pairs = groups.flatMap((path) => ids.map((id) => ({ path, id })));
    await Promise.all(pairs.map(({ path, id }) => dialect.add(path, 'members', refsTo([id]))));
    for (const path of groups) expect(await membersAt(entra, path)).toEqual([...ids].sort());
  }

  /** A cycle that has to begin anew says what it has said already. */
  async function takeOverAgain(ids: string[]): Promise<void> {
    const said = await Promise.all(ids.map((id) => entra.call('GET', `/Users/${id}`)));
    for (const { body } of said) {
      const { displayName, title, active } = body as JsonObject;
      expectDone(await dialect.set(`/Users/${body['id']}`, { displayName, title, active }));
    }
  }
});
