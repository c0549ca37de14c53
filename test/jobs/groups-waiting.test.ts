import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openDirectory, type Directory } from '../harness/directory.js';
import { startCore, type TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let directory: Directory;
let made = 0;
beforeAll(async () => {
  service = await startCore({}, { workers: false });
  directory = await openDirectory(service.core, { entitledGroups: ['Hosts'] });
});
afterAll(() => service.close());

const WAITING = `SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'relation'`;

test.each([
  ['changed', (id: string) => directory.rename(id, 'Somebody else')],
  ['deleted', (id: string) => directory.drop(id)],
])('a group that is %s is held by nobody who waits for its source to be changed', async (_, write) => {
  const { pool } = service.core.database;
  const ann = await directory.user(`member${++made}@hosts.example`);
  const group = await directory.group(`Group ${made}`, [ann]);
  await directory.group(`Parent ${made}`, [{ id: group, mail: '' }]);
  const changing = await pool.connect();
  await changing.query('BEGIN; LOCK TABLE sources IN ACCESS EXCLUSIVE MODE');
  const writing = write(group);
  await waitFor('the writer to wait', async () => (await pool.query(WAITING)).rows.length > 0);
  const groups = `SELECT id FROM scim_resources WHERE type = 'Group' ORDER BY id`;
  const all = await changing.query(groups);
  const free = await changing.query(`${groups} FOR UPDATE SKIP LOCKED`);
  await changing.query('COMMIT');
  changing.release();
  expect((await writing).outcome).toBe('kept');
  expect(free.rows).toEqual(all.rows);
});
