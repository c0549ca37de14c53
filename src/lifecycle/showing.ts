import { withoutUnapplied } from './destroy.js';
import type { Person } from './person.js';
import { currentZoomUser, heldKey, newest, whyUnwanted, type Policies } from './wanted.js';

/** What may be shown of a person's key: generations, in the order in which they are likely to work. */
export type Showing =
  | { show: 'keys'; zoomUserId: string; generations: number[]; previous: number | null; settling: boolean }
  | { show: 'nothing'; code: 'LEFT' | 'NOT_ENTITLED' | 'NOT_HELD' | 'WAITING_FOR_ZOOM' | 'KEY_CONTESTED' };

/**
 * Whether a key may be shown, and which (promise 8): never after a leaver's event, or that they left
 * their last entitled group, is committed, nor while somebody
 * else keeps changing it; both values while a change is in flight or its outcome is unknown.
 *
 * @param openGenerations those with an attempt that nothing answered; a clear among them counts as null
 */
export function showingOf(
  person: Person,
  policies: Policies,
  openGenerations: (zoomUserId: string) => (number | null)[],
): Showing {
  const unwanted = whyUnwanted(person, policies);
  if (unwanted === 'not-entitled') return { show: 'nothing', code: 'NOT_ENTITLED' };
  if (unwanted) {
    const isLeaver = unwanted === 'gone' || person.zoomUsers.some(heldKey);
    return { show: 'nothing', code: isLeaver ? 'LEFT' : 'NOT_HELD' };
  }
  if (person.contestedAt) return { show: 'nothing', code: 'KEY_CONTESTED' };
  const user = currentZoomUser(person);
  const open = user ? openGenerations(user.id) : [];
  const active = user && newest(user, 'active');
  // A pending key that Zoom definitely does not have is nobody's to use.
  const pending = user && newest(withoutUnapplied(user), 'pending');
  const generations = [pending, active].flatMap((one) => (one ? [one.generation] : []));
  if (!user || generations.length === 0)
    return { show: 'nothing', code: person.jobs.length > 0 ? 'WAITING_FOR_ZOOM' : 'NOT_HELD' };
  const settling = pending !== null || open.some((generation) => generation !== active?.generation);
  return {
    show: 'keys',
    zoomUserId: user.id,
    generations,
    previous: newest(user, 'previous')?.generation ?? null,
    settling,
  };
}
