import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { migrate } from '../../../src/records/migrate.js';
import { databaseUrl, queryServer } from '../../harness/postgres.js';
import { idsOf, openListBed, type ListBed } from './listing.js';
import { holds, sorted, type Node, type Path } from './naive.js';
import { samplePeople, USERS } from './people-of-every-kind.js';

/** As a database of one's own may be: it sorts as people in a country do. */
async function createForeignDatabase() {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await queryServer(
    `CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'`,
  );
  const url = databaseUrl(name);
  await migrate({ connectionString: url });
  return { url, drop: async () => void (await queryServer(`DROP DATABASE ${name}`)) };
}

let bed: ListBed;
const people = samplePeople(7643, 80);
const shown = people.map((one) => one.shown);
beforeAll(async () => {
  bed = await openListBed(await createForeignDatabase());
  await bed.insert(people.map(({ row }) => row));
});
afterAll(() => bed.close());

const PATHS: Path[] = [
  { text: 'title', keys: ['title'], fact: { type: 'string' } },
  { text: 'externalId', keys: ['externalId'], fact: { type: 'string', caseExact: true } },
  { text: 'userName', keys: ['userName'], fact: { type: 'string', isName: true } },
];

test.each(PATHS)('$text is ordered and compared alike whatever collation the database has', async (path) => {
  const ordered = await bed.list([USERS], { sortBy: path.text, count: '200' });
  expect(idsOf(ordered)).toEqual(sorted(shown, { path, isDescending: false }));
  const first = await bed.list([USERS], { sortBy: path.text, cursor: '', count: '30' });
  const rest = await bed.list([USERS], {
    sortBy: path.text,
    cursor: String(first['nextCursor']),
    count: '200',
  });
  expect([...idsOf(first), ...idsOf(rest)]).toEqual(idsOf(ordered));
  for (const value of ['_', 'É', 'a-b', 'ab']) {
    const node: Node = { op: 'gt', path, value };
    const found = await bed.list([USERS], { filter: `${path.text} gt "${value}"`, count: '200' });
    expect(idsOf(found)).toEqual(
      shown
        .filter((one) => holds(node, one))
        .map(({ id }) => id)
        .sort(),
    );
  }
});
