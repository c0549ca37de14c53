import type { Core } from '../../src/assemble/core.js';
import type { Intake } from '../../src/jobs/intake.js';
import type { LifecycleEvent, ReadEvent } from '../../src/lifecycle/event.js';
import { HostKey } from '../../src/lifecycle/host-key.js';
import type { RehearsalZoom } from '../../src/rehearsal/zoom.js';

type ZoomUser = ReturnType<RehearsalZoom['users']['add']>;

/** A connected system; `name` is its kind unless told otherwise. */
export async function addSource(
  { database, newId }: Pick<Core, 'database' | 'newId'>,
  kind: string,
  name = kind,
): Promise<string> {
  const id = newId();
  await database.prisma.source.create({ data: { id, name, kind } });
  return id;
}

export function intakeOf(sourceId: string, ...events: ReadEvent[]): Intake {
  return { sourceId, noticeKey: null, body: {}, events };
}

/** What a source that knows people by their mail says of one of them. */
export function told(mail: string, more: Partial<LifecycleEvent> = {}): LifecycleEvent {
  return {
    type: 'changed',
    record: `record of ${mail}`,
    subject: mail,
    occurredAt: null,
    sequence: 0,
    mail,
    ...more,
  };
}

export function joined(mail: string, more: Partial<LifecycleEvent> = {}): LifecycleEvent {
  return told(mail, { type: 'created', standing: 'active', ...more });
}

export function left(mail: string, more: Partial<LifecycleEvent> = {}): LifecycleEvent {
  return told(mail, { type: 'removed', standing: 'gone', ...more });
}

/** What Zoom's own source says of one of its users. */
export function zoomSaid(
  user: Pick<ZoomUser, 'id' | 'email'>,
  zoomStanding: NonNullable<LifecycleEvent['zoomStanding']>,
): LifecycleEvent {
  const standing = zoomStanding === 'active' ? ('active' as const) : ('gone' as const);
  const type = standing === 'active' ? ('created' as const) : ('removed' as const);
  return { ...told(user.email, { type, standing, zoomStanding }), record: user.id };
}

/** `user.updated` with a host key in it, as it looks once the key is hashed. */
export function zoomShowed(
  { keys }: Pick<Core, 'keys'>,
  user: Pick<ZoomUser, 'id' | 'email'>,
  digits: string,
  occurredAt: Date | null = null,
): LifecycleEvent {
  const seenKeyHashes = keys.hashes(HostKey.parse(digits), user.id);
  return { type: 'changed', record: user.id, subject: user.email, occurredAt, sequence: 0, seenKeyHashes };
}
