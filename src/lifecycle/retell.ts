import { withZoomUser } from './after.js';
import type { LifecycleEvent } from './event.js';
import type { People } from './owners.js';
import type { Person, SourceRecord } from './person.js';
import { resolve, type ResolveOptions } from './resolve.js';

/**
 * What a record says of who and where somebody is, as events of the times at which it was said. Zoom's standing of
 * a deactivated user is told as `gone`: where no key can be set, it makes no difference.
 */
export function retell(record: SourceRecord, sourceKind: string): LifecycleEvent[] {
  const about = { type: 'changed', record: record.record, subject: record.record } as const;
  const { mail } = record.facts;
  const events: LifecycleEvent[] = [];
  if (mail) {
    const isLast = record.standing === 'gone' && record.standingAt === mail.at;
    events.push({
      ...about,
      ...(isLast && { standing: 'gone' }),
      occurredAt: new Date(mail.at),
      sequence: mail.sequence,
      mail: mail.value,
    });
  }
  if (sourceKind === 'zoom' && record.standing !== null && record.standingAt !== null) {
    const { standing: zoomStanding, standingAt, sequence } = record;
    events.push({ ...about, occurredAt: new Date(standingAt), sequence, zoomStanding });
  }
  return events;
}

/**
 * Takes what a source said while it was observed as any other source's word is taken: mails go to the newest claim,
 * two people found to be one are merged, Zoom users follow. A second time changes nothing.
 */
export function hearAgain(
  record: SourceRecord,
  people: People,
  options: Omit<ResolveOptions, 'at'>,
): Person | undefined {
  let heard: Person | undefined;
  for (const event of retell(record, options.sourceKind)) {
    const at = event.occurredAt?.getTime() ?? 0;
    const person = resolve(event, people, { ...options, at });
    heard = withZoomUser(person, event, record, at);
    people.set(heard.id, heard);
  }
  return heard;
}
