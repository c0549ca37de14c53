import { isCancelled } from './cancel.js';
import { isUnapplied } from './destroy.js';
import type { Person, UnfinishedJob, ZoomUser } from './person.js';
import { currentZoomUser, heldKey, isWanted, type Policies } from './wanted.js';

export type SetReason = 'joined' | 'returned' | 'pending-again' | 'renewed';
export type ClearReason = 'left' | 'not-theirs';

/**
 * What is to be done about one person's jobs and keys. `adopt` gives a waiting set its Zoom user; `drop` destroys keys
 * that Zoom never took, which needs no call.
 */
export type Move =
  | { move: 'set'; zoomUserId: string | null; reason: SetReason }
  | { move: 'clear'; zoomUserId: string; reason: ClearReason }
  | { move: 'drop'; zoomUserId: string }
  | { move: 'adopt'; jobId: string; zoomUserId: string }
  | { move: 'supersede'; jobId: string };

/** Moves, and in one word why there are none. */
export interface Decision {
  moves: Move[];
  wanted: boolean;
  reason: 'moves' | 'in-progress' | 'held' | 'not-wanted' | 'contested' | 'cancelled';
}

/**
 * Wanted against held (design 3.2). It looks only at what is, never at what just happened, so it can be asked
 * again at any time: a second asking finds the first one's jobs and does nothing.
 */
export function decide(known: Person, policies: Policies): Decision {
  const person = {
    ...known,
    jobs: known.jobs.filter((job) => !isOver(job)),
  };
  const wanted = isWanted(person, policies);
  const current = wanted ? currentZoomUser(person) : null;
  const maySet = !person.contestedAt && !isCancelled(person, policies);
  const moves = person.zoomUsers.flatMap((user) =>
    movesFor(person, user, user.id === current?.id, wanted, maySet),
  );
  const withoutUser = person.jobs.find((job) => job.action === 'set' && job.zoomUserId === null);
  moves.push(...movesWithoutZoomUser(withoutUser, wanted && maySet, current, moves));
  return { moves, wanted, reason: reasonFor(person, wanted, moves) };
}

function movesFor(person: Person, user: ZoomUser, theirs: boolean, wanted: boolean, maySet: boolean): Move[] {
  const job = person.jobs.find((one) => one.zoomUserId === user.id && one.action !== 'look');
  if (!theirs) return movesToClear(user, job, wanted);
  // Of whom nothing may be set: what is held stays, what was to be cleared is cleared to the end.
  if (!maySet && !heldKey(user)) return movesToClear(user, job, wanted);
  if (person.contestedAt) return job ? [supersede(job)] : [];
  const reason = setReason(user, job);
  const sets = reason ? [set(user, reason)] : [];
  if (job?.action === 'clear') return [supersede(job), ...sets];
  return job ? [] : sets;
}

function movesToClear(user: ZoomUser, job: UnfinishedJob | undefined, wanted: boolean): Move[] {
  const inForce = user.keys.some(
    (key) => key.mayBeApplied && ['pending', 'active', 'clearing'].includes(key.state),
  );
  const unapplied = user.keys.some(isUnapplied);
  // A clear goes on to its end, save where all that it was to clear turned out never to have been in Zoom.
  if (job?.action === 'clear' && (inForce || !unapplied)) return [];
  const moves: Move[] = job ? [supersede(job)] : [];
  if (unapplied) moves.push({ move: 'drop', zoomUserId: user.id });
  if (inForce) moves.push({ move: 'clear', zoomUserId: user.id, reason: wanted ? 'not-theirs' : 'left' });
  return moves;
}

/** Why a Zoom user that is theirs needs a set, or null when it needs none or one is on its way. */
function setReason(user: ZoomUser, job: UnfinishedJob | undefined): SetReason | null {
  const held = heldKey(user);
  if (!held) return user.generation === 0 ? 'joined' : 'returned';
  if (user.renewAfter !== null && held.drawnAt <= user.renewAfter) return 'renewed';
  if (held.state === 'pending' && job?.action !== 'set') return 'pending-again';
  return null;
}

/** A set that waits for a Zoom user: made while there is none, given one when there is, dropped when not wanted. */
function movesWithoutZoomUser(
  job: UnfinishedJob | undefined,
  wanted: boolean,
  current: ZoomUser | null,
  others: Move[],
): Move[] {
  if (!wanted) return job ? [supersede(job)] : [];
  if (!current) return job ? [] : [{ move: 'set', zoomUserId: null, reason: 'joined' }];
  if (!job) return [];
  const index = others.findIndex((move) => move.move === 'set' && move.zoomUserId === current.id);
  if (index < 0) return [supersede(job)];
  others.splice(index, 1);
  return [{ move: 'adopt', jobId: job.id, zoomUserId: current.id }];
}

function reasonFor(person: Person, wanted: boolean, moves: Move[]): Decision['reason'] {
  if (moves.length > 0) return 'moves';
  if (person.jobs.length > 0) return 'in-progress';
  if (!wanted) return 'not-wanted';
  if (person.contestedAt) return 'contested';
  return person.zoomUsers.some((user) => heldKey(user)) ? 'held' : 'cancelled';
}

/** Ended by this transaction; those that ended before are not loaded. */
export function isOver({ state }: UnfinishedJob): boolean {
  return state === 'superseded' || state === 'done' || state === 'cancelled';
}

function set(user: ZoomUser, reason: SetReason): Move {
  return { move: 'set', zoomUserId: user.id, reason };
}

function supersede(job: UnfinishedJob): Move {
  return { move: 'supersede', jobId: job.id };
}
