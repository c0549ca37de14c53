import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '../../harness/wait-for.js';
import { whileHeld as holdWhile } from '../../harness/while-held.js';
import { ENTERPRISE_URN } from './conversation.js';
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

describe('a bulk request that takes too long', () => {
  let slow: ScimServer;
  afterEach(() => slow.close());

  const put = ({ path }: Made, name: string) => ({
    method: 'PUT',
    path,
    data: { userName: name, title: 'T' },
  });
  const send = async (Operations: unknown[]) => {
    const { body } = await slow.call('POST', '/Bulk', { Operations });
    return (body['Operations'] as { status: string }[]).map(({ status }) => status);
  };

  test('puts off the operations that have not begun in time, each by itself, and they can be sent again', async () => {
    slow = await startScimServer({ beside: scim, bulkBeginMs: LIMIT_MS });
    const all = await Promise.all([user(), user(), user()]);
    const operations = all.map((one, index) => put(one, `bulk-in-time-${index}`));
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
  });

  test('ends those that have begun at one time, however many wait for others one after the other', async () => {
    slow = await startScimServer({ beside: scim, bulkLimitMs: 5 * LIMIT_MS });
    const [free, held] = await Promise.all([user(), user()]);
    await whileHeld(ROW, held!, async () => {
      const operations = [
        put(free!, 'bulk-free'),
        put(held!, 'bulk-held'),
        { method: 'DELETE', path: held!.path },
      ];
      expect(await send(operations)).toEqual(['200', '503', '503']);
    });
  });

  test('leaves nothing of a circle that could not be closed in time', async () => {
    const limitMs = 10 * LIMIT_MS;
    slow = await startScimServer({ beside: scim, bulkLimitMs: limitMs });
    const made = (name: string, other: string) => ({
      method: 'POST',
      path: '/Users',
      bulkId: name,
      data: { userName: `circle-late-${name}`, [ENTERPRISE_URN]: { manager: { value: `bulkId:${other}` } } },
    });
    const begun = performance.now();
    slow.hooks.accept = async (intake, go) => {
      const { method } = intake.body as { method: string };
      if (method === 'PUT')
        await waitFor('the time to be over', () => performance.now() > begun + limitMs + 50);
      return go();
    };
    expect(await send([made('a', 'b'), made('b', 'a')])).toEqual(['503', '503']);
    const { body } = await scim.call('GET', '/Users?filter=userName sw "circle-late"');
    expect(body).toMatchObject({ totalResults: 0 });
  });
});
