import { after } from '../../src/lifecycle/after.js';
import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import type { Person } from '../../src/lifecycle/person.js';
import type { People } from '../../src/lifecycle/owners.js';
import { resolve } from '../../src/lifecycle/resolve.js';
import { at, durations, identifier } from './people.js';

export const okta = (id: string) => ({ identifiers: [identifier('okta-id', id)] });
export const ann = { mail: 'ann@example.com' };
export const bob = { mail: 'bob@example.com' };

/** Takes events in, in order, and says who each was about. */
export function tell(people: People, ...events: [sourceId: string, event: LifecycleEvent][]): Person[] {
  const about = events.map(([sourceId, one]) => {
    const sourceKind = ['zoom', 'operator'].includes(sourceId) ? sourceId : 'scim';
    const newId = () => `person-${people.size + 1}`;
    const found = resolve(one, people, { sourceId, sourceKind, at: one.occurredAt!.getTime(), newId });
    const options = { sourceId, receivedAt: at(1_000), renewOnTransfer: true, durations };
    people.set(found.id, after(one, found, options).person);
    return found.id;
  });
  return about.map((id) => people.get(id) as Person);
}

/** Who has each Zoom user; throws when two have the same. */
export function zoomUsersOf(people: People): Record<string, string> {
  const owners: Record<string, string> = {};
  for (const one of people.values()) {
    for (const { id } of one.zoomUsers) {
      if (owners[id]) throw new Error(`two people have the Zoom user ${id}`);
      owners[id] = one.id;
    }
  }
  return owners;
}
