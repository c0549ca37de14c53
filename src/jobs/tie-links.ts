import type { Identifier } from '../lifecycle/event.js';
import type { Person } from '../lifecycle/person.js';
import { tie, type Tied } from '../lifecycle/tie.js';
import type { Held } from '../records/people.js';
import { mergesOf } from './accept.js';
import { wake } from './plan.js';
import { redecideAfter, type RedecideOptions } from './redecide.js';

export interface TiedRow {
  outcome: Tied['outcome'];
  /** How many people were found to be the one. */
  merged: number;
}

/**
 * Ties each row's identifiers together, in one transaction and under the locks of every notice that speaks of them.
 * What follows for the people is decided at once; their new clears and rotations pass the brake.
 *
 * @returns what became of each row, in their order
 */
export async function tieLinks(
  rows: readonly (readonly Identifier[])[],
  options: RedecideOptions,
): Promise<TiedRow[]> {
  const links = rows.flat();
  let tied: TiedRow[] = [];
  const apply = (held: Held) => {
    tied = rows.map((row) => tieRow(row, held));
    return { audit: mergesOf(held, options.newId) };
  };
  const identifiers = links.map(({ kind, value }) => `${kind} ${value}`);
  await redecideAfter({ personIds: [], links, identifiers, apply }, options);
  return tied;
}

function tieRow(links: readonly Identifier[], { people }: Held): TiedRow {
  const tied = tie(links, people);
  if (!('person' in tied)) return { outcome: tied.outcome, merged: 0 };
  const { outcome, person, merged } = tied;
  if (outcome === 'linked' && hasMail(person)) people.set(person.id, wake(person));
  return { outcome, merged };
}

/** Without one Zoom cannot be asked again. */
function hasMail({ links }: Person): boolean {
  return links.some((link) => link.kind === 'mail');
}
