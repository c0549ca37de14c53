/** What is done in one step: one operation, or several that all need each other. By their numbers. */
export type Step = number[];

/**
 * In which order to do what needs each other: `needs[n]` says what must be done before `n`. Whatever can keeps its
 * place; what needs something later comes right after it. A circle is one step, where its last one stands.
 */
export function orderSteps(needs: readonly (readonly number[])[]): Step[] {
  const due = new Map<number, number>();
  const steps = findSteps(needs).map((step) => {
    const needed = step.flatMap((one) => needs[one] ?? []).map((one) => due.get(one) ?? 0);
    const at = Math.max(...step, ...needed);
    for (const one of step) due.set(one, at);
    return { step: step.sort((a, b) => a - b), at };
  });
  return steps.sort((a, b) => a.at - b.at).map(({ step }) => step);
}

/** Tarjan's strongly connected components; each comes after those that it needs. */
function findSteps(needs: readonly (readonly number[])[]): Step[] {
  const steps: Step[] = [];
  const seen = new Map<number, number>();
  const open: number[] = [];
  const visit = (one: number): number => {
    const place = seen.size;
    let lowest = place;
    seen.set(one, place);
    open.push(one);
    for (const next of needs[one] ?? []) {
      const there = seen.get(next);
      if (there === undefined) lowest = Math.min(lowest, visit(next));
      else lowest = Math.min(lowest, there);
    }
    if (lowest === place) {
      const step = open.splice(open.lastIndexOf(one));
      for (const member of step) seen.set(member, Infinity);
      steps.push(step);
    }
    return lowest;
  };
  needs.forEach((_, one) => seen.has(one) || visit(one));
  return steps;
}
