import type { LifecycleEvent } from '../lifecycle/event.js';

/** The built-in source by which operators speak; the first migration makes it. It alone gives nobody a key. */
export const OPERATOR_SOURCE_ID = '00000000-0000-7000-8000-000000000001';

interface Whom {
  id: string;
  mail: string | null;
}

/** They have left, whatever their sources say, until `restoreEvent`. */
export function clearEvent(person: Whom): LifecycleEvent {
  return { ...about(person), type: 'removed', standing: 'gone' };
}

export function restoreEvent(person: Whom): LifecycleEvent {
  return { ...about(person), type: 'changed', standing: 'active' };
}

/** A key drawn after now; a contested person is contested no longer. */
export function rotateEvent(person: Whom): LifecycleEvent {
  return { ...about(person), type: 'changed', rotate: true };
}

function about({ id, mail }: Whom) {
  return { record: id, subject: mail ?? id, occurredAt: null, sequence: 0 };
}
