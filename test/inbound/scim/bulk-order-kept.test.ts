import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
});
afterAll(() => scim.close());

/** An operation on one of a few resources that are there, about one of a few names and versions. */
interface Step {
  what:
    'create' | 'rename' | 'retitle' | 'replace' | 'keep' | 'remove' | 'leave' | 'join' | 'part' | 'regroup';
  of: number;
  name: number;
  version: number;
}

interface Operation {
  method: string;
  path: string;
  bulkId?: string;
  version?: string;
  data?: unknown;
}

const THERE = 3;
const step = fc.record<Step>({
  what: fc.constantFrom(
    'create',
    'rename',
    'retitle',
    'replace',
    'keep',
    'keep',
    'remove',
    'leave',
    'join',
    'part',
    'regroup',
  ),
  of: fc.nat(THERE - 1),
  name: fc.nat(4),
  version: fc.nat(9),
});

const patch = (path: string, ...Operations: unknown[]) => ({ method: 'PATCH', path, data: { Operations } });

function operationOf({ what, of, name, version }: Step, place: number, ids: Ids): Operation {
  const [user, group] = [`/Users/${ids.users[of]}`, `/Groups/${ids.groups[of % 2]}`];
  const member = { value: ids.users[name % THERE] };
  const operation = {
    create: { method: 'POST', path: '/Users', bulkId: `${place}`, data: { userName: `name${name}` } },
    rename: patch(user, { op: 'replace', path: 'userName', value: `NAME${name}` }),
    retitle: patch(user, { op: 'replace', path: 'title', value: `title${place}` }),
    replace: { method: 'PUT', path: user, data: { userName: `name${name}`, title: `put${place}` } },
    keep: { method: 'PUT', path: user, data: { userName: ` Name${of}`, title: `kept${place}` } },
    remove: { method: 'DELETE', path: user },
    leave: patch(user, { op: 'replace', value: { active: false } }),
    join: patch(group, { op: 'add', path: 'members', value: [member] }),
    part: patch(group, { op: 'remove', path: 'members', value: [member] }),
    regroup: patch(group, { op: 'replace', value: { displayName: `group${name}` } }),
  }[what];
  return version > 2 || what === 'create' ? operation : { ...operation, version: `W/"${version + 1}"` };
}

interface Ids {
  users: string[];
  groups: string[];
}

type Send = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => ReturnType<ScimServer['call']>;

/** A directory that holds only what both begin with. */
async function begin(send: Send): Promise<Ids> {
  const make = async (path: string, body: JsonObject) =>
    (await send('POST', path, body)).body['id'] as string;
  const ids: Ids = { users: [], groups: [] };
  for (let at = 0; at < THERE; at++) ids.users.push(await make('/Users', { userName: `name${at}` }));
  for (let at = 0; at < 2; at++) {
    const members = [{ value: ids.users[at] }];
    ids.groups.push(await make('/Groups', { displayName: `group${at}`, members }));
  }
  return ids;
}

async function inBulk(send: Send, operations: Operation[]): Promise<string[]> {
  const { body } = await send('POST', '/Bulk', { Operations: operations });
  return (body['Operations'] as { status: string }[]).map(({ status }) => status);
}

async function oneByOne(send: Send, operations: Operation[]): Promise<string[]> {
  const statuses: string[] = [];
  for (const { method, path, data, version } of operations) {
    const { status } = await send(method, path, data, version === undefined ? {} : { 'If-Match': version });
    statuses.push(String(status));
  }
  return statuses;
}

/** Everything there is, by names in place of ids, which are nobody's twice. */
async function endOf(send: Send): Promise<unknown> {
  const listOf = async (path: string) =>
    (await send('GET', `${path}?count=100`)).body['Resources'] as JsonObject[];
  const [users, groups] = [await listOf('/Users'), await listOf('/Groups')];
  const nameOf = new Map(users.map((user) => [user['id'], String(user['userName'])]));
  const shownUsers = users.map(({ userName, title, active, meta }) =>
    [userName, title, active, (meta as JsonObject)['version']].join(' '),
  );
  const shownGroups = groups.map(({ displayName, members = [], meta }) => {
    const names = (members as { value: string }[]).map(({ value }) => nameOf.get(value)).sort();
    return [displayName, names, (meta as JsonObject)['version']].join(' ');
  });
  return [shownUsers.sort(), shownGroups.sort()];
}

test('whatever a bulk request holds, it answers and ends as its operations do one by one', async () => {
  const sendAs =
    (source: string): Send =>
    (method, path, body, headers = {}) =>
      scim.call(method, path, body, { source, headers });
  const play = async (source: string, steps: Step[], run: typeof inBulk) => {
    await scim.pool.query('DELETE FROM scim_resources WHERE source_id = $1', [
      scim.sourceIds[source as 'okta'],
    ]);
    const send = sendAs(source);
    const ids = await begin(send);
    const statuses = await run(
      send,
      steps.map((one, place) => operationOf(one, place, ids)),
    );
    return { statuses, end: await endOf(send) };
  };
  const check = async (steps: Step[]) => {
    const [bulk, single] = [await play('okta', steps, inBulk), await play('entra', steps, oneByOne)];
    expect(bulk).toEqual(single);
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), check), { numRuns: 30 });
});
