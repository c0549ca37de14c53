import { decideAgain } from '../../src/jobs/decide-again.js';
import { decide } from '../../src/lifecycle/decide.js';
import { personOf, type People } from '../../src/lifecycle/owners.js';
import type { Person } from '../../src/lifecycle/person.js';
import { heldKey, type Policies } from '../../src/lifecycle/wanted.js';

export interface Attempt {
  jobId: string;
  action: 'set' | 'clear';
  /** The generation it sets. */
  generation: number;
}

/** Everybody we know of, a worker that never fails, and what Zoom holds: a generation of ours, or nobody's. */
export interface World {
  people: People;
  policies: Policies;
  attempts: Map<string, Attempt>;
  zoom: Map<string, number | 'nobody'>;
  /** For whom each generation was drawn. */
  drawnFor: Map<string, string>;
  now: number;
  newId: () => string;
}

/** Commits what the worker made of somebody, and what is decided upon it. */
export function save(person: Person, world: World): void {
  const before = new Map(world.people);
  world.people.set(person.id, person);
  decideAgain(world.people, before, { held: world, newId: world.newId });
  commit(world);
}

/** What is finished is loaded no more; and what must hold of every commit does. */
export function commit({ people, policies, drawnFor }: World): void {
  for (const person of people.values()) {
    const jobs = person.jobs.filter(({ state }) => state !== 'done' && state !== 'superseded');
    people.set(person.id, { ...person, jobs });
  }
  const everybody = [...people.values()].filter((person) => !person.mergedInto);
  expectEachOnce('unfinished write job', everybody, (one) =>
    one.jobs.map((job) => job.zoomUserId ?? `none, for ${one.id}`),
  );
  expectEachOnce('Zoom user', everybody, (one) => one.zoomUsers.map((user) => user.id));
  expectEachOnce('record', everybody, (one) =>
    one.records.map((record) => `${record.sourceId} ${record.record}`),
  );
  expectEachOnce('link', everybody, (one) => one.links.map((link) => `${link.kind} ${link.value}`));
  for (const person of everybody) {
    const { moves, wanted } = decide(person, policies);
    if (moves.length > 0) throw new Error(`decided twice, and found another move: ${JSON.stringify(moves)}`);
    if (!wanted && person.jobs.some((job) => job.action === 'set'))
      throw new Error('a set for nobody who is wanted');
    for (const user of person.zoomUsers) {
      const key = heldKey(user);
      const drawn = key && personOf(people, drawnFor.get(`${user.id} ${key.generation}`) ?? '');
      if (drawn && drawn.id !== person.id) throw new Error('held: a key that was drawn for somebody else');
    }
  }
}

function expectEachOnce(what: string, everybody: Person[], keysOf: (person: Person) => string[]): void {
  const keys = everybody.flatMap(keysOf);
  const repeated = keys.find((key, index) => keys.indexOf(key) !== index);
  if (repeated !== undefined) throw new Error(`more than one ${what}: ${repeated}`);
}
