/** What a run must not have: one line each, that names who and what. */
export interface Findings {
  /** Acknowledged, and not kept or without its effect. */
  lost: string[];
  /** One effect twice. */
  doubled: string[];
  /** A key, token, password or secret where it must not be. */
  leaked: string[];
  /** Seconds in which more calls were granted than the budget has. */
  overBudget: string[];
  /** Our key is not Zoom's. */
  mismatched: string[];
  /** What is still going on although nothing is left to wait for; what was refused, or ended by itself. */
  unrest: string[];
}

export function noFindings(): Findings {
  return { lost: [], doubled: [], leaked: [], overBudget: [], mismatched: [], unrest: [] };
}

export function isRight(findings: Findings): boolean {
  return Object.values(findings).every((list: string[]) => list.length === 0);
}
