import { decide, type Decision, type Move } from '../../src/lifecycle/decide.js';
import type { Person, ZoomUser } from '../../src/lifecycle/person.js';
import { at, key, person, record, sources, zoomUser } from './people.js';

export const policies = sources('okta', 'zoom');
const joined = record('okta', 'active');
const left = record('okta', 'gone');

export function wanted(zoomUsers: ZoomUser[], more: Partial<Person> = {}): Person {
  return person({ records: [joined], zoomUsers, ...more });
}

export function notWanted(zoomUsers: ZoomUser[], more: Partial<Person> = {}): Person {
  return person({ records: [left], zoomUsers, ...more });
}

export function decided(one: Person): [Move[], Decision['reason']] {
  const { moves, reason } = decide(one, policies);
  return [moves, reason];
}

export const set = (reason: string, zoomUserId: string | null = 'Z1') => ({
  move: 'set',
  zoomUserId,
  reason,
});
export const clear = (reason: string, zoomUserId = 'Z1') => ({ move: 'clear', zoomUserId, reason });
export const supersede = (jobId: string) => ({ move: 'supersede', jobId });
export const drop = (zoomUserId = 'Z1') => ({ move: 'drop', zoomUserId });
export const adopt = (jobId: string, zoomUserId = 'Z1') => ({ move: 'adopt', jobId, zoomUserId });

export const empty = zoomUser('Z1');
export const holding = zoomUser('Z1', { keys: [key(1, 'active')] });
export const pending = zoomUser('Z1', { keys: [key(1, 'pending')] });
/** With a key that Zoom refused to take for now, after one that is in force. */
export const refused = zoomUser('Z1', {
  keys: [key(1, 'active'), key(2, 'pending', { mayBeApplied: false })],
});
export const refusedFirst = zoomUser('Z1', { keys: [key(1, 'pending', { mayBeApplied: false })] });
export const clearing = zoomUser('Z1', { keys: [key(1, 'clearing')] });
export const destroyed = zoomUser('Z1', { keys: [key(1, 'destroyed')] });
export const elsewhere = zoomUser('Z2', { standingAt: at(9), keys: [] });
