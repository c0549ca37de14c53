import { durationsAt } from '../../src/lifecycle/durations.js';
import type { Identifier, LifecycleEvent, LinkKind, Standing } from '../../src/lifecycle/event.js';
import { isTrueClaim } from '../../src/lifecycle/links.js';
import {
  newPerson,
  type KeyGeneration,
  type KeyState,
  type Link,
  type Person,
  type SourcePolicy,
  type SourceRecord,
  type UnfinishedJob,
  type ZoomUser,
} from '../../src/lifecycle/person.js';
import type { Policies } from '../../src/lifecycle/wanted.js';

export const durations = durationsAt(1);

/** A moment so many seconds after the tests' own noon. */
export function at(seconds: number): number {
  return Date.parse('2026-11-24T12:00:00Z') + seconds * 1_000;
}

export const HOUR = 3_600;

export function source(id: string, more: Partial<SourcePolicy> = {}): SourcePolicy {
  const kind = id === 'zoom' || id === 'operator' ? id : 'scim';
  const presenceOnly = id === 'operator';
  return {
    id,
    name: id,
    kind,
    observed: false,
    removed: false,
    presenceOnly,
    domains: [],
    entitling: false,
    ...more,
  };
}

/** Sources by their names, those told in full as they are told. */
export function sources(...list: (string | SourcePolicy)[]): Policies {
  const policies = list.map((one) => (typeof one === 'string' ? source(one) : one));
  return new Map(policies.map((policy) => [policy.id, policy]));
}

export function person(more: Partial<Person> = {}): Person {
  return { ...newPerson('person-1'), ...more };
}

export function record(sourceId: string, standing: Standing | null, more: Partial<SourceRecord> = {}) {
  const standingAt = standing === null ? null : at(0);
  return { sourceId, record: `${sourceId}-1`, standing, standingAt, sequence: 0, facts: {}, ...more };
}

export function zoomUser(id: string, more: Partial<ZoomUser> = {}): ZoomUser {
  const standing = 'active' as const;
  return {
    id,
    mail: 'ann@example.com',
    standing,
    standingAt: at(0),
    generation: more.keys?.length ?? 0,
    renewAfter: null,
    lease: null,
    keys: [],
    sent: [],
    ...more,
  };
}

export function key(generation: number, state: KeyState, more: Partial<KeyGeneration> = {}): KeyGeneration {
  return {
    generation,
    state,
    drawnAt: at(0),
    setAt: null,
    hash: `hash-${generation}`,
    mayBeApplied: true,
    ...more,
  };
}

export function job(
  id: string,
  action: UnfinishedJob['action'],
  more: Partial<UnfinishedJob> = {},
): UnfinishedJob {
  return { id, action, state: 'queued', zoomUserId: 'Z1', attempts: 0, priority: 3, ...more };
}

export function link(kind: LinkKind, value: string, claimedAt: number = at(0)): Link {
  return { kind, value, claimedAt };
}

export function identifier(kind: LinkKind, value: string): Identifier {
  return { kind, value };
}

/** Who holds which mails, and whether by another word than Zoom's. */
export function mailsOf(one: Person): Record<string, 'claimed' | 'by Zoom alone'> {
  const mails = one.links.filter(({ kind }) => kind === 'mail');
  return Object.fromEntries(
    mails.map(({ value, claimedAt }) => [value, isTrueClaim(claimedAt) ? 'claimed' : 'by Zoom alone']),
  );
}

/** What a source says of one of its records, `seconds` after noon. */
export function event(
  record: string,
  seconds: number | null,
  more: Partial<LifecycleEvent> = {},
): LifecycleEvent {
  const occurredAt = seconds === null ? null : new Date(at(seconds));
  return { type: 'changed', record, subject: record, occurredAt, sequence: 0, ...more };
}

export const active = { type: 'created', standing: 'active' } as const;
export const gone = { type: 'removed', standing: 'gone' } as const;
export const zoomActive = { ...active, zoomStanding: 'active' } as const;
export const zoomGone = { ...gone, zoomStanding: 'gone' } as const;
