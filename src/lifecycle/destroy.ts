import type { KeyGeneration, ZoomUser } from './person.js';

/** The key as one that nobody can show, send or know again. */
export function destroyed(key: KeyGeneration): KeyGeneration {
  return { ...key, state: 'destroyed', hash: null };
}

/** Whether Zoom definitely never took it: to let it go takes no call. */
export function isUnapplied({ state, mayBeApplied }: KeyGeneration): boolean {
  return state === 'pending' && !mayBeApplied;
}

export function withoutUnapplied(user: ZoomUser): ZoomUser {
  return { ...user, keys: user.keys.map((key) => (isUnapplied(key) ? destroyed(key) : key)) };
}
