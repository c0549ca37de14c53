import { ownerOfZoomUser } from '../../src/lifecycle/owners.js';
import type { Person, UnfinishedJob, ZoomUser } from '../../src/lifecycle/person.js';
import { heldKey } from '../../src/lifecycle/wanted.js';
import type { Work } from './story.js';
import { save, type Attempt, type World } from './world.js';

/** A worker that never fails: begins what can begin, and unless told otherwise finishes what is under way. */
export function work(what: Work, world: World): void {
  if (what === 'rest') return;
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
    mayBeApplied: true,
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
