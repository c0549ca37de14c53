import { withoutUnapplied } from './destroy.js';
import type { KeyGeneration, Person, SourcePolicy, ZoomUser } from './person.js';

export type Policies = ReadonlyMap<string, SourcePolicy>;

/** Why a person should have no key. */
export type Unwanted = 'gone' | 'not-active' | 'not-entitled';

/**
 * Whether a person should have a key: some record says `active`, and no source says `gone`. A source says
 * `active` while one of its records does, `gone` when all that spoke are gone. An observed source counts for
 * nothing, a removed one only for its leavers; presence alone gives no key. Once a source has entitled groups, an
 * active record of theirs must be in one.
 */
export function isWanted(person: Person, policies: Policies): boolean {
  return whyUnwanted(person, policies) === null;
}

/** Null: they should have one. */
export function whyUnwanted(person: Person, policies: Policies): Unwanted | null {
  const says = sourcesSay(person, policies);
  if ([...says.values()].includes('gone')) return 'gone';
  const isActive = [...says].some(
    ([sourceId, standing]) => standing === 'active' && !policies.get(sourceId)?.presenceOnly,
  );
  if (!isActive) return 'not-active';
  return isEntitled(person, policies) ? null : 'not-entitled';
}

/** Whatever others say: while no source that counts has entitled groups, everybody is. */
function isEntitled({ records }: Person, policies: Policies): boolean {
  const counts = (policy: SourcePolicy | undefined) =>
    policy?.entitling === true && !policy.observed && !policy.removed;
  if (![...policies.values()].some(counts)) return true;
  return records.some(
    ({ sourceId, standing, entitled }) =>
      entitled === true && standing === 'active' && counts(policies.get(sourceId)),
  );
}

/** What each source that counts says of a person, by source id. */
export function sourcesSay(person: Person, policies: Policies): Map<string, 'active' | 'gone'> {
  const says = new Map<string, 'active' | 'gone'>();
  for (const record of person.records) {
    const policy = policies.get(record.sourceId);
    if (!policy || policy.observed || record.standing === null) continue;
    if (says.get(record.sourceId) !== 'active') says.set(record.sourceId, record.standing);
  }
  for (const [sourceId, standing] of says) {
    if (standing === 'active' && policies.get(sourceId)?.removed) says.delete(sourceId);
  }
  return says;
}

/** The active Zoom user with the newest standing, then the greatest id; null while Zoom knows none. */
export function currentZoomUser(person: Person): ZoomUser | null {
  const active = person.zoomUsers.filter((user) => user.standing === 'active');
  return active.reduce<ZoomUser | null>((best, user) => (best && !isNewer(user, best) ? best : user), null);
}

function isNewer(a: ZoomUser, b: ZoomUser): boolean {
  const [at, bt] = [a.standingAt ?? 0, b.standingAt ?? 0];
  return at === bt ? a.id > b.id : at > bt;
}

/** The generation in force: pending before active, since a pending one may already be applied. */
export function heldKey(user: ZoomUser): KeyGeneration | null {
  return newest(user, 'pending') ?? newest(user, 'active');
}

/** What Zoom should have: the generation that is held, save one that it never took. */
export function keyInForce(user: ZoomUser): KeyGeneration | null {
  return heldKey(withoutUnapplied(user));
}

export function newest(user: ZoomUser, state: KeyGeneration['state']): KeyGeneration | null {
  const found = user.keys.filter((key) => key.state === state);
  return found.reduce<KeyGeneration | null>((a, b) => (a && a.generation > b.generation ? a : b), null);
}
