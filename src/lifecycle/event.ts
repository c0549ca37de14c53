/** What can happen to one person, in our words. */
export type EventType = 'created' | 'changed' | 'transferred' | 'removed' | 'exposed';

/** What a record last said. */
export type Standing = 'active' | 'gone';

/**
 * Kinds of link. `okta-id`, `graph-id`, `ad-sid`, `ad-guid` are given once by their directory and never passed
 * on; `user-name`, `mail` and `external-id` may be re-used by somebody else.
 */
export type LinkKind = 'mail' | 'user-name' | 'external-id' | 'okta-id' | 'graph-id' | 'ad-sid' | 'ad-guid';

/** An identifier as a source gave it; `value` is compared without regard to case. */
export interface Identifier {
  kind: LinkKind;
  value: string;
}

/** The attributes whose change from one value to another is a transfer (design 3.2). */
export const TRANSFER_ATTRIBUTES = [
  'department',
  'division',
  'organization',
  'costCenter',
  'company',
  'manager',
  'orgUnit',
] as const;
export type TransferAttribute = (typeof TRANSFER_ATTRIBUTES)[number];

/** From one value to another: a value that comes or goes is no transfer (design 3.2). */
export function hasMoved(from: string | null | undefined, to: string | null | undefined): boolean {
  return !!from && !!to && from !== to;
}

/** One thing that happened to one person, as one source tells it. */
export interface LifecycleEvent {
  type: EventType;
  /** The source's own, stable id of the record it speaks of (SCIM id, Zoom user id, ...). */
  record: string;
  /** Who, for people who read lists: a mail, a user name, or else the record's id. */
  subject: string;
  /** When it happened by the source's clock; null for SCIM, whose time is its commit. */
  occurredAt: Date | null;
  /** The source's sequence number for ties of time; 0 when it has none. */
  sequence: number;
  /** What the record now says, when the event tells. */
  standing?: Standing;
  /** Identifiers this event carries, mails excepted. */
  identifiers?: Identifier[];
  /** The record's mail, lower-cased, when the event tells; null when it now has none. */
  mail?: string | null;
  name?: string;
  /** Values of attributes after the event, of those it tells. */
  attributes?: Partial<Record<TransferAttribute, string | null>>;
  /** A host key that Zoom shows for this Zoom user, as keyed hashes, one for each key of the ring. */
  seenKeyHashes?: string[];
  /** An operator asks for another key; a contested person is contested no longer. */
  rotate?: true;
  /** A standing of the Zoom user itself; only Zoom's own source speaks of it. */
  zoomStanding?: 'active' | 'pending' | 'inactive' | 'gone';
}

/** Something in a notice that could not be read as an event: kept with its reason, the others go on. */
export interface RejectedEvent {
  rejected: true;
  subject: string;
  occurredAt: Date | null;
  reason: string;
}

export type ReadEvent = LifecycleEvent | RejectedEvent;

export function isRejected(event: ReadEvent): event is RejectedEvent {
  return 'rejected' in event;
}

/** Mails and names are compared trimmed and lower-cased; everything else likewise, since ids of one directory never differ by case alone. */
export function normalise(value: string): string {
  return value.trim().toLowerCase();
}
