import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import { compileList } from '../../../src/inbound/scim/list-query.js';
import { QueryTooLong } from '../../../src/records/ask-in-time.js';
import { createScimDirectory } from '../../../src/records/scim-resources.js';
import { createList } from '../../../src/inbound/scim/list.js';
import type { ScimRequest } from '../../../src/inbound/scim/request.js';
import type { Shape } from '../../../src/inbound/scim/shape.js';
import { GROUPS } from './groups-of-every-kind.js';
import { openListBed, type ListBed } from './listing.js';
import { USERS } from './people-of-every-kind.js';

const MANY = 20_000;
const ID = '01980000-0000-7000-8000-000000000309';
const GROUP_ID = '01980000-0000-7000-9000-000000000007';

let bed: ListBed;
beforeAll(async () => {
  bed = await openListBed();
  await fill(bed);
});
afterAll(() => bed.close());

/** As after a first sync that nobody has counted yet. Everybody was changed a minute later than who came before. */
async function fill({ pool, sourceId }: ListBed): Promise<void> {
  await pool.query('ALTER TABLE scim_resources SET (autovacuum_enabled = false)');
  await pool.query('ALTER TABLE scim_members SET (autovacuum_enabled = false)');
  const columns = 'source_id, id, type, name_key, external_id, active, resource, created_at, updated_at';
  const times = `now(), timestamptz '${minute(0)}' + n * interval '1 minute'`;
  await pool.query(
    `INSERT INTO scim_resources (${columns})
     SELECT $1, ('01980000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'User', 'u' || n, 'e' || n, true,
       jsonb_build_object('userName', 'U' || n, 'active', true, 'externalId', 'e' || n, 'emails', jsonb_build_array(
         jsonb_build_object('type', 'work', 'value', 'U' || n || '@x.example'),
         jsonb_build_object('type', 'home', 'value', 'H' || n || '@x.example'))), ${times}
     FROM generate_series(1, $2::int) n`,
    [sourceId, MANY],
  );
  await pool.query(
    `INSERT INTO scim_resources (${columns})
     SELECT $1, ('01980000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Group', 'g' || n, 'ge' || n, true,
       jsonb_build_object('displayName', 'G' || n, 'externalId', 'ge' || n), ${times}
     FROM generate_series(1, 2000) n`,
    [sourceId],
  );
  await pool.query(
    `INSERT INTO scim_members (source_id, group_id, member_id)
     SELECT $1, ('01980000-0000-7000-9000-' || lpad(to_hex(1 + n % 2000), 12, '0'))::uuid,
       ('01980000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid FROM generate_series(1, $2::int) n`,
    [sourceId, MANY],
  );
}

function minute(n: number): string {
  return new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString();
}

/** How many rows of scim_resources were looked at, in the plan that PostgreSQL takes. */
async function looked(
  { pool, sourceId }: ListBed,
  shapes: Shape[],
  filter: string,
  setting: string,
): Promise<{ total: number; rows: number }> {
  const client = await pool.connect();
  const plans: Plan[] = [];
  const query = async (asked: string | { text: string; values: unknown[] }) => {
    if (typeof asked === 'string') return client.query(asked);
    const explain = `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${asked.text}`;
    const planned = client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(explain, asked.values);
    const answered = client.query(asked);
    plans.push(...(await planned).rows.map((row) => row['QUERY PLAN'][0].Plan));
    return answered;
  };
  const explaining = Object.assign(Object.create(client) as pg.PoolClient, {
    query,
    release: () => undefined,
  });
  await client.query(`SET plan_cache_mode = ${setting}`);
  const asked = compileList({ shapes, filter, sort: null, sourceId, baseUrl: '' });
  const page = { by: 'place', offset: 0, count: 100 } as const;
  const directory = createScimDirectory({ connect: async () => explaining } as unknown as pg.Pool);
  const { total } = await directory.list({ ...asked, memberships: [], page });
  client.release(true);
  return { total, rows: plans.reduce((sum, plan) => sum + rowsOf(plan), 0) };
}

interface Plan {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: Plan[];
}

function rowsOf(plan: Plan): number {
  const removed = (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0);
  const own = plan['Relation Name'] ? (plan['Actual Rows'] + removed) * plan['Actual Loops'] : 0;
  return own + (plan.Plans ?? []).reduce((sum, one) => sum + rowsOf(one), 0);
}

const FILTERS: [string, Shape[], number][] = [
  ['userName eq "U777"', [USERS], 1],
  ['userName eq "u777" and active eq true', [USERS], 1],
  ['externalId eq "e777"', [USERS], 1],
  [`id eq "${ID}"`, [USERS], 1],
  ['emails.value eq "u777@x.example"', [USERS], 1],
  ['emails eq "h777@x.example"', [USERS], 1],
  ['emails[type eq "work"].value eq "U777@X.example"', [USERS], 1],
  ['emails[type eq "home" and value eq "h777@x.example"] and active eq true', [USERS], 1],
  ['userName eq "u777" or emails.value eq "nobody@x.example" or externalId eq "e5"', [USERS], 2],
  [`groups.value eq "${GROUP_ID}"`, [USERS], 10],
  ['displayName eq "G77"', [GROUPS], 1],
  ['externalId eq "ge77"', [GROUPS], 1],
  [`members.value eq "${ID}"`, [GROUPS], 1],
  [`members[value eq "${ID}"]`, [GROUPS], 1],
  ['externalId eq "e777"', [USERS, GROUPS], 1],
  ['urn:ietf:params:scim:schemas:core:2.0:User:userName eq "u777"', [USERS, GROUPS], 1],
  ['emails.value eq "h777@x.example"', [USERS, GROUPS], 1],
];

test.each(FILTERS)(
  '%s looks at whom it finds, also before the tables were ever counted',
  async (filter, shapes, found) => {
    for (const setting of ['auto', 'force_generic_plan']) {
      const { total, rows } = await looked(bed, shapes, filter, setting);
      expect(total).toBe(found);
      expect(rows).toBeLessThanOrEqual(found * 8);
    }
  },
);

test('who was changed lately is found by that time, once the tables were counted', async () => {
  const counted = await openListBed();
  await fill(counted);
  await counted.pool.query('ANALYZE scim_resources');
  const lately = `meta.lastModified gt "${minute(MANY - 10)}"`;
  for (const filter of [lately, `active eq true and ${lately}`]) {
    const { total, rows } = await looked(counted, [USERS], filter, 'auto');
    expect(total).toBe(10);
    expect(rows).toBeLessThanOrEqual(10 * 8);
  }
  await counted.close();
});

test('a list that takes too long is refused with what to ask for instead', async () => {
  const directory = { list: () => Promise.reject(new QueryTooLong(new Error('canceled'))) };
  const request = {
    source: { sourceId: 's', sourceName: 'okta' },
    baseUrl: '',
    query: new URLSearchParams(),
  };
  await expect(createList({ directory }, [USERS])(request as ScimRequest)).rejects.toMatchObject({
    status: 400,
    scimType: 'tooMany',
    detail: expect.stringMatching(/compare one of userName, externalId, id, emails.value/),
  });
});
