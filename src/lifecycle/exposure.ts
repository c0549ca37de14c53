import type { Durations } from './durations.js';
import type { LifecycleEvent } from './event.js';
import type { Person, SentValue, ZoomUser } from './person.js';
import { keyInForce } from './wanted.js';

const CONTESTED_AFTER = 3;

export interface SeenAt {
  /** When it was seen, and the earlier of that and its receipt. */
  at: number;
  asked: number;
  durations: Durations;
}

export interface Seen {
  person: Person;
  /**
   * `echo`: a value of ours, as it should be. `resend`: not the current one, which is to be sent again.
   * `exposed`: somebody else set a key after us. `nothing`: the event shows no key, or none is held.
   */
  seen: 'nothing' | 'echo' | 'resend' | 'exposed';
}

/**
 * What an event says about the key itself (design 3.3): `exposed` outright, or a key that Zoom shows. The third
 * exposure within 24 h makes the person contested: no more sets until somebody rotates.
 */
export function seeKey(person: Person, event: LifecycleEvent, when: SeenAt): Seen {
  if (event.type === 'exposed') return exposed(person, when, person.zoomUsers);
  if (!event.seenKeyHashes) return { person, seen: 'nothing' };
  const user = person.zoomUsers.find((one) => one.id === event.record);
  if (!user || user.generation === 0) return { person, seen: 'nothing' };
  const seen = judge(user, event.seenKeyHashes, when);
  if (seen !== 'exposed') return { person, seen };
  return keyInForce(user) ? exposed(person, when, [user]) : { person, seen: 'nothing' };
}

function judge(user: ZoomUser, hashes: string[], { at, durations }: SeenAt): 'echo' | 'resend' | 'exposed' {
  const lastApplied = Math.max(0, ...user.sent.map((sent) => sent.appliedAt ?? 0));
  if (isOneOf(hashes, currentHash(user))) return 'echo';
  const ours =
    user.keys.some((key) => isOneOf(hashes, key.hash)) ||
    user.sent.some((sent) => hashes.includes(sent.hash));
  if (ours) return at > lastApplied ? 'resend' : 'echo';
  return at <= lastApplied + durations.settleMs ? 'resend' : 'exposed';
}

/** What Zoom should hold: the key in force, or the random value that cleared the last one. */
function currentHash(user: ZoomUser): string | undefined {
  const held = keyInForce(user);
  if (held) return held.hash ?? undefined;
  return user.sent.reduce<SentValue | null>((a, b) => (a && a.startedAt > b.startedAt ? a : b), null)?.hash;
}

function isOneOf(hashes: string[], hash: string | null | undefined): boolean {
  return hash != null && hashes.includes(hash);
}

function exposed(person: Person, { at, asked, durations }: SeenAt, users: ZoomUser[]): Seen {
  if (person.exposedAt.includes(at)) return { person, seen: 'nothing' };
  const exposedAt = [...person.exposedAt, at].sort((a, b) => a - b).slice(-CONTESTED_AFTER);
  const [first = at, last = at] = [exposedAt[0], exposedAt.at(-1)];
  const contested = exposedAt.length === CONTESTED_AFTER && last - first < durations.dayMs;
  const zoomUsers = person.zoomUsers.map((user) =>
    users.includes(user) ? { ...user, renewAfter: Math.max(user.renewAfter ?? 0, asked) } : user,
  );
  const contestedAt = contested ? (person.contestedAt ?? at) : person.contestedAt;
  return { person: { ...person, exposedAt, contestedAt, zoomUsers }, seen: 'exposed' };
}
