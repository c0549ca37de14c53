import { after, effectiveTime, type Applied } from '../lifecycle/after.js';
import { isRejected, type LifecycleEvent, type ReadEvent } from '../lifecycle/event.js';
import { linksOf } from '../lifecycle/links.js';
import { recognise } from '../lifecycle/recognise.js';
import { resolve } from '../lifecycle/resolve.js';
import type { Person, SourcePolicy, SourceRecord } from '../lifecycle/person.js';
import type { Durations } from '../lifecycle/durations.js';
import { recordKey } from '../records/entitled.js';
import type { Held } from '../records/people.js';
import { decideAgain, resend } from './decide-again.js';
import { unbrake, wake } from './plan.js';

export interface EventOutcome {
  outcome: 'applied' | 'late' | 'no-change' | 'observed' | 'rejected';
  type: string | null;
  reason: string | null;
  personId: string | null;
}

export interface TakeOptions {
  held: Held;
  sourceId: string;
  eventId: string;
  newId: () => string;
  rotateOnTransfer: boolean;
  durations: Durations;
}

/** Takes one event into the people held: who it is about, what it changes, and which jobs follow. */
export function takeEvent(event: ReadEvent, options: TakeOptions): EventOutcome {
  const policy = options.held.policies.get(options.sourceId);
  const refused = refusal(event, policy);
  if (refused || !policy || isRejected(event))
    return { outcome: 'rejected', type: null, reason: refused, personId: null };
  const { people } = options.held;
  const untouched = new Map(people);
  const applied = apply(event, policy, options);
  let person = withEntitlement(applied.person, event.record, options);
  const opened = !policy.observed && (event.zoomStanding === 'active' || event.mail !== undefined);
  if (applied.outcome === 'applied' && opened) person = wake(person);
  people.set(person.id, person);
  decideAgain(people, untouched, options);
  if (policy.kind === 'operator') people.set(person.id, meant(people.get(person.id) ?? person, event));
  if (applied.resend) people.set(person.id, resend(people.get(person.id) ?? person, event.record, options));
  const outcome = policy.observed && applied.outcome === 'applied' ? 'observed' : applied.outcome;
  return { outcome, type: applied.type, reason: applied.reason, personId: person.id };
}

/** A record of which we first hear may have belonged to a group for long. */
function withEntitlement(person: Person, record: string, { held, sourceId }: TakeOptions): Person {
  if (!held.entitled.has(recordKey(sourceId, record))) return person;
  const isIt = (one: SourceRecord) => one.sourceId === sourceId && one.record === record && !one.entitled;
  if (!person.records.some(isIt)) return person;
  return { ...person, records: person.records.map((one) => (isIt(one) ? { ...one, entitled: true } : one)) };
}

/** What an operator asks for is never braked, nor is it when a source had asked for it before. */
function meant(person: Person, { standing, rotate }: LifecycleEvent): Person {
  const action = standing === 'gone' ? 'clear' : rotate ? 'set' : null;
  return unbrake(person, (job) => job.action === action);
}

function apply(event: LifecycleEvent, policy: SourcePolicy, options: TakeOptions): Applied {
  const { held, sourceId, durations, newId } = options;
  const at = effectiveTime(event, held.now, durations);
  const whom = { sourceId, sourceKind: policy.kind, at, newId };
  const person = (policy.observed ? recognise : resolve)(event, held.people, whom);
  const renewOnTransfer = options.rotateOnTransfer && !policy.observed;
  const when = { sourceId, receivedAt: held.now, renewOnTransfer, durations };
  const applied = after(heard(event, policy), person, when);
  if (!policy.observed) return applied;
  return { ...applied, person: { ...applied.person, zoomUsers: person.zoomUsers } };
}

/** An observed source is heard about standings and links; what it says of keys and Zoom users asks for nothing. */
function heard(event: LifecycleEvent, { observed }: SourcePolicy): LifecycleEvent {
  if (!observed) return event;
  const { seenKeyHashes: _unheard, ...rest } = event;
  return rest.type === 'exposed' ? { ...rest, type: 'changed' } : rest;
}

function refusal(event: ReadEvent, policy: SourcePolicy | undefined): string | null {
  if (!policy || policy.removed) return 'the source was removed';
  if (isRejected(event)) return event.reason;
  if (policy.domains.length === 0) return null;
  const mails = linksOf(event).filter((link) => link.kind === 'mail');
  const foreign = mails
    .map((mail) => mail.value.split('@').at(-1) ?? '')
    .find((domain) => !policy.domains.includes(domain));
  return foreign === undefined ? null : `this source may not speak for mails of ${foreign}`;
}
