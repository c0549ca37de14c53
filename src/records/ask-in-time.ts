import type pg from 'pg';
import { transaction, type Client, type Lastly } from './database.js';
import { isTooLong, limitStatements, type Deadline } from './deadline.js';

/** What is asked takes too long to be answered. */
export class QueryTooLong extends Error {
  override readonly name = 'QueryTooLong';
  constructor(cause?: unknown) {
    super('the query took too long', { cause });
  }
}

export interface Statement {
  /** Of one that is prepared. */
  name?: string;
  text: string;
  values: unknown[];
}

/**
 * Asks one question in one round trip. The limit ends with its transaction, so that the connection is as it was. Throws
 * StoreUnavailable, QueryTooLong.
 */
export async function askInTime<Row extends object>(
  pool: pg.Pool,
  statement: Statement,
  deadline: Deadline,
): Promise<Row[]> {
  let rows: Row[] = [];
  const work = async (client: Client, lastly: Lastly) => {
    if (deadline.leftMs() === 0) throw new QueryTooLong();
    limitStatements(client, deadline);
    lastly(async () => {
      rows = (await client.query(statement)).rows as Row[];
    });
  };
  try {
    await transaction(pool, work, 'BEGIN READ ONLY');
    return rows;
  } catch (error) {
    throw isTooLong(error) ? new QueryTooLong(error) : error;
  }
}
