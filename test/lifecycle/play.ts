import { takeEvent } from '../../src/jobs/take-event.js';
import type { Policies } from '../../src/lifecycle/wanted.js';
import { at, durations } from './people.js';
import { eventOf, type Arrival, type Story } from './story.js';
import { work } from './worker.js';
import { commit, type World } from './world.js';

/** Plays a story to its end, looking after each step whether the promises hold. */
export function play({ arrivals }: Story, policies: Policies): World {
  let ids = 0;
  const newId = () => String(++ids).padStart(4, '0');
  const world: World = {
    people: new Map(),
    policies,
    attempts: new Map(),
    zoom: new Map(),
    drawnFor: new Map(),
    now: at(0),
    newId,
  };
  for (const arrival of arrivals) arrive(arrival, world);
  for (let round = 0; round < 9; round++) work('finish', world);
  return world;
}

function arrive({ telling, then }: Arrival, world: World): void {
  const { people, policies, newId } = world;
  const held = { now: ++world.now, policies, people, before: new Map(people), entitled: new Set<string>() };
  const options = {
    held,
    sourceId: telling.source,
    eventId: newId(),
    newId,
    rotateOnTransfer: true,
    durations,
  };
  takeEvent(eventOf(telling), options);
  commit(world);
  work(then, world);
}
