import pg from 'pg';

type Ask = (...args: unknown[]) => unknown;
const clients = pg.Client.prototype as unknown as { query: Ask };

/** Stands between every client of this process and its database while `work` runs. */
async function between(
  stand: (text: string, ask: () => unknown, askMore: Ask) => unknown,
  work: () => Promise<unknown>,
): Promise<void> {
  const { query } = clients;
  clients.query = function (this: pg.Client, ...args: unknown[]) {
    const [asked] = args;
    const text = typeof asked === 'string' ? asked : String((asked as { text?: unknown }).text);
    return stand(
      text,
      () => query.apply(this, args),
      (...more) => query.apply(this, more),
    );
  };
  await work().finally(() => (clients.query = query));
}

/** The statements that this process sends to any database while `work` runs. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const texts: string[] = [];
  await between((text, ask) => (texts.push(text), ask()), work);
  return texts;
}

export interface Touched {
  read: number;
  written: number;
}

const COUNT = `SELECT (seq_tup_read + idx_tup_fetch)::integer AS read, (n_tup_ins + n_tup_upd + n_tup_del)::integer AS written
  FROM pg_stat_xact_user_tables WHERE relname = $1`;

/** How many rows of a table PostgreSQL read, by whatever plan, and wrote in the transactions that `work` commits. */
export async function rowsTouched(table: string, work: () => Promise<unknown>): Promise<Touched> {
  const [before, after]: [Promise<Touched>[], Promise<Touched>[]] = [[], []];
  const count = async (askMore: Ask) => {
    const { rows } = (await askMore(COUNT, [table])) as pg.QueryResult<Touched>;
    return rows[0] ?? { read: 0, written: 0 };
  };
  await between((text, ask, askMore) => {
    if (text === 'COMMIT') after.push(count(askMore));
    const asked = ask();
    if (text.startsWith('BEGIN')) before.push(count(askMore));
    return asked;
  }, work);
  const sum = async (counts: Promise<Touched>[], of: keyof Touched) =>
    (await Promise.all(counts)).reduce((total, one) => total + one[of], 0);
  return {
    read: (await sum(after, 'read')) - (await sum(before, 'read')),
    written: (await sum(after, 'written')) - (await sum(before, 'written')),
  };
}
