import pg from 'pg';
import { Redis } from 'ioredis';

/** Everything a database holds, as text: every column of every row of every table, the queue's among them. */
export async function dumpDatabase(connectionString: string): Promise<string> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const tables: string[] = [];
    for (const { name } of rows) {
      const all = await client.query<{ line: string }>(`SELECT row::text AS line FROM ${name} AS row`);
      tables.push(name, ...all.rows.map((row) => row.line));
    }
    return tables.join('\n');
  } finally {
    await client.end();
  }
}

/** Everything a Redis holds, names of keys included, as text. */
export async function dumpRedis(url: string): Promise<string> {
  const client = new Redis(url);
  try {
    const lines: unknown[] = [];
    for (const key of await client.keys('*')) lines.push(key, await readKey(client, key));
    return JSON.stringify(lines);
  } finally {
    client.disconnect();
  }
}

async function readKey(client: Redis, key: string): Promise<unknown> {
  switch (await client.type(key)) {
    case 'string':
      return client.get(key);
    case 'list':
      return client.lrange(key, 0, -1);
    case 'set':
      return client.smembers(key);
    case 'zset':
      return client.zrange(key, 0, -1, 'WITHSCORES');
    case 'hash':
      return client.hgetall(key);
    default:
      return client.xrange(key, '-', '+');
  }
}
