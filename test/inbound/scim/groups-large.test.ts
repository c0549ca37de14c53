import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { groupingOf, type Made } from './grouping.js';
import { startScimServer, type ScimServer } from './scim-server.js';

/** How long it takes is measured by the bench `directory`. */
const MANY = 50_000;

let scim: ScimServer;
let ids: string[];
let large: Made;
beforeAll(async () => {
  scim = await startScimServer();
  const { id } = await user();
  const { rows } = await scim.pool.query<{ id: string }>(
    `INSERT INTO scim_resources (source_id, id, type, name_key, active, resource, created_at, updated_at)
     SELECT r.source_id, gen_random_uuid(), 'User', 'many-' || n, true, r.resource || jsonb_build_object('userName', 'many-' || n), now(), now()
     FROM scim_resources r, generate_series(1, ${MANY}) n WHERE r.id = $1 RETURNING id`,
    [id],
  );
  ids = rows.map((row) => row.id);
  large = await group();
}, 60_000);
afterAll(() => scim.close());

const { user, group, patch } = groupingOf(() => scim);

test('fifty thousand members are pushed, pushed again, which changes nothing, and put, whole', async () => {
  const members = ids.map((value, index) => ({ value, display: `many-${index}@hosts.example` }));
  const push = () => patch(large, { op: 'replace', path: 'members', value: members });
  const first = await push();
  expect([first.status, first.headers.get('etag')]).toEqual([204, 'W/"2"']);
  const again = await push();
  expect([again.status, again.headers.get('etag')]).toEqual([204, 'W/"2"']);
  const put = await scim.call('PUT', large.path, { displayName: 'Large', members: members.slice(1) });
  expect([put.status, (put.body['members'] as object[]).length]).toEqual([200, MANY - 1]);
}, 60_000);

test('a member who is deleted goes, and so does the whole group', async () => {
  expect((await scim.call('DELETE', `/Users/${ids[5]}`)).status).toBe(204);
  expect((await scim.call('DELETE', large.path)).status).toBe(204);
  const { rows } = await scim.pool.query('SELECT FROM scim_members WHERE group_id = $1', [large.id]);
  expect(rows).toHaveLength(0);
}, 60_000);
