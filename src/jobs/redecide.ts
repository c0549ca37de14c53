import type pg from 'pg';
import { writeChanges } from '../records/changes.js';
import { transaction } from '../records/database.js';
import { differences } from '../records/differences.js';
import { holdPeople } from '../records/people.js';
import type { Tell } from './relay.js';
import { decideAgain } from './take-event.js';

export interface RedecideOptions {
  pool: pg.Pool;
  tell: Tell;
  newId: () => string;
}

const CHUNK = 100;

/** Wanted against held anew, after something that is no event of theirs: a source removed, its settings changed. */
export async function redecide(personIds: string[], options: RedecideOptions): Promise<void> {
  for (let start = 0; start < personIds.length; start += CHUNK) {
    await redecideSome(personIds.slice(start, start + CHUNK), options);
  }
}

async function redecideSome(personIds: string[], { pool, tell, newId }: RedecideOptions): Promise<void> {
  const held = await transaction(pool, async (client) => {
    const held = await holdPeople(client, { links: [], records: [], zoomUserIds: [], personIds });
    decideAgain(held.people, new Map(), { held, newId });
    await writeChanges(client, differences(held));
    return held;
  });
  tell.people(held.people.values());
}
