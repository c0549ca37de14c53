import { isRight, type Findings } from './findings.js';
import type { Run } from './run.js';

const SHOWN = 10;

/** A few lines for people; what was found is named, with what is needed to see it again. */
export function describe(run: Run): string {
  const { backend, seed, findings, troubles } = run;
  const counts = Object.entries(findings).map(([name, list]: [string, string[]]) => `${name} ${list.length}`);
  const trouble = Object.entries(troubles).map(([name, count]) => `${count} ${name}`);
  const parts = Object.entries(run.partsMs).map(([name, ms]) => `${name} ${Math.round(ms / 1_000)} s`);
  const lines = [
    `${isRight(findings) ? 'right' : 'WRONG'}: seed ${seed} on ${backend}, ${Math.round(run.durationMs / 1_000)} s`,
    `  acknowledged ${run.acknowledged} (${run.repeated} had to be said again), ${counts.join(', ')}`,
    `  ${run.people} people, ${run.calls} calls to Zoom, ${run.busiestSecond} arrivals in the busiest second`,
    `  ${run.undoneByLate} late keys undid a later write, ${run.ignoredInMeeting} keys ignored in a meeting are left to reconcile`,
    `  ${run.braked?.gone ?? 0} people gone at once, ${run.braked?.cleared ?? 0} cleared before the brake`,
    `  ${trouble.join(', ')}`,
    `  ${parts.join(', ')}`,
  ];
  return [
    ...lines,
    ...(isRight(findings) ? [] : found(findings)),
    ...(isRight(findings) ? [] : again(run)),
  ].join('\n');
}

function found(findings: Findings): string[] {
  return Object.entries(findings).flatMap(([name, list]: [string, string[]]) => {
    const shown = list.slice(0, SHOWN).map((line) => `  ${name}: ${line}`);
    return list.length > SHOWN ? [...shown, `  ${name}: and ${list.length - SHOWN} more`] : shown;
  });
}

function again({ seed, backend, minutes, logFile, lastLines }: Run): string[] {
  return [
    `  to play it again: npm run test:chaos -- --seed ${seed} --backend ${backend} --minutes ${minutes}`,
    `  the whole log: ${logFile}, which ends with`,
    ...lastLines.map((line) => `    ${line.slice(0, 300)}`),
  ];
}
