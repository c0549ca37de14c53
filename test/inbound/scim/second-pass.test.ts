import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
let id: string;

beforeAll(async () => {
  scim = await startScimServer();
  const made = await scim.call('POST', '/Users', { userName: 'ann@hosts.example', active: true });
  id = made.body['id'] as string;
  await scim.pool.query(`
    WITH p AS (SELECT person_id FROM links WHERE value = 'ann@hosts.example'),
      z AS (INSERT INTO zoom_users (id, person_id, mail, standing, standing_at, generation)
        SELECT 'Z1', person_id, 'ann@hosts.example', 'active', now(), 1 FROM p RETURNING id),
      j AS (UPDATE jobs SET state = 'done', finished_at = now())
    INSERT INTO host_keys (zoom_user_id, generation, state, hash, drawn_at, set_at)
    SELECT id, 1, 'active', 'test:00', now(), now() FROM z`);
});
afterAll(() => scim.close());

const MANAGER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager';

/** As Entra does it, once the managers too are there. */
async function manage(manager: string): Promise<string[]> {
  const Operations = [{ op: 'Add', path: MANAGER, value: manager }];
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
  const { status } = await scim.call('PATCH', `/Users/${id}`, { schemas, Operations });
  expect([200, 204]).toContain(status);
  const { rows } = await scim.pool.query<{ reason: string }>(
    'SELECT reason FROM jobs WHERE finished_at IS NULL',
  );
  return rows.map(({ reason }) => reason);
}

test('Entra’s second pass, which gives everybody their manager, gives nobody another key; another manager does', async () => {
  expect(await manage('boss-1')).toEqual([]);
  expect(await manage('boss-1')).toEqual([]);
  expect(await manage('boss-2')).toEqual(['renewed']);
});
