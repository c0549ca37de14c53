import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rowsTouched, statementsOf } from '../../harness/statements.js';
import { groupingOf, type Made } from './grouping.js';
import { startScimServer, type ScimServer } from './scim-server.js';

const MANY = 3_000;

let scim: ScimServer;
let large: Made;
let outsider: Made;
beforeAll(async () => {
  scim = await startScimServer();
  const { user, group } = groupingOf(() => scim);
  outsider = await user();
  large = await group([], { displayName: 'Large', externalId: 'large' });
  await scim.pool.query(
    `WITH copies AS (
       INSERT INTO scim_resources (source_id, id, type, name_key, active, resource, created_at, updated_at)
       SELECT r.source_id, gen_random_uuid(), 'User', 'copy-' || n, true, r.resource, now(), now()
       FROM scim_resources r, generate_series(1, ${MANY}) n WHERE r.id = $1 RETURNING source_id, id)
     INSERT INTO scim_members (source_id, group_id, member_id) SELECT source_id, $2, id FROM copies`,
    [outsider.id, large.id],
  );
});
afterAll(() => scim.close());

async function askOfMembers(work: () => Promise<unknown>): Promise<number> {
  return (await statementsOf(work)).filter((text) => text.includes('scim_members')).length;
}

const NAMED = `filter=${encodeURIComponent('displayName eq "LARGE"')}`;

describe('a group without its members', () => {
  test.each([
    ['GET', () => `${large.path}?excludedAttributes=members`],
    ['GET', () => `${large.path}?attributes=displayName,externalId`],
    ['HEAD', () => `${large.path}?excludedAttributes=urn:ietf:params:scim:schemas:core:2.0:Group:members`],
    ['GET', () => `/Groups?excludedAttributes=members&${NAMED}`],
    ['GET', () => '/Groups?excludedAttributes=members&startIndex=1&count=100'],
    ['GET', () => '/Groups?excludedAttributes=members&cursor=&count=1'],
    ['GET', () => '/Groups?attributes=displayName&sortBy=displayName'],
    ['GET', () => `/Users/${outsider.id}?excludedAttributes=groups`],
    ['GET', () => '/Users?excludedAttributes=groups&count=2'],
  ])('is answered to %s without a question about them (%#)', async (method, path) => {
    const asked = await askOfMembers(async () => {
      const reply = await scim.call(method, path());
      expect([reply.status, reply.text.includes('"members"')]).toEqual([200, false]);
    });
    expect(asked).toBe(0);
  });

  test('is answered so to a search, too, and its members are asked for when they are wanted', async () => {
    const search = { filter: 'displayName eq "large"' };
    const without = { ...search, excludedAttributes: ['members'] };
    expect(await askOfMembers(() => scim.call('POST', '/Groups/.search', without))).toBe(0);
    expect(await askOfMembers(() => scim.call('POST', '/Groups/.search', search))).toBeGreaterThan(0);
    expect(await askOfMembers(() => scim.call('GET', large.path))).toBeGreaterThan(0);
  });
});

describe(`of ${MANY} members`, () => {
  const value = () => [{ $ref: null, value: outsider.id }];
  test.each<[string, { op: string; path: string | (() => string); value?: () => unknown }]>([
    ['added, as Entra does', { op: 'Add', path: 'members', value }],
    ['added again, which changes nothing', { op: 'Add', path: 'members', value }],
    ['removed, as Entra does', { op: 'Remove', path: 'members', value }],
    ['added, as Okta does', { op: 'add', path: 'members', value }],
    ['removed, as Okta does', { op: 'remove', path: () => `members[value eq "${outsider.id}"]` }],
    ['removed again, which changes nothing', { op: 'Remove', path: 'members', value }],
  ])('one is %s, without a look at the others', async (title, { op, path, value }) => {
    const operation = {
      op,
      path: typeof path === 'function' ? path() : path,
      ...(value && { value: value() }),
    };
    const patch = async () => {
      const reply = await scim.call('PATCH', large.path, { Operations: [operation] });
      expect(reply.status).toBe(204);
    };
    let asked = 0;
    const touched = await rowsTouched('scim_members', async () => {
      asked = await askOfMembers(patch);
    });
    expect(touched.written).toBe(title.includes('again') ? 0 : 1);
    expect(touched.read).toBeLessThanOrEqual(1);
    expect(asked).toBe(1);
  });

  test('all are read for what is asked about all, which this test would see', async () => {
    const filter = { op: 'remove', path: 'members[display eq "nobody is called so"]' };
    const touched = await rowsTouched('scim_members', () =>
      scim.call('PATCH', large.path, { Operations: [filter] }),
    );
    expect(touched).toEqual({ read: MANY, written: 0 });
  });
});
