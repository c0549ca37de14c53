import { destroyed, isUnapplied } from '../lifecycle/destroy.js';
import type { HostKey } from '../lifecycle/host-key.js';
import type { KeyGeneration, ZoomUser } from '../lifecycle/person.js';
import { heldKey } from '../lifecycle/wanted.js';
import { iso, type Row } from '../records/changes.js';
import type { Client } from '../records/database.js';
import type { HostKeys } from '../records/host-keys.js';
import { findSealed, type JobRow, type OpenAttempt } from '../records/jobs.js';
import type { RunOptions } from './run-options.js';

/** What an attempt is about to send. */
export interface Value {
  hostKey: HostKey;
  hash: string;
  generation: number | null;
  /** Only of a key drawn now. */
  sealed: string | null;
}

/** The pending key again; else the active one for a re-send; else a fresh one. A clear sends one nobody keeps. */
export async function valueToSend(
  client: Client,
  job: JobRow,
  user: ZoomUser,
  options: RunOptions,
): Promise<Value> {
  if (job.action === 'clear') return clearValue(user, options);
  const key = keyToRepeat(user);
  const sealed = key && (await findSealed(client, user.id, key.generation));
  const hostKey = sealed ? options.keys.open(sealed, user.id, key.generation) : null;
  if (key && hostKey) return { hostKey, hash: key.hash as string, generation: key.generation, sealed: null };
  return drawValue(user, options);
}

function keyToRepeat(user: ZoomUser): KeyGeneration | null {
  const held = heldKey(user);
  const isToRenew = held && user.renewAfter !== null && held.drawnAt <= user.renewAfter;
  // What Zoom may have is said again until it is answered, and only then replaced.
  return isToRenew && (held.state === 'active' || isUnapplied(held)) ? null : held;
}

function drawValue(user: ZoomUser, { keys }: RunOptions): Value {
  const generation = user.generation + 1;
  const hostKey = drawUnlike(user, keys);
  return {
    hostKey,
    hash: keys.hash(hostKey, user.id),
    generation,
    sealed: keys.seal(hostKey, user.id, generation),
  };
}

function clearValue(user: ZoomUser, { keys }: RunOptions): Value {
  const hostKey = drawUnlike(user, keys);
  return { hostKey, hash: keys.hash(hostKey, user.id), generation: null, sealed: null };
}

/** Six digits meet again sooner or later; a key that somebody was shown would then not be replaced, nor cleared. */
function drawUnlike({ id, keys: known }: ZoomUser, keys: HostKeys): HostKey {
  return keys.draw((drawn) => {
    const hashes = keys.hashes(drawn, id);
    return known.some(({ hash }) => hash !== null && hashes.includes(hash));
  });
}

/** Until when a value other than those under way must wait: theirs could arrive after it. */
export function quietUntil(open: OpenAttempt[], hash: string, zoomTimeoutMs: number): number {
  const others = open.filter((attempt) => attempt.hash !== hash);
  return Math.max(0, ...others.map((attempt) => attempt.leaseUntil + zoomTimeoutMs));
}

/** From the first attempt of a clear the key counts as not held; former ones go at once. */
export function userSending(user: ZoomUser, job: JobRow, value: Value): ZoomUser {
  if (job.action === 'clear') {
    const keys = user.keys.map((key) =>
      key.state === 'previous' ? destroyed(key) : { ...key, state: 'clearing' as const },
    );
    return { ...user, keys };
  }
  if (!value.sealed) return user;
  // An older pending key that was never answered, or that no ring key opens, is no longer in force.
  const keys = user.keys.map((key) => (key.state === 'pending' ? destroyed(key) : key));
  return { ...user, keys, generation: value.generation as number };
}

export function newKeyRow(zoomUserId: string, value: Value, now: number): Row {
  const { generation, sealed, hash } = value;
  return { zoom_user_id: zoomUserId, generation, state: 'pending', sealed, hash, drawn_at: iso(now) };
}

/** The journal's first word on an attempt, before its call. */
export function attemptRow(
  job: JobRow,
  number: number,
  zoomUserId: string,
  value: Value,
  lease: { token: string; until: number },
  now: number,
): Row {
  return {
    job_id: job.id,
    number,
    zoom_user_id: zoomUserId,
    generation: value.generation,
    value_hash: value.hash,
    lease_token: lease.token,
    started_at: iso(now),
    lease_until: iso(lease.until),
  };
}
