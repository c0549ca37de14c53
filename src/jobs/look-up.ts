import type pg from 'pg';
import { normalise } from '../lifecycle/event.js';
import type { HostKey } from '../lifecycle/host-key.js';
import { showingOf, type Showing } from '../lifecycle/showing.js';
import type { Client } from '../records/database.js';
import { transaction } from '../records/database.js';
import type { HostKeys } from '../records/host-keys.js';
import { findOpenAttempts, findSealed } from '../records/jobs.js';
import { holdPeople } from '../records/people.js';

export type WhoseKey = { mail: string } | { zoomUserId: string };

export interface ShownKeys {
  outcome: 'key';
  personId: string;
  zoomUserId: string;
  hostKey: HostKey;
  /** A change is in flight, or its outcome unknown: one of `others` may be the one in force. */
  settling: boolean;
  others: HostKey[];
  /** The one before, for a meeting that was already running when it was replaced. */
  previous: HostKey | null;
}

export type LookUp =
  | ShownKeys
  | {
      outcome: 'refused';
      code: Extract<Showing, { show: 'nothing' }>['code'] | 'PERSON_UNKNOWN' | 'KEY_UNREADABLE';
      personId: string | null;
    };

export interface LookUpOptions {
  pool: pg.Pool;
  keys: HostKeys;
}

/** The key that somebody asks for. Reads under the person's lock, so that it never overtakes a leaver's event. */
export async function lookUp(whose: WhoseKey, options: LookUpOptions): Promise<LookUp> {
  const links = 'mail' in whose ? [{ kind: 'mail' as const, value: normalise(whose.mail) }] : [];
  const zoomUserIds = 'zoomUserId' in whose ? [whose.zoomUserId] : [];
  return transaction(options.pool, async (client) => {
    const held = await holdPeople(client, { links, zoomUserIds });
    const person = [...held.people.values()].find((one) =>
      'mail' in whose
        ? one.links.some((link) => link.kind === 'mail' && link.value === links[0]?.value)
        : one.zoomUsers.some((user) => user.id === whose.zoomUserId),
    );
    if (!person) return { outcome: 'refused', code: 'PERSON_UNKNOWN', personId: null };
    const open = new Map<string, (number | null)[]>();
    for (const user of person.zoomUsers)
      open.set(
        user.id,
        (await findOpenAttempts(client, user.id)).map((one) => one.generation),
      );
    const showing = showingOf(person, held.policies, (id) => open.get(id) ?? []);
    if (showing.show === 'nothing') return { outcome: 'refused', code: showing.code, personId: person.id };
    return openAll(client, person.id, showing, options.keys);
  });
}

async function openAll(
  client: Client,
  personId: string,
  showing: Extract<Showing, { show: 'keys' }>,
  keys: HostKeys,
): Promise<LookUp> {
  const { zoomUserId, generations, settling } = showing;
  const opened: (HostKey | null)[] = [];
  for (const generation of generations)
    opened.push(await openGeneration(client, zoomUserId, generation, keys));
  const previous =
    showing.previous === null ? null : await openGeneration(client, zoomUserId, showing.previous, keys);
  const [hostKey, ...others] = opened.filter((key) => key !== null);
  if (!hostKey) return { outcome: 'refused', code: 'KEY_UNREADABLE', personId };
  return { outcome: 'key', personId, zoomUserId, hostKey, settling, others, previous };
}

async function openGeneration(
  client: Client,
  zoomUserId: string,
  generation: number,
  keys: HostKeys,
): Promise<HostKey | null> {
  const sealed = await findSealed(client, zoomUserId, generation);
  return sealed === null ? null : keys.open(sealed, zoomUserId, generation);
}
