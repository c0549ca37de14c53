import type { Tally } from '../../jobs/tally.js';
import { toLines } from './style.js';

/** How many people, jobs, and people about whom there is nothing to do; what is none is left out. */
export function describeTally({ people, skipped, ...jobs }: Tally): string {
  const { set, setUnknownInZoom, rotate, clear, braked } = jobs;
  const lines: [string, number][] = [
    ['set', set],
    ['of these, still to be found in Zoom', setUnknownInZoom],
    ['rotate', rotate],
    ['clear', clear],
    ['of clears and rotations, braked', braked],
    ['nothing: hold a key', skipped.held],
    ['nothing: a job is under way', skipped.inProgress],
    ['nothing: contested', skipped.contested],
    ['nothing: this source says gone', skipped.gone],
    ['nothing: another source says gone', skipped.goneElsewhere],
    ['nothing: nobody who counts says active', skipped.notActive],
    ['nothing: in none of the entitled groups', skipped.notEntitled],
  ];
  return toLines([['people', people], ...lines.filter(([, count]) => count > 0)]);
}
