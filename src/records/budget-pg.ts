import type { Pool } from 'pg';
import { UNSYNCED } from './unsynced.js';

interface Row {
  now_ms: number;
  first_ms: number;
  step_ms: number;
  paused_ms: number;
}

/**
 * The clock is read after the row is locked: whoever had to wait for the lock must not take slots of the past. Slots
 * that are forgotten when PostgreSQL is killed are over before it is there again.
 */
const TAKE = `
  WITH locked AS MATERIALIZED (
    SELECT label, next_slot, paused_until, reduced_until FROM call_budget WHERE label = $1 FOR UPDATE
  ), moment AS MATERIALIZED (
    SELECT locked.*, clock_timestamp() AS now, ${UNSYNCED} FROM locked
  ), plan AS MATERIALIZED (
    SELECT label, now,
      greatest(next_slot, now + $4 * interval '1 ms') AS first,
      coalesce(paused_until > now, false) AS paused,
      $3 * interval '1 ms' * CASE WHEN reduced_until > now THEN 2 ELSE 1 END AS step
    FROM moment
  )
  UPDATE call_budget AS budget
  SET next_slot = CASE WHEN paused THEN budget.next_slot ELSE first + $2 * step END
  FROM plan WHERE budget.label = plan.label
  RETURNING
    (extract(epoch FROM now) * 1000)::float8 AS now_ms,
    (extract(epoch FROM first - now) * 1000)::float8 AS first_ms,
    (extract(epoch FROM step) * 1000)::float8 AS step_ms,
    CASE WHEN paused THEN (extract(epoch FROM paused_until - now) * 1000)::float8 ELSE 0 END AS paused_ms`;

type Asked = [label: string, count: number, intervalMs: number, leadMs: number];

const MAKE = 'INSERT INTO call_budget (label) VALUES ($1) ON CONFLICT DO NOTHING';

const SLOW_DOWN = `
  INSERT INTO call_budget AS budget (label, paused_until, reduced_until)
  VALUES ($1, clock_timestamp() + $2 * interval '1 ms', clock_timestamp() + ($2 + $3) * interval '1 ms')
  ON CONFLICT (label) DO UPDATE SET
    paused_until = greatest(budget.paused_until, EXCLUDED.paused_until),
    reduced_until = greatest(budget.reduced_until, EXCLUDED.reduced_until)`;

/**
 * The call budget of all our processes, as a BudgetStore of zoom/: one row for each label, one statement for each
 * batch of slots, PostgreSQL's clock.
 */
export function createPgBudgetStore({ pool }: { pool: Pick<Pool, 'query'> }) {
  async function takeRow(...values: Asked): Promise<Row | undefined> {
    const { rows } = await pool.query<Row>({ name: 'take-call-slots', text: TAKE, values });
    return rows[0];
  }

  /** The first call ever under a label makes its row. */
  async function takeFirstRow(...asked: Asked): Promise<Row> {
    await pool.query({ name: 'make-call-budget', text: MAKE, values: [asked[0]] });
    const row = await takeRow(...asked);
    if (row === undefined) throw new Error('the row of a call budget vanished as it was made');
    return row;
  }

  return {
    async take(...asked: Asked) {
      const row = (await takeRow(...asked)) ?? (await takeFirstRow(...asked));
      const { now_ms: storeMs, first_ms: first, step_ms: step, paused_ms: pausedMs } = row;
      const taken = pausedMs > 0 ? 0 : asked[1];
      const slotsInMs = Array.from({ length: taken }, (_, index) => first + index * step);
      return { storeMs, slotsInMs, pausedMs };
    },
    async slowDown(label: string, pausedMs: number, reducedMs: number) {
      const values = [label, pausedMs, reducedMs];
      await pool.query({ name: 'slow-calls-down', text: SLOW_DOWN, values });
    },
  };
}
