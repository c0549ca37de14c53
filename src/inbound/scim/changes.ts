import { normalise, type EventType, type Identifier, type LifecycleEvent } from '../../lifecycle/event.js';
import { isSameJson } from './json.js';
import { enterpriseOf, mailOf, nameOf } from './person.js';

/** What of a kept resource an event is read from. */
export interface UserState {
  id: string;
  externalId: string | null;
  active: boolean;
  resource: Record<string, unknown>;
}

const ATTRIBUTES = ['department', 'division', 'organization', 'costCenter', 'manager'] as const;

const OKTA_ID = /^00u[A-Za-z0-9]{17}$/;
const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * The event that a change of a SCIM resource tells: the difference between before and after, with all that the
 * record now says, since the receiver compares it with what it knows. Nothing, when nothing that matters changed.
 */
export function changes(before: UserState | undefined, after: UserState | undefined): LifecycleEvent[] {
  if (!after) return before ? [removal(before)] : [];
  const type = before ? typeOfChange(before, after) : 'created';
  return type ? [eventOf(type, after)] : [];
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

/** From one value to another: a value that comes or goes is no transfer (design 3.2). */
function hasMoved(from: string | null | undefined, to: string | null | undefined): boolean {
  return !!from && !!to && from !== to;
}

function eventOf(type: EventType, state: UserState): LifecycleEvent {
  const { name, ...facts } = factsOf(state);
  return {
    ...newEvent(type, state),
    standing: state.active ? 'active' : 'gone',
    ...facts,
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

/** Okta sends its user id as externalId, Entra the object's id when it is mapped so. */
function externalIds(externalId: string | null): Identifier[] {
  if (!externalId?.trim()) return [];
  const value = externalId.trim();
  const own: Identifier[] = [{ kind: 'external-id', value }];
  if (OKTA_ID.test(value)) return [...own, { kind: 'okta-id', value }];
  return GUID.test(value) ? [...own, { kind: 'graph-id', value }] : own;
}

function userNameOf({ resource }: UserState): string | undefined {
  return typeof resource['userName'] === 'string' ? normalise(resource['userName']) : undefined;
}
