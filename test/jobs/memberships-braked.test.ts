import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lookUp } from '../../src/jobs/look-up.js';
import { expectAtRest } from '../harness/at-rest.js';
import { openDirectory, type Directory, type Member } from '../harness/directory.js';
import { waitFor } from '../harness/wait-for.js';
import { startCore, type TestCore } from '../harness/service.js';

let service: TestCore;
let directory: Directory;
beforeAll(async () => {
  service = await startCore({ BRAKE_MINIMUM: '10' });
  directory = await openDirectory(service.core, { entitledGroups: ['Hosts'] });
});
afterAll(() => service.close());

const states = async () => {
  const { rows } = await service.core.database.pool.query<{ action: string; state: string; n: number }>(
    `SELECT action, state, count(*)::int AS n FROM jobs GROUP BY action, state ORDER BY action, state`,
  );
  return rows.map(({ action, state, n }) => [action, state, n]);
};

test('a group of many that is renamed pulls the brake, refuses all of them at once, and is undone by its name', async () => {
  const members: Member[] = [];
  for (let n = 0; n < 110; n++) {
    const { email } = service.zoom.users.add({ email: `member${n}@example.com` });
    members.push(await directory.user(email));
  }
  const group = await directory.group('Hosts', members);
  await service.core.memberships.settled();
  await expectAtRest(service);
  expect(await states()).toEqual([['set', 'done', 110]]);
  await directory.rename(group, 'Gastgeber');
  const { database, keys } = service.core;
  const found = await lookUp({ mail: members[109]!.mail }, { pool: database.pool, keys });
  expect(found).toMatchObject({ outcome: 'refused', code: 'NOT_ENTITLED' });
  await service.core.memberships.settled();
  await waitFor('those who pass', async () =>
    (await states()).some(([, state, n]) => state === 'done' && n === 10),
  );
  expect(await states()).toEqual([
    ['clear', 'braked', 100],
    ['clear', 'done', 10],
    ['set', 'done', 110],
  ]);
  expect(service.logged()).toContain('"alert":"BRAKE_PULLED"');
  await directory.rename(group, 'hosts');
  await service.core.memberships.settled();
  await expectAtRest(service);
  expect(await states()).toEqual([
    ['clear', 'done', 10],
    ['clear', 'superseded', 100],
    ['set', 'done', 120],
  ]);
}, 60_000);
