import { BUDGET } from './settings.js';
import type { Stage } from './stage.js';

/** Grants are noted in whole milliseconds, so that a second may look one shorter than it was. */
const SECOND_MS = 999;

/** Promise 9: no second, wherever it begins, has more grants of a label than its budget. */
export function findOverBudget({ grants }: Pick<Stage, 'grants'>): string[] {
  return Object.entries(BUDGET).flatMap(([label, budget]) => {
    const times = (grants[label] ?? []).toSorted((a, b) => a - b);
    const over = times.filter((time, index) => (times[index + budget] ?? Infinity) - time < SECOND_MS);
    return over.map((time) => {
      const count = times.filter((other) => other >= time && other - time < SECOND_MS).length;
      return `${label}: ${count} calls granted in the second from ${new Date(time).toISOString()}, not ${budget}`;
    });
  });
}

/** The most arrivals at Zoom within one second: what the way there makes of the grants. */
export function busiestSecond({ zoom }: Pick<Stage, 'zoom'>): number {
  const times = zoom.log.requests
    .filter(({ label }) => label === 'light')
    .map(({ arrivedAt }) => arrivedAt.monotonicMs);
  let first = 0;
  return times.reduce((most, time, index) => {
    while (time - times[first]! >= 1_000) first++;
    return Math.max(most, index - first + 1);
  }, 0);
}
