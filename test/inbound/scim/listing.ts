import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { createList } from '../../../src/inbound/scim/list.js';
import type { ScimRequest } from '../../../src/inbound/scim/request.js';
import type { Shape } from '../../../src/inbound/scim/shape.js';
import type { ListLimits } from '../../../src/records/scim-list.js';
import { createScimDirectory } from '../../../src/records/scim-resources.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';

export const BASE_URL = 'https://keys.example/scim/v2';

/** A resource as it is put straight into the tables. */
export interface Row {
  id: string;
  type: 'User' | 'Group';
  nameKey: string;
  resource: JsonObject;
  createdAt: Date;
  updatedAt: Date;
  version: number;
}

export interface ListBed {
  pool: pg.Pool;
  sourceId: string;
  insert(rows: Row[]): Promise<void>;
  remove(id: string): Promise<void>;
  /** `display`: what who pushes the group calls the member. */
  addMember(groupId: string, memberId: string, display?: string): Promise<void>;
  /** The answer's body. */
  list(shapes: Shape[], query: Record<string, string>, now?: () => number): Promise<JsonObject>;
  close(): Promise<void>;
}

/** Lists over a database of one's own, without a server: what is in it is what a test puts there. */
export async function openListBed(own?: TestDatabase, limits?: Partial<ListLimits>): Promise<ListBed> {
  const database = own ?? (await createTestDatabase());
  const pool = new pg.Pool({ connectionString: database.url, max: 2, pipeline: true } as pg.PoolConfig);
  const directory = createScimDirectory(pool, limits);
  const sourceId = randomUUID();
  return {
    pool,
    sourceId,
    insert: (rows) => insert(pool, sourceId, rows),
    remove: async (id) => void (await pool.query('DELETE FROM scim_resources WHERE id = $1', [id])),
    addMember: async (groupId, memberId, display) => {
      const text =
        'INSERT INTO scim_members (source_id, group_id, member_id, display) VALUES ($1, $2, $3, $4)';
      await pool.query(text, [sourceId, groupId, memberId, display ?? null]);
    },
    list: async (shapes, query, now) => {
      const request = { source: { sourceId, sourceName: 'okta' }, baseUrl: BASE_URL };
      const asked = { ...request, query: new URLSearchParams(query) } as ScimRequest;
      const answer = await createList({ directory, ...(now && { now }) }, shapes)(asked);
      return answer.body ?? {};
    },
    close: async () => {
      await pool.end();
      await database.drop();
    },
  };
}

async function insert(pool: pg.Pool, sourceId: string, rows: Row[]): Promise<void> {
  for (const { id, type, nameKey, resource, createdAt, updatedAt, version } of rows) {
    const { externalId, active } = resource;
    await pool.query(
      `INSERT INTO scim_resources (source_id, id, type, name_key, external_id, active, resource, created_at, updated_at, version)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        sourceId,
        id,
        type,
        nameKey,
        externalId || null,
        active !== false,
        resource,
        createdAt,
        updatedAt,
        version,
      ],
    );
  }
}

/** Who is on a page, by id. */
export function idsOf(body: JsonObject): unknown[] {
  return (body['Resources'] as JsonObject[]).map(({ id }) => id);
}
