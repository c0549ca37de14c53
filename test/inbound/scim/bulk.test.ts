import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { StoreUnavailable } from '../../../src/records/database.js';
import { statementsOf } from '../../harness/statements.js';
import { startScimServer, type Reply, type ScimServer } from './scim-server.js';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
});
afterAll(() => scim.close());

const REQUEST_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';
const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';
const ENTERPRISE_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

type Result = {
  method: string;
  status: string;
  location?: string;
  version?: string;
  bulkId?: string;
  response?: JsonObject;
};

const send = (Operations: unknown, others: JsonObject = {}) =>
  scim.call('POST', '/Bulk', { schemas: [REQUEST_URN], Operations, ...others });
const resultsOf = ({ body }: Reply) => body['Operations'] as Result[];
const statusesOf = (reply: Reply) => resultsOf(reply).map(({ status }) => status);
const detailsOf = (reply: Reply) => resultsOf(reply).map(({ response }) => response?.['detail']);
const pathOf = ({ location = '' }: Result) => location.slice(scim.url.length);

let made = 0;
const newName = () => `bulk-${++made}@hosts.example`;
const post = (bulkId: string, data: JsonObject = {}) => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { userName: newName(), ...data },
});
const patch = (path: string, ...Operations: unknown[]) => ({ method: 'PATCH', path, data: { Operations } });

async function makeUser(others: JsonObject = {}): Promise<{ path: string; userName: string }> {
  const userName = newName();
  const { body } = await scim.call('POST', '/Users', { userName, ...others });
  return { path: `/Users/${body['id']}`, userName };
}

test('each operation is answered in its place: method, bulkId, location, version and a status that is text', async () => {
  const [one, other] = [await makeUser(), await makeUser()];
  const reply = await send([
    post('new'),
    { method: 'put', path: one.path, data: { userName: one.userName, title: 'T' } },
    { ...patch(other.path, { op: 'add', path: 'title', value: 'U' }), version: 'W/"1"' },
    { method: 'DELETE', path: one.path },
  ]);
  expect(reply.status).toBe(200);
  expect(reply.headers.get('content-type')).toBe('application/scim+json');
  expect(reply.body['schemas']).toEqual([RESPONSE_URN]);
  expect(resultsOf(reply)).toEqual([
    {
      method: 'POST',
      bulkId: 'new',
      location: expect.stringMatching(/^http.*\/scim\/v2\/Users\/[\da-f-]{36}$/),
      version: 'W/"1"',
      status: '201',
    },
    { method: 'PUT', location: scim.url + one.path, version: 'W/"2"', status: '200' },
    { method: 'PATCH', location: scim.url + other.path, version: 'W/"2"', status: '200' },
    { method: 'DELETE', location: scim.url + one.path, status: '204' },
  ]);
  expect((await scim.call('GET', other.path)).body).toMatchObject({ title: 'U' });
});

test('an operation that fails says why, as it would alone, and the others are done', async () => {
  const { path, userName } = await makeUser();
  const reply = await send([
    post('taken', { userName }),
    post('good'),
    { ...patch(path, { op: 'add', path: 'title', value: 'T' }), version: 'W/"7"' },
    { method: 'DELETE', path: '/Users/nobody' },
    patch(path, { op: 'add', path: 'active', value: 'x' }),
  ]);
  expect(statusesOf(reply)).toEqual(['409', '201', '412', '404', '400']);
  const [taken, , stale, missing, bad] = resultsOf(reply);
  expect(taken).toMatchObject({
    bulkId: 'taken',
    response: { schemas: [ERROR_URN], scimType: 'uniqueness' },
  });
  expect(taken).not.toHaveProperty('location');
  expect(stale).toMatchObject({ location: scim.url + path, response: { status: '412' } });
  expect(missing).toMatchObject({ location: `${scim.url}/Users/nobody`, response: { status: '404' } });
  expect(bad?.response).toMatchObject({
    scimType: 'invalidValue',
    detail: expect.stringContaining('active'),
  });
});

describe('an operation that is wrong in itself fails alone', () => {
  test.each<[string, unknown, string, RegExp]>([
    ['no object', 'x', '400', /Operations\[0\] must be an object/],
    ['no method', { path: '/Users' }, '400', /Operations\[0\] needs a method: POST, PUT/],
    ['GET', { method: 'GET', path: '/Users/1' }, '400', /needs a method/],
    ['no path', { method: 'DELETE' }, '400', /needs a path/],
    ['a query', { method: 'DELETE', path: '/Users/1?x=y' }, '400', /a path with a query/],
    ['no bulkId', { method: 'POST', path: '/Users', data: {} }, '400', /needs a bulkId/],
    [
      'a number for one',
      { method: 'POST', path: '/Users', bulkId: 1, data: {} },
      '400',
      /bulkId that is no text/,
    ],
    [
      'a number for a version',
      { method: 'DELETE', path: '/Users/1', version: 1 },
      '400',
      /version that is no text/,
    ],
    ['no data', { method: 'PUT', path: '/Users/1' }, '400', /needs data/],
    ['data that is none', { method: 'POST', path: '/Users', bulkId: 'a', data: 'x' }, '400', /JSON object/],
    [
      'a POST to a user',
      { method: 'POST', path: '/Users/1', bulkId: 'a', data: {} },
      '400',
      /such as \/Users$/,
    ],
    [
      'a POST to a search',
      { method: 'POST', path: '/Users/.search', bulkId: 'a', data: {} },
      '400',
      /path of a POST/,
    ],
    ['a DELETE of all', { method: 'DELETE', path: '/Users' }, '400', /such as \/Users\/\{id\}$/],
    [
      'another endpoint',
      { method: 'DELETE', path: '/Robots/1' },
      '404',
      /endpoint "\/Robots\/1" of Operations\[0\]/,
    ],
    ['bulk in bulk', { method: 'POST', path: '/Bulk', bulkId: 'a', data: {} }, '404', /endpoint "\/Bulk"/],
    ['a whole address', { method: 'DELETE', path: 'https://x/scim/v2/Users/1' }, '404', /endpoint/],
    ['a path without sense', { method: 'DELETE', path: '/Users/%E0%A4%A' }, '400', /cannot be read/],
  ])('%s', async (_, operation, status, detail) => {
    const reply = await send([operation, post('good')]);
    expect(statusesOf(reply)).toEqual([status, '201']);
    expect(detailsOf(reply)[0]).toMatch(detail);
  });
});

describe('a request that is wrong as a whole is refused, and nothing is done', () => {
  test.each<[string, JsonObject, number, string | undefined, RegExp]>([
    ['another message', { schemas: [RESPONSE_URN] }, 400, 'invalidSyntax', /BulkRequest/],
    ['no operations', { Operations: [] }, 400, 'invalidSyntax', /at least one operation/],
    ['operations that are none', { Operations: {} }, 400, 'invalidSyntax', /must be an array/],
    ['half an error', { failOnErrors: 0.5 }, 400, 'invalidValue', /failOnErrors/],
    ['errors below none', { failOnErrors: -1 }, 400, 'invalidValue', /failOnErrors/],
    ['errors as text', { failOnErrors: '1' }, 400, 'invalidValue', /failOnErrors/],
    [
      '1,001 operations',
      { Operations: Array.from({ length: 1_001 }, () => ({ method: 'DELETE', path: '/Users/1' })) },
      413,
      undefined,
      /at most 1000 operations \(maxOperations\); this one has 1001/,
    ],
    ['more than 1 MiB', { other: 'x'.repeat(1_048_576) }, 413, undefined, /larger than 1048576 bytes/],
  ])('%s', async (_, differences, status, scimType, detail) => {
    const before = scim.intakes.length;
    const reply = await send([post('a')], differences);
    expect(reply).toMatchObject({
      status,
      body: { status: String(status), detail: expect.stringMatching(detail) },
    });
    expect(reply.body['scimType']).toBe(scimType);
    expect(scim.intakes).toHaveLength(before);
  });
});

test('what a request makes can be referred to before and after, in data and in paths', async () => {
  const boss = newName();
  const reply = await send([
    post('first', { [ENTERPRISE_URN]: { manager: { value: 'bulkId:boss', $ref: '../Users/bulkId:boss' } } }),
    patch('/Users/bulkId:boss', { op: 'add', path: 'title', value: 'Boss' }),
    post('boss', { userName: boss }),
    post('second', { [ENTERPRISE_URN]: { manager: { value: 'bulkId:first' } } }),
    patch('/Users/bulkId:second', { op: 'replace', path: `${ENTERPRISE_URN}:manager`, value: 'bulkId:boss' }),
  ]);
  expect(statusesOf(reply)).toEqual(['201', '200', '201', '201', '200']);
  const [first, , bossMade, second] = resultsOf(reply);
  const bossId = pathOf(bossMade!).replace('/Users/', '');
  expect((await scim.call('GET', pathOf(first!))).body).toMatchObject({
    [ENTERPRISE_URN]: { manager: { value: bossId, $ref: `../Users/${bossId}` } },
  });
  expect((await scim.call('GET', pathOf(bossMade!))).body).toMatchObject({ userName: boss, title: 'Boss' });
  expect((await scim.call('GET', pathOf(second!))).body).toMatchObject({
    [ENTERPRISE_URN]: { manager: { value: bossId } },
  });
});

test('a reference to nothing, or to what failed, is a 409 that says so', async () => {
  const { userName } = await makeUser();
  const reply = await send([
    post('a', { manager: 'bulkId:nobody' }),
    post('taken', { userName }),
    post('b', { manager: 'bulkId:taken' }),
    patch('/Users/bulkId:b', { op: 'add', path: 'title', value: 'T' }),
    post('good'),
  ]);
  expect(statusesOf(reply)).toEqual(['409', '409', '409', '409', '201']);
  expect(detailsOf(reply)).toEqual([
    'Operations[0] refers to "bulkId:nobody", which no POST of this request has',
    expect.stringContaining(userName),
    'Operations[2] refers to "bulkId:taken", and Operations[1] failed',
    'Operations[3] refers to "bulkId:b", and Operations[2] failed',
    undefined,
  ]);
});

test('of two operations with one bulkId the second fails, and references mean the first', async () => {
  const reply = await send([post('a'), post('a'), post('b', { manager: 'bulkId:a' })]);
  expect(statusesOf(reply)).toEqual(['201', '409', '201']);
  expect(detailsOf(reply)[1]).toBe('Operations[1] has the bulkId of Operations[0]');
  const [first, , third] = resultsOf(reply);
  expect((await scim.call('GET', pathOf(third!))).body).toMatchObject({
    [ENTERPRISE_URN]: { manager: { value: pathOf(first!).replace('/Users/', '') } },
  });
});

test('users that refer to each other, or to themselves, are made as they are meant to be', async () => {
  const reply = await send([
    post('a', { title: 'A', manager: 'bulkId:b' }),
    post('b', { manager: { value: 'bulkId:a' } }),
    post('self', { manager: 'bulkId:self' }),
  ]);
  expect(resultsOf(reply)).toMatchObject([
    { method: 'POST', bulkId: 'a', status: '201', version: 'W/"2"' },
    { method: 'POST', bulkId: 'b', status: '201', version: 'W/"2"' },
    { method: 'POST', bulkId: 'self', status: '201', version: 'W/"2"' },
  ]);
  const ids = resultsOf(reply).map((result) => pathOf(result).replace('/Users/', ''));
  const managers = [ids[1], ids[0], ids[2]];
  for (const [place, id] of ids.entries()) {
    const { body } = await scim.call('GET', `/Users/${id}`);
    expect(body).toMatchObject({ active: true, [ENTERPRISE_URN]: { manager: { value: managers[place] } } });
  }
});

test('when one of a circle cannot be made, none of it stays', async () => {
  const { userName } = await makeUser();
  const name = newName();
  const reply = await send([
    post('a', { userName: name, manager: 'bulkId:b' }),
    post('b', { userName, manager: 'bulkId:a' }),
    post('c', { manager: 'bulkId:a' }),
    post('good'),
  ]);
  expect(statusesOf(reply)).toEqual(['409', '409', '409', '201']);
  expect(detailsOf(reply)[0]).toBe('Operations[0] refers to others in a circle, and Operations[1] failed');
  expect(resultsOf(reply)[1]).toMatchObject({ response: { scimType: 'uniqueness' } });
  const filter = new URLSearchParams({ filter: `userName eq "${name}"` });
  expect((await scim.call('GET', `/Users?${filter}`)).body).toMatchObject({ totalResults: 0 });
});

test('after as many errors as failOnErrors says, the rest is left undone and unanswered', async () => {
  const { userName } = await makeUser();
  const [one, two] = [newName(), newName()];
  const taken = (bulkId: string) => post(bulkId, { userName });
  const operations = [post('1', { userName: one }), taken('2'), taken('3'), post('4', { userName: two })];
  const first = await send(operations, { failOnErrors: 1 });
  expect(statusesOf(first)).toEqual(['201', '409']);
  const second = await send(operations, { failOnErrors: 2 });
  expect(statusesOf(second)).toEqual(['409', '409']);
  const filter = new URLSearchParams({ filter: `userName eq "${two}"` });
  expect((await scim.call('GET', `/Users?${filter}`)).body).toMatchObject({ totalResults: 0 });
  expect(statusesOf(await send(operations, { failOnErrors: 4 }))).toEqual(['409', '409', '409', '201']);
});

test('what the order decides ends as if done one by one', async () => {
  const { path, userName } = await makeUser();
  const other = await makeUser();
  const free = newName();
  const put = (target: string, name: string) => ({ method: 'PUT', path: target, data: { userName: name } });
  const reply = await send([
    post('early', { userName }),
    { method: 'DELETE', path },
    post('late', { userName }),
    put(other.path, free),
    post('freed', { userName: other.userName }),
    patch(other.path, { op: 'replace', path: 'userName', value: newName() }),
    post('freed too', { userName: free }),
    ...['A', 'B', 'C'].map((value) => patch(other.path, { op: 'replace', path: 'title', value })),
  ]);
  expect(statusesOf(reply)).toEqual(['409', '204', '201', '200', '201', '200', '201', '200', '200', '200']);
  expect((await scim.call('GET', other.path)).body).toMatchObject({ title: 'C' });
});

test('two PUTs, of which the first frees the name that the second takes, both succeed', async () => {
  for (let time = 0; time < 5; time++) {
    const [one, other] = [await makeUser(), await makeUser()];
    const put = (path: string, userName: string) => ({ method: 'PUT', path, data: { userName } });
    const reply = await send([put(one.path, newName()), put(other.path, one.userName)]);
    expect(statusesOf(reply)).toEqual(['200', '200']);
  }
});

test('a source reaches only its own resources', async () => {
  const { path } = await makeUser();
  const Operations = [{ method: 'DELETE', path }, patch(path, { op: 'add', path: 'title', value: 'x' })];
  const reply = await scim.call('POST', '/Bulk', { Operations }, { source: 'entra' });
  expect(statusesOf(reply)).toEqual(['404', '404']);
  expect((await scim.call('GET', path)).status).toBe(200);
});

test('its operations count against the rate of the source, once it is known to be one', async () => {
  const counted: number[] = [];
  scim.hooks.charge = (operations) => void counted.push(operations);
  await send([]);
  await send([post('a'), post('b'), post('c')]);
  await scim.call('GET', '/Users');
  delete scim.hooks.charge;
  expect(counted).toEqual([2]);
});

test('a database that is down is a 503 of the whole request when nothing was done, else of what was not', async () => {
  const unavailable = () => Promise.reject(new StoreUnavailable(new Error('connection lost')));
  scim.hooks.accept = unavailable;
  const whole = await send([post('a'), post('b')]);
  expect([whole.status, whole.headers.get('retry-after')]).toEqual([503, '5']);
  let calls = 0;
  scim.hooks.accept = (_, go) => (++calls === 1 ? go() : unavailable());
  const { path } = await makeUser();
  calls = 0;
  const part = await send([post('a'), { method: 'DELETE', path }, post('b'), post('c')]);
  delete scim.hooks.accept;
  expect(statusesOf(part)).toEqual(['201', '503', '503', '503']);
  expect(calls).toBe(2);
});

test('a fault of ours is a 500 of one operation, logged with its cause', async () => {
  scim.hooks.accept = async (_, go) => {
    delete scim.hooks.accept;
    await go();
    throw new TypeError('inner workings');
  };
  const reply = await send([post('a'), { method: 'DELETE', path: '/Users/nobody' }]);
  expect(statusesOf(reply)).toEqual(['500', '404']);
  expect(reply.text).not.toContain('inner workings');
  expect(scim.logged.filter((line) => line.includes('inner workings'))).toHaveLength(1);
});

/** How many transactions were begun. */
const begunBy = async (work: () => Promise<unknown>) =>
  (await statementsOf(work)).filter((text) => text.startsWith('BEGIN')).length;

test('1,000 creations share transactions, each with its event', async () => {
  const before = scim.intakes.length;
  let reply!: Reply;
  const begun = await begunBy(async () => {
    reply = await send(Array.from({ length: 1_000 }, (_, number) => post(`${number}`)));
  });
  expect(begun).toBeLessThan(250);
  expect(new Set(statusesOf(reply))).toEqual(new Set(['201']));
  expect(resultsOf(reply).map(({ bulkId }) => bulkId)).toEqual(
    Array.from({ length: 1_000 }, (_, n) => `${n}`),
  );
  expect(scim.intakes.slice(before).flatMap(({ events }) => events)).toHaveLength(1_000);
});

test('PUTs that keep the names share transactions, whatever else they change', async () => {
  const users = await Promise.all(Array.from({ length: 96 }, () => makeUser()));
  const puts = users.map(({ path, userName }, n) => ({
    method: 'PUT',
    path,
    data: { userName: userName.toUpperCase(), title: `${n}` },
  }));
  let reply!: Reply;
  expect(await begunBy(async () => void (reply = await send(puts)))).toBeLessThan(24);
  expect(new Set(statusesOf(reply))).toEqual(new Set(['200']));
  const titles = await Promise.all(
    users.map(async ({ path }) => (await scim.call('GET', path)).body['title']),
  );
  expect(titles).toEqual(users.map((_, n) => `${n}`));
});

test('only POST is allowed', async () => {
  const reply = await scim.call('GET', '/Bulk');
  expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
});
