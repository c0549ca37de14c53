import type pg from 'pg';
import type { Identifier } from '../lifecycle/event.js';
import { addChanges, writeChanges, type Changes } from '../records/changes.js';
import { transaction, type Client } from '../records/database.js';
import { differences } from '../records/differences.js';
import { beginLocking, holdPeople, type Held } from '../records/people.js';
import { peopleBeside, peopleOf, type RecordFilter } from '../records/people-of.js';
import type { Brake } from './brake.js';
import type { Tell } from './relay.js';
import { addToTally, newTally, type Tally } from './tally.js';
import { decideAgain } from './decide-again.js';

export interface RedecideOptions {
  pool: pg.Pool;
  tell: Tell;
  newId: () => string;
  brake: Brake;
  /** Whose jobs they will be, and whose brake they pass; without it, they follow from what we did ourselves. */
  sourceId?: string;
  priority?: number;
  /** Nothing is written or told, and nothing braked: to see what would follow. */
  dryRun?: boolean;
}

/** What is changed about people before they are decided upon, in the same transaction. */
export interface Change {
  personIds: string[];
  /** By which others are found whom the change may touch. */
  links?: Identifier[];
  zoomUserIds?: string[];
  /** What no other transaction may bring into the world meanwhile. */
  identifiers?: string[];
  /** Changes `held`; what it returns is written with it. */
  apply?: (held: Held) => Changes;
}

const CHUNK = 100;

/** Wanted against held anew, after something that is no event of theirs: a source removed, its settings changed. */
export async function redecide(personIds: string[], options: RedecideOptions): Promise<void> {
  for (let start = 0; start < personIds.length; start += CHUNK) {
    await redecideAfter({ personIds: personIds.slice(start, start + CHUNK) }, options);
  }
}

/** Those of one transaction: few enough that nobody waits long for them. */
export async function redecideAfter(change: Change, options: RedecideOptions): Promise<Held> {
  const work = (client: Client) => decideAfter(client, change, options);
  const held = await transaction(options.pool, work, beginLocking(change.identifiers ?? []));
  if (!options.dryRun) options.tell.people(held.people.values());
  return held;
}

async function decideAfter(client: Client, change: Change, options: RedecideOptions): Promise<Held> {
  const { newId, brake, sourceId, priority, dryRun } = options;
  const { personIds, links = [], zoomUserIds = [], apply } = change;
  const held = await holdPeople(client, { links, zoomUserIds, personIds });
  const changes = apply?.(held) ?? {};
  decideAgain(held.people, new Map(), {
    held,
    newId,
    ...(sourceId && { sourceId }),
    ...(priority !== undefined && { priority }),
  });
  if (dryRun) return held;
  await brake(client, held);
  addChanges(changes, differences(held));
  await writeChanges(client, changes);
  return held;
}

export interface Redeciding {
  changeFor?: (personIds: string[]) => Promise<Change>;
  /** After each transaction. */
  onDecided?: (held: Held) => void;
  /** To count on. */
  tally?: Tally;
}

export interface PeopleOfSource extends Redeciding {
  /** Those who have a record that it fits; everybody, when left out. */
  filter?: RecordFilter;
}

/** The people of a source, some at a time. Said again, it does what was left when it was broken off. */
export function redecidePeopleOf(
  sourceId: string,
  { filter, ...redeciding }: PeopleOfSource,
  options: RedecideOptions,
): Promise<Tally> {
  return redecideEach(peopleOf(options.pool, sourceId, filter), sourceId, redeciding, options);
}

/** All others: whose keys a source decides about without speaking of them, since it has entitled groups. */
export function redecideOthers(
  sourceId: string,
  redeciding: Redeciding,
  options: RedecideOptions,
): Promise<Tally> {
  return redecideEach(peopleBeside(options.pool, sourceId), sourceId, redeciding, options);
}

async function redecideEach(
  people: AsyncIterable<string[]>,
  sourceId: string,
  { changeFor, onDecided, tally = newTally() }: Redeciding,
  options: RedecideOptions,
): Promise<Tally> {
  for await (const personIds of people) {
    const change = (await changeFor?.(personIds)) ?? { personIds };
    const held = await redecideAfter(change, { ...options, sourceId });
    addToTally(tally, personIds, held, sourceId);
    onDecided?.(held);
  }
  return tally;
}
