import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '../../harness/wait-for.js';
import { whileHeld as holdWhile } from '../../harness/while-held.js';
import { GROUP_URN, groupingOf, type Made } from './grouping.js';
import { startScimServer, type Reply, type ScimServer } from './scim-server.js';

const LIMIT_MS = 100;

let scim: ScimServer;
/** Another process on the same database, which has no patience. */
let hasty: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
  hasty = await startScimServer({ beside: scim, writeLimitMs: LIMIT_MS });
});
afterAll(async () => {
  await hasty.close();
  await scim.close();
});

const { user, group, members, version } = groupingOf(() => scim);

const ROW = 'SELECT FROM scim_resources WHERE id = $1 FOR UPDATE';

function whileHeld(statement: string, { id }: Made, work: () => Promise<void>): Promise<void> {
  return holdWhile(scim.database.url, statement, [id], work);
}

function expectBusy({ status, headers, body }: Reply): void {
  expect([status, headers.get('retry-after')]).toEqual([503, '1']);
  expect(body).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '503' });
  expect(hasty.logged.filter((line) => line.includes('put off')).at(-1)).toContain('RESOURCE_BUSY');
}

/** As a directory does that was told to come again. */
async function insist(ask: () => Promise<Reply>): Promise<Reply> {
  let reply = await ask();
  await waitFor('it to be taken', async () => {
    if (reply.status === 503) reply = await ask();
    return reply.status !== 503;
  });
  return reply;
}

describe('a group that somebody else holds for too long', () => {
  test.each<[string, unknown, number]>([
    ['PATCH', { Operations: [{ op: 'replace', path: 'displayName', value: 'Patched in the end' }] }, 204],
    ['PATCH', { Operations: [{ op: 'remove', path: 'members' }] }, 204],
    ['PUT', { schemas: [GROUP_URN], displayName: 'Put in the end' }, 200],
    ['DELETE', undefined, 204],
  ])('is not changed by a %s of %j, which is put off and later taken', async (method, body, status) => {
    const ann = await user();
    const there = await group([ann.id]);
    const ask = () => hasty.call(method, there.path, body);
    await whileHeld(ROW, there, async () => {
      expectBusy(await ask());
      expect([await version(there), await members(there)]).toEqual(['W/"1"', [ann.id]]);
    });
    expect([await version(there), await members(there)]).toEqual(['W/"1"', [ann.id]]);
    expect((await insist(ask)).status).toBe(status);
  });

  test('keeps nobody waiting behind the one who waits for it, and what was put off is never begun', async () => {
    const all = await Promise.all([user(), user(), user()]);
    const there = await group();
    const add = ({ id }: Made) =>
      hasty.call('PATCH', there.path, {
        Operations: [{ op: 'add', path: 'members', value: [{ value: id }] }],
      });
    await whileHeld(ROW, there, async () => {
      for (const reply of await Promise.all(all.map(add))) expectBusy(reply);
    });
    expect([await version(there), await members(there)]).toEqual(['W/"1"', []]);
    expect((await insist(() => add(all[1]!))).status).toBe(204);
    expect(await members(there)).toEqual([all[1]!.id]);
  });

  test('may be one whose name somebody else is just taking', async () => {
    const there = await group();
    const taking = `UPDATE scim_resources SET name_key = 'contended' WHERE id = $1`;
    const ask = () => hasty.call('POST', '/Groups', { schemas: [GROUP_URN], displayName: 'Contended' });
    await whileHeld(taking, there, async () => expectBusy(await ask()));
    expect((await insist(ask)).status).toBe(201);
  });

  test('keeps whoever deletes a member of it no longer than that, either', async () => {
    const ann = await user();
    const there = await group([ann.id]);
    const ask = () => hasty.call('DELETE', ann.path);
    await whileHeld(ROW, there, async () => expectBusy(await ask()));
    // What was under way may have been kept since.
    expect([204, 404]).toContain((await insist(ask)).status);
    expect(await members(there)).toEqual([]);
  });
});

describe('a user whom somebody else holds for too long', () => {
  test('is put off, as whoever comes after, and what is asked again is done', async () => {
    const there = await user();
    const ask = (title: string) =>
      hasty.call('PATCH', there.path, { Operations: [{ op: 'replace', path: 'title', value: title }] });
    await whileHeld(ROW, there, async () => {
      for (const reply of await Promise.all([ask('first'), ask('second')])) expectBusy(reply);
    });
    const answer = await insist(() => ask('third'));
    expect(answer).toMatchObject({ status: 200, body: { title: 'third' } });
    expect((await scim.call('GET', there.path)).body).toMatchObject({ title: 'third' });
  });
});

test('operations of a bulk request that have not begun in time are put off, each by itself, and can be sent again', async () => {
  const slow = await startScimServer({ beside: scim, bulkLimitMs: LIMIT_MS });
  const all = await Promise.all([user(), user(), user()]);
  const operations = all.map(({ path }, index) => ({
    method: 'PUT',
    path,
    data: { userName: `bulk-in-time-${index}`, title: 'T' },
  }));
  const send = async (Operations: unknown[]) => {
    const { body } = await slow.call('POST', '/Bulk', { Operations });
    return (body['Operations'] as { status: string }[]).map(({ status }) => status);
  };
  slow.hooks.accept = async (_, go) => {
    const begun = performance.now();
    const accepted = await go();
    await waitFor('the time to be over', () => performance.now() > begun + LIMIT_MS);
    return accepted;
  };
  expect(await send(operations)).toEqual(['200', '503', '503']);
  delete slow.hooks.accept;
  expect((await scim.call('GET', all[1]!.path)).body).not.toHaveProperty('title');
  expect(await send(operations.slice(1, 2))).toEqual(['200']);
  await slow.close();
});
