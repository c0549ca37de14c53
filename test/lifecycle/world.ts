import { decideAgain, takeEvent } from '../../src/jobs/take-event.js';
import { decide } from '../../src/lifecycle/decide.js';
import type { Person, UnfinishedJob, ZoomUser } from '../../src/lifecycle/person.js';
import { ownerOfZoomUser, personOf, type People } from '../../src/lifecycle/owners.js';
import { heldKey, type Policies } from '../../src/lifecycle/wanted.js';
import { at, durations } from './people.js';
import { eventOf, type Arrival, type Story } from './story.js';

interface Attempt {
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
  const held = { now: ++world.now, policies, people, before: new Map(people) };
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
  if (then !== 'rest') work(then, world);
}

function work(what: 'begin' | 'finish', world: World): void {
  for (const person of [...world.people.values()]) for (const job of person.jobs) begin(job, world);
  if (what === 'begin') return;
  for (const [zoomUserId, attempt] of [...world.attempts]) finish(zoomUserId, attempt, world);
}

/** As `claim` does: what it is about to send is committed first, and one attempt at a time is made at a Zoom user. */
function begin({ id }: UnfinishedJob, world: World): void {
  const person = [...world.people.values()].find((one) => one.jobs.some((job) => job.id === id));
  const job = person?.jobs.find((one) => one.id === id);
  const user = person?.zoomUsers.find((one) => one.id === job?.zoomUserId);
  if (!person || !job || !user || world.attempts.has(user.id)) return;
  world.now++;
  const begun = job.action === 'clear' ? clearing(user) : drawn(user, world.now);
  if (begun.generation > user.generation) world.drawnFor.set(`${user.id} ${begun.generation}`, person.id);
  world.attempts.set(user.id, {
    jobId: id,
    action: job.action as 'set' | 'clear',
    generation: heldKey(begun)?.generation ?? 0,
  });
  const jobs = person.jobs.map((one) => (one === job ? { ...one, state: 'running' as const } : one));
  save({ ...withUser(person, begun), jobs }, world);
}

function clearing(user: ZoomUser): ZoomUser {
  const keys = user.keys.map((key) => ({
    ...key,
    state: key.state === 'previous' ? ('destroyed' as const) : ('clearing' as const),
  }));
  return { ...user, keys };
}

/** The pending key again, else a new one. */
function drawn(user: ZoomUser, now: number): ZoomUser {
  if (heldKey(user)?.state === 'pending') return user;
  const generation = user.generation + 1;
  const key = {
    generation,
    state: 'pending' as const,
    drawnAt: now,
    setAt: null,
    hash: `hash-${generation}`,
  };
  return { ...user, generation, keys: [...user.keys, key] };
}

/** As `record` does, whoever has the Zoom user by now, and whether or not the job is still wanted. */
function finish(zoomUserId: string, attempt: Attempt, world: World): void {
  const person = ownerOfZoomUser(world.people, zoomUserId) as Person;
  const user = person.zoomUsers.find((one) => one.id === zoomUserId) as ZoomUser;
  const keys = attempt.action === 'clear' ? [] : user.keys.map((key) => promoted(key, attempt.generation));
  world.now++;
  world.attempts.delete(zoomUserId);
  world.zoom.set(zoomUserId, attempt.action === 'clear' ? 'nobody' : attempt.generation);
  const jobs = person.jobs.map((job) =>
    job.id === attempt.jobId ? { ...job, state: 'done' as const } : job,
  );
  save({ ...withUser(person, { ...user, keys }), jobs }, world);
}

function promoted(key: ZoomUser['keys'][number], generation: number): ZoomUser['keys'][number] {
  if (key.generation === generation) return key.state === 'pending' ? { ...key, state: 'active' } : key;
  return key.state === 'active' ? { ...key, state: 'previous' } : { ...key, state: 'destroyed' };
}

function withUser(person: Person, user: ZoomUser): Person {
  return { ...person, zoomUsers: person.zoomUsers.map((one) => (one.id === user.id ? user : one)) };
}

function save(person: Person, world: World): void {
  const before = new Map(world.people);
  world.people.set(person.id, person);
  decideAgain(world.people, before, { held: world, newId: world.newId });
  commit(world);
}

/** What is finished is loaded no more; and what must hold of every commit does. */
function commit({ people, policies, drawnFor }: World): void {
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
