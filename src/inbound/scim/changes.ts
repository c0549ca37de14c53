import {
  hasMoved,
  normalise,
  type EventType,
  type Identifier,
  type LifecycleEvent,
  type TransferAttribute,
} from '../../lifecycle/event.js';
import { isSameJson } from './json.js';
import { enterpriseOf, mailOf, nameOf } from './person.js';

/** What of a kept resource an event is read from. */
export interface UserState {
  id: string;
  externalId: string | null;
  active: boolean;
  resource: Record<string, unknown>;
}

/** Of those that are a transfer, what the Enterprise extension has (RFC 7643 section 4.3). */
const ATTRIBUTES = [
  'department',
  'division',
  'organization',
  'costCenter',
  'manager',
] as const satisfies readonly TransferAttribute[];

const OKTA_ID = /^00u[A-Za-z0-9]{17}$/;

/**
 * The event that a change of a SCIM resource tells: standing, name and attributes as they now are, mail and ids where
 * they are new. Nothing, when nothing that matters changed.
 */
export function changes(before: UserState | undefined, after: UserState | undefined): LifecycleEvent[] {
  if (!after) return before ? [removal(before)] : [];
  const type = before ? typeOfChange(before, after) : 'created';
  return type ? [eventOf(type, after, before)] : [];
}

/**
 * A resource that is deleted claims nothing any more: its mail may be somebody else's by now, since Entra deletes
 * a month after it has disabled.
 */
function removal(before: UserState): LifecycleEvent {
  return { ...newEvent('removed', before), standing: 'gone' };
}

function typeOfChange(before: UserState, after: UserState): EventType | undefined {
  if (before.active !== after.active) return after.active ? 'created' : 'removed';
  const [was, is] = [factsOf(before), factsOf(after)];
  if (isSameJson(was, is)) return undefined;
  return ATTRIBUTES.some((name) => hasMoved(was.attributes[name], is.attributes[name]))
    ? 'transferred'
    : 'changed';
}

/** A mail and ids that stay as they were are not told again: the mail may have become somebody else's meanwhile. */
function eventOf(type: EventType, state: UserState, before?: UserState): LifecycleEvent {
  const { name, mail, identifiers, attributes } = factsOf(state);
  const was = before && factsOf(before);
  return {
    ...newEvent(type, state),
    standing: state.active ? 'active' : 'gone',
    attributes,
    ...(mail !== was?.mail && { mail }),
    ...(!isSameJson(identifiers, was?.identifiers) && { identifiers }),
    ...(name !== undefined && { name }),
  };
}

/** SCIM carries no time and no order of its own: its time is its commit. */
function newEvent(type: EventType, state: UserState) {
  const subject = mailOf(state.resource) ?? userNameOf(state) ?? state.id;
  return { type, record: state.id, subject, occurredAt: null, sequence: 0 };
}

function factsOf(state: UserState) {
  return {
    mail: mailOf(state.resource),
    name: nameOf(state.resource),
    identifiers: identifiersOf(state),
    attributes: Object.fromEntries(ATTRIBUTES.map((name) => [name, enterpriseOf(state.resource, name)])),
  };
}

function identifiersOf(state: UserState): Identifier[] {
  const userName = userNameOf(state);
  return [
    ...(userName ? [{ kind: 'user-name' as const, value: userName }] : []),
    ...externalIds(state.externalId),
  ];
}

/** Okta sends its user id as externalId. A GUID may be anybody's: Entra's object id, or one of a directory behind it. */
function externalIds(externalId: string | null): Identifier[] {
  if (!externalId?.trim()) return [];
  const value = externalId.trim();
  const own: Identifier[] = [{ kind: 'external-id', value }];
  return OKTA_ID.test(value) ? [...own, { kind: 'okta-id', value }] : own;
}

function userNameOf({ resource }: UserState): string | undefined {
  return typeof resource['userName'] === 'string' ? normalise(resource['userName']) : undefined;
}
