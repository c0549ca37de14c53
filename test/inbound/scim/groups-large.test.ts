import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { groupingOf, type Made } from './grouping.js';
import { startScimServer, type ScimServer } from './scim-server.js';

const MANY = 50_000;
/** On a busy machine; comparing each with each would take longer on any. */
const PATIENCE_MS = 15_000;

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

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}

test('fifty thousand members are pushed, and pushed again, while a client waits', async () => {
  const members = ids.map((value, index) => ({ value, display: `many-${index}@hosts.example` }));
  const push = () => patch(large, { op: 'replace', path: 'members', value: members });
  const first = await timed(push);
  expect(first.result.status).toBe(204);
  expect(first.ms).toBeLessThan(PATIENCE_MS);
  const again = await timed(push);
  expect(again.result.headers.get('etag')).toBe('W/"2"');
  expect(again.ms).toBeLessThan(PATIENCE_MS);
  const put = await timed(() =>
    scim.call('PUT', large.path, { displayName: 'Large', members: members.slice(1) }),
  );
  expect([put.result.status, (put.result.body['members'] as object[]).length]).toEqual([200, MANY - 1]);
  expect(put.ms).toBeLessThan(PATIENCE_MS);
}, 60_000);

test('a member who is deleted, and the whole group, go while a client waits', async () => {
  const one = await timed(() => scim.call('DELETE', `/Users/${ids[5]}`));
  expect([one.result.status, one.ms < PATIENCE_MS]).toEqual([204, true]);
  const all = await timed(() => scim.call('DELETE', large.path));
  expect([all.result.status, all.ms < PATIENCE_MS]).toEqual([204, true]);
}, 60_000);
