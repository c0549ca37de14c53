import { afterEach, beforeEach } from '@jest/globals';
import pg from 'pg';
import { createPgBudgetStore } from '../../src/records/budget-pg.js';
import { createTestDatabase, type TestDatabase } from '../harness/database.js';
import { testBudgetStore } from './budget-store.js';

let database: TestDatabase;
let pools: pg.Pool[];

beforeEach(async () => {
  database = await createTestDatabase();
  pools = [];
});
afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.drop();
});

testBudgetStore(() => {
  const pool = new pg.Pool({ connectionString: database.url, max: 5 });
  pools.push(pool);
  return createPgBudgetStore({ pool });
});
