import pg from 'pg';

/** Longer than any limit that a test sets, so that one that is not kept is a failure and not a test without end. */
const MOST_MS = 10_000;

/** Does `work` while a transaction that is not ours holds what this statement locks; then it is rolled back. */
export async function whileHeld(
  connectionString: string,
  statement: string,
  values: unknown[],
  work: () => Promise<void>,
): Promise<void> {
  const holder = new pg.Client({ connectionString });
  holder.on('error', () => undefined);
  await holder.connect();
  await holder.query(`BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${MOST_MS}`);
  await holder.query(statement, values);
  await work().finally(() => holder.end());
}
