import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { type Reply, startScimServer, type ScimServer } from './scim-server.js';

const MARK = 'only-oktas';
let scim: ScimServer;
let theirs: string;

beforeAll(async () => {
  scim = await startScimServer();
  theirs = await create(theirUser, 'okta');
  await create({ userName: 'own@entra.example', displayName: 'Own' }, 'entra');
});
afterAll(() => scim.close());

const theirUser = {
  userName: `${MARK}@okta.example`,
  externalId: MARK,
  displayName: MARK,
  emails: [{ type: 'work', value: `${MARK}@okta.example` }],
};
const asEntra = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  scim.call(method, path, body, { source: 'entra', headers });

async function create(user: JsonObject, source: string): Promise<string> {
  const { status, body } = await scim.call('POST', '/Users', user, { source });
  expect(status).toBe(201);
  return String(body['id']);
}

/** Everything that is kept of a source, and of people. */
async function kept(): Promise<unknown> {
  const tables = [
    'scim_resources',
    'scim_members',
    'standings',
    'events',
    'notices',
    'people',
    'jobs',
    'links',
  ];
  const rows = tables.map((table) => scim.pool.query(`SELECT t::text AS line FROM ${table} t ORDER BY 1`));
  return (await Promise.all(rows)).map((result) => result.rows);
}

/** An answer as it looks, whichever id was asked for. */
function seen({ status, headers, text }: Reply, id: string): unknown {
  const own = ['date', 'x-request-id', 'keep-alive', 'connection'];
  const shown = [...headers].filter(([name]) => !own.includes(name));
  return [status, shown, text.replaceAll(id, '<id>')];
}

const PATCH = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: [{ op: 'replace', path: 'active', value: false }],
};

describe("another source's id answers as one that nobody has, and nothing is touched", () => {
  test.each([
    ['GET', undefined, {}],
    ['HEAD', undefined, {}],
    ['PUT', { userName: 'mine@entra.example' }, {}],
    ['PUT', theirUser, {}],
    ['PATCH', PATCH, {}],
    ['PATCH', { ...PATCH, Operations: [] }, {}],
    ['DELETE', undefined, {}],
    ['GET', undefined, { 'If-None-Match': 'W/"1"' }],
    ['PUT', { userName: 'mine@entra.example' }, { 'If-Match': 'W/"1"' }],
    ['PATCH', PATCH, { 'If-Match': 'W/"1"' }],
    ['PATCH', PATCH, { 'If-Match': '*' }],
    ['DELETE', undefined, { 'If-Match': 'W/"1"' }],
  ])('%s %j %j', async (method, body, headers) => {
    const before = await kept();
    for (const query of ['', '?attributes=userName', '?excludedAttributes=emails']) {
      const nobodys = randomUUID();
      const foreign = await asEntra(method, `/Users/${theirs}${query}`, body, headers);
      const unknown = await asEntra(method, `/Users/${nobodys}${query}`, body, headers);
      expect(foreign.text).not.toContain(MARK);
      expect(seen(foreign, theirs)).toEqual(seen(unknown, nobodys));
      expect([400, 404, 412]).toContain(foreign.status);
    }
    expect(await kept()).toEqual(before);
  });
});

test('a bulk request reaches nobody of another source, by id or by reference', async () => {
  const bulk = async (id: string) => {
    const Operations = [
      { method: 'PUT', path: `/Users/${id}`, data: { userName: 'bulk@entra.example' } },
      { method: 'PATCH', path: `/Users/${id}`, data: PATCH },
      { method: 'PATCH', path: `/Users/${id}`, version: 'W/"1"', data: PATCH },
      { method: 'DELETE', path: `/Users/${id}` },
    ];
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
    return asEntra('POST', '/Bulk', { schemas, Operations });
  };
  const before = await kept();
  const nobodys = randomUUID();
  const foreign = await bulk(theirs);
  const answers = foreign.body['Operations'] as JsonObject[];
  expect(answers.map(({ status }) => status)).toEqual(['404', '404', '404', '404']);
  expect(foreign.text).not.toContain(MARK);
  const plain = ({ text }: Reply, id: string) => text.replaceAll(id, '<id>');
  expect(plain(foreign, theirs)).toBe(plain(await bulk(nobodys), nobodys));
  expect(await kept()).toEqual(before);
});

describe('a list holds nobody of another source', () => {
  test.each([
    '',
    `filter=userName eq "${theirUser.userName}"`,
    `filter=externalId eq "${MARK}"`,
    `filter=emails[type eq "work"].value eq "${theirUser.userName}"`,
    `filter=userName co "okta"`,
    'filter=userName pr',
    'filter=id eq "<id>"',
    'filter=not (userName eq "own@entra.example")',
    'startIndex=1&count=200',
    'startIndex=2',
    'sortBy=userName&sortOrder=descending',
  ])('%s', async (query) => {
    const asked = query.replace('<id>', theirs).replaceAll(' ', '%20');
    const { status, body, text } = await asEntra('GET', `/Users?${asked}`);
    expect([200, 400]).toContain(status);
    expect(text).not.toContain(`${MARK}@`);
    expect(text).not.toContain(`"${theirs}"`);
    if (status === 200) expect(body['totalResults']).toBeLessThanOrEqual(1);
  });
});

test('two sources may each have a user of one userName and externalId: each sees, changes and deletes its own', async () => {
  const shared = { userName: 'Both@example.com', externalId: 'both', displayName: 'First' };
  const [okta, entra] = [await create(shared, 'okta'), await create(shared, 'entra')];
  expect(okta).not.toBe(entra);
  expect((await asEntra('POST', '/Users', shared)).status).toBe(409);
  const replace = { op: 'replace', path: 'displayName', value: 'Second' };
  await asEntra('PATCH', `/Users/${entra}`, { ...PATCH, Operations: [replace] });
  const find = async (source: string) => {
    const path = `/Users?filter=${encodeURIComponent('userName eq "both@example.com"')}`;
    const { body } = await scim.call('GET', path, undefined, { source });
    return (body['Resources'] as JsonObject[]).map(({ id, displayName }) => [id, displayName]);
  };
  expect([await find('okta'), await find('entra')]).toEqual([[[okta, 'First']], [[entra, 'Second']]]);
  expect((await asEntra('DELETE', `/Users/${entra}`)).status).toBe(204);
  expect([await find('okta'), await find('entra')]).toEqual([[[okta, 'First']], []]);
});
