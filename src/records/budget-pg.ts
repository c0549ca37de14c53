import type { Pool } from 'pg';

interface Row {
  first_ms: number;
  step_ms: number;
  paused_ms: number;
}

/** The clock is read after the row is locked: whoever had to wait for the lock must not take slots of the past. */
const TAKE = `
  WITH locked AS MATERIALIZED (
    SELECT label, next_slot, paused_until, reduced_until FROM call_budget WHERE label = $1 FOR UPDATE
  ), moment AS MATERIALIZED (
    SELECT locked.*, clock_timestamp() AS now FROM locked
  ), plan AS MATERIALIZED (
    SELECT label, now,
      greatest(next_slot, now) AS first,
      coalesce(paused_until > now, false) AS paused,
      $3 * interval '1 ms' * CASE WHEN reduced_until > now THEN 2 ELSE 1 END AS step
    FROM moment
  )
  UPDATE call_budget AS budget
  SET next_slot = CASE WHEN paused THEN budget.next_slot ELSE first + $2 * step END
  FROM plan WHERE budget.label = plan.label
  RETURNING
    (extract(epoch FROM first - now) * 1000)::float8 AS first_ms,
    (extract(epoch FROM step) * 1000)::float8 AS step_ms,
    CASE WHEN paused THEN (extract(epoch FROM paused_until - now) * 1000)::float8 ELSE 0 END AS paused_ms`;

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
  async function takeRow(label: string, count: number, intervalMs: number): Promise<Row | undefined> {
    const values = [label, count, intervalMs];
    const { rows } = await pool.query<Row>({ name: 'take-call-slots', text: TAKE, values });
    return rows[0];
  }

  /** The first call ever under a label makes its row. */
  async function takeFirstRow(label: string, count: number, intervalMs: number): Promise<Row> {
    await pool.query('INSERT INTO call_budget (label) VALUES ($1) ON CONFLICT DO NOTHING', [label]);
    const row = await takeRow(label, count, intervalMs);
    if (row === undefined) throw new Error('the row of a call budget vanished as it was made');
    return row;
  }

  return {
    async take(label: string, count: number, intervalMs: number) {
      const row = (await takeRow(label, count, intervalMs)) ?? (await takeFirstRow(label, count, intervalMs));
      const { first_ms: first, step_ms: step, paused_ms: pausedMs } = row;
      const taken = pausedMs > 0 ? 0 : count;
      return { slotsInMs: Array.from({ length: taken }, (_, index) => first + index * step), pausedMs };
    },
    async slowDown(label: string, pausedMs: number, reducedMs: number) {
      await pool.query(SLOW_DOWN, [label, pausedMs, reducedMs]);
    },
  };
}
