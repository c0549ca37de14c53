import { groupedBy } from '../harness/grouped-by.js';
import { at } from './people.js';
import type { Telling } from './story.js';

/** How somebody must end, told by nothing but the list of what was told, in no order. */
export interface Ending {
  /** By source and record, of those that told one. */
  standings: Record<string, 'active' | 'gone'>;
  wanted: boolean;
  currentZoomUser: string | null;
  /** The Zoom users at which a key is held. */
  held: string[];
}

export function timeOf({ minute, ms = 0 }: Telling): number {
  return at(minute * 60) + ms;
}

export function recordKey({ source, record }: Telling): string {
  return `${source} ${record}`;
}

/** What is told with the greatest time, then sequence, then the most closed word. */
const CLOSED = ['active', 'pending', 'inactive', 'gone'];
function newest(tellings: Telling[]): Telling | undefined {
  const rank = (one: Telling) => [timeOf(one), one.sequence ?? 0, CLOSED.indexOf(one.says ?? '')] as const;
  return tellings.toSorted((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return y[0] - x[0] || y[1] - x[1] || y[2] - x[2];
  })[0];
}

/** The end of one person, of whom these are all the tellings. */
export function endingOf(tellings: Telling[], presenceOnly: string[]): Ending {
  const last = [...groupedBy(tellings, recordKey).values()].flatMap(
    (told) => newest(told.filter((one) => one.says)) ?? [],
  );
  const wanted = isWanted(last, presenceOnly);
  const currentZoomUser = current(last.filter((one) => one.source === 'zoom'));
  return {
    standings: Object.fromEntries(last.map((one) => [recordKey(one), standingOf(one)])),
    wanted,
    currentZoomUser,
    held: wanted && currentZoomUser ? [currentZoomUser] : [],
  };
}

function standingOf({ says }: Telling): 'active' | 'gone' {
  return says === 'active' || says === 'pending' ? 'active' : 'gone';
}

function isWanted(last: Telling[], presenceOnly: string[]): boolean {
  const bySource = groupedBy(last, (one) => one.source);
  const says = [...bySource].map(([source, told]) => ({
    source,
    active: told.some((one) => standingOf(one) === 'active'),
  }));
  return says.every((one) => one.active) && says.some((one) => !presenceOnly.includes(one.source));
}

function current(zoomUsers: Telling[]): string | null {
  const active = zoomUsers.filter((one) => one.says === 'active');
  const best = active.toSorted((a, b) => timeOf(b) - timeOf(a) || (a.record < b.record ? 1 : -1))[0];
  return best?.record ?? null;
}
