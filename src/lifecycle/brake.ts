/** How many clears and rotations of one source pass in an hour before the rest is braked (design 3.5). */
export interface BrakeTerms {
  /** Of the people we know. */
  percent: number;
  /** Whatever the percentage comes to. */
  minimum: number;
}

/** How many passed from `at` on, for up to a twelfth of an hour. */
export interface Span {
  at: number;
  count: number;
}

/** A source's own spending, oldest first. */
export type Spent = readonly Span[];

const SPANS_PER_HOUR = 12;

export function brakeLimit({ percent, minimum }: BrakeTerms, people: number): number {
  return Math.max(minimum, Math.floor((people * percent) / 100));
}

/** How many of those asked for now stay within the limit, and what is spent then. */
export function spend(
  spent: Spent,
  asked: number,
  limit: number,
  { now, hourMs }: { now: number; hourMs: number },
): { passed: number; spent: Spent } {
  const spanMs = hourMs / SPANS_PER_HOUR;
  // A span is forgotten once its last moment is an hour ago: no hour whatever sees more than the limit.
  const counting = spent.filter((span) => span.at + spanMs + hourMs > now);
  const used = counting.reduce((sum, span) => sum + span.count, 0);
  const passed = Math.min(asked, Math.max(0, limit - used));
  if (passed === 0) return { passed, spent: counting };
  const last = counting.at(-1);
  if (!last || now - last.at >= spanMs) return { passed, spent: [...counting, { at: now, count: passed }] };
  return { passed, spent: counting.with(-1, { ...last, count: last.count + passed }) };
}
