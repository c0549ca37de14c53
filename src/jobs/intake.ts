import type { ReadEvent } from '../lifecycle/event.js';

/** A SCIM resource as it is kept: what clients match on in columns of its own, the rest as they sent it. */
export interface ScimRow {
  id: string;
  type: 'User' | 'Group';
  /** userName, or a group's displayName, trimmed and lower-cased: unique within a source and type. */
  nameKey: string;
  externalId: string | null;
  active: boolean;
  /** The representation without `meta` and `id`, values kept as they came. */
  resource: Record<string, unknown>;
}

/** What a SCIM request does to its source's directory, in the transaction that keeps its events. */
export type ScimWrite =
  | { write: 'create'; row: ScimRow }
  | { write: 'replace'; row: ScimRow; expectedVersion: number }
  | { write: 'delete'; id: string; expectedVersion: number };

/** One notice on its way in: everything it says, read and checked, before any of it is kept. */
export interface Intake {
  sourceId: string;
  /** How a repeat is known: the source's own id of the notice, or a hash of its body; null for SCIM. */
  noticeKey: { value: string; byHash: boolean } | null;
  /** What is stored of the delivery, secrets already cut out. */
  body: unknown;
  scim?: ScimWrite;
  events: ReadEvent[];
}

/**
 * `kept`: committed. `repeat`: a notice we already keep. `name-taken`: another resource of this source has that
 * userName. `version-changed`: the resource is no longer at `expectedVersion` (or is gone); read it again.
 */
export interface Accepted {
  outcome: 'kept' | 'repeat' | 'name-taken' | 'version-changed';
  /** The commit's time, and the resource's version and creation after a SCIM write. */
  at: Date;
  version?: number;
  createdAt?: Date;
  /** For each event, in order: what became of it. */
  events: { outcome: string; reason: string | null }[];
}

/** The one way in. Throws `StoreUnavailable` when PostgreSQL cannot keep it (answer 503 with Retry-After). */
export interface Acceptor {
  accept(intake: Intake): Promise<Accepted>;
}
