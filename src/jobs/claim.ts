import type { HostKey } from '../lifecycle/host-key.js';
import type { Person, ZoomUser } from '../lifecycle/person.js';
import { addChanges, writeChanges, type Changes } from '../records/changes.js';
import { transaction, type Client } from '../records/database.js';
import { differences } from '../records/differences.js';
import { findOpenAttempts, putOffJob, type JobRow } from '../records/jobs.js';
import { findPause, type PausedCall } from '../records/pauses.js';
import type { Held } from '../records/people.js';
import { holdJob, type HeldJob } from './held-job.js';
import { momentIn, type Moment } from './moment.js';
import type { RunOptions } from './run-options.js';
import { decideAgain } from './decide-again.js';
import { attemptRow, newKeyRow, quietUntil, userSending, valueToSend } from './value.js';

/** An attempt that may be made: its value is sealed, its intention is committed, its lease runs. */
export interface WriteClaim {
  kind: 'write';
  action: 'set' | 'clear';
  jobId: string;
  number: number;
  personId: string;
  zoomUserId: string;
  /** The generation being set; null for a clear. */
  generation: number | null;
  hostKey: HostKey;
  /** When Zoom last said whether the user is active, as far as we knew. */
  standingAt: number | null;
  leaseToken: string;
  /** By this machine's clocks, never later than the lease in the database. */
  leaseEndsAt: Moment;
  priority: number;
}

export type Claim = WriteClaim | FindClaim | Skip;

/** Zoom is to be asked for the person's user first; null when they have no mail to ask by. */
export interface FindClaim {
  kind: 'find';
  mail: string | null;
  /** What Zoom answers is as old as this at most: what its source says of a later time is newer. */
  askedAt: number;
  priority: number;
}

interface Skip {
  kind: 'skip';
  why: string;
  /** Whose jobs changed on the way: to be told once this is committed. */
  people: Person[];
}

/** Takes the job for this worker, or says why not. Everything that must be known after a crash is committed here. */
export async function claim(jobId: string, attempt: number, options: RunOptions): Promise<Claim> {
  const leaseEndsAt = momentIn(options.durations.leaseMs);
  return transaction(options.pool, async (client) => {
    const found = await holdJob(client, jobId);
    if (!found) return skip('unknown');
    const { held, job } = found;
    const notNow = whyNotNow(job, attempt, held.now);
    if (notNow) return skip(notNow);
    return claimHeld(client, found, leaseEndsAt, options);
  });
}

function whyNotNow(job: JobRow, attempt: number, now: number): string | null {
  if (job.finished) return 'finished';
  if (job.attempts + 1 !== attempt) return 'another attempt';
  if (job.state === 'running' || job.state === 'braked') return job.state;
  return job.nextAttemptAt > now + 1_000 ? 'not due' : null;
}

/** Goes on under the locks already held: decides afresh, then takes the lease. */
export async function claimHeld(
  client: Client,
  found: HeldJob,
  leaseEndsAt: Moment,
  options: RunOptions,
): Promise<Claim> {
  const { held, job } = found;
  held.people.set(found.person.id, { ...found.person });
  decideAgain(held.people, held.before, { held, newId: options.newId });
  const person = held.people.get(found.person.id) as Person;
  const mine = person.jobs.find((one) => one.id === job.id);
  if (mine?.state === 'superseded' || !mine) {
    await writeChanges(client, await decided(client, held, options));
    return skip('superseded', [...held.people.values()]);
  }
  const user = person.zoomUsers.find((one) => one.id === mine.zoomUserId);
  if (!user) return claimFind(client, { held, job, person }, options);
  return claimWrite(
    client,
    { held, job: { ...job, zoomUserId: user.id }, person },
    user,
    leaseEndsAt,
    options,
  );
}

async function claimFind(client: Client, found: HeldJob, options: RunOptions): Promise<Claim> {
  const { held, job, person } = found;
  const paused = await pausedClaim(client, found, 'find', options);
  if (paused) return paused;
  await writeChanges(client, await decided(client, held, options));
  return { kind: 'find', mail: ownMail(person), askedAt: held.now, priority: job.priority };
}

/** A mail of theirs, rather than one that has become somebody else's: the one shown, or the last one claimed. */
function ownMail({ mail, links }: Person): string | null {
  const own = links.filter((link) => link.kind === 'mail').sort((a, b) => b.claimedAt - a.claimedAt);
  return (own.find((link) => link.value === mail) ?? own[0])?.value ?? null;
}

async function pausedClaim(
  client: Client,
  found: HeldJob,
  call: PausedCall,
  options: RunOptions,
): Promise<Claim | null> {
  const about = { call, personId: found.person.id, now: found.held.now };
  const pause = await findPause(client, about, options.durations.probeMs);
  return pause && postpone(client, found, options, pause.until, 'paused', pause.code);
}

async function claimWrite(
  client: Client,
  found: HeldJob,
  user: ZoomUser,
  leaseEndsAt: Moment,
  options: RunOptions,
): Promise<Claim> {
  const { held, job, person } = found;
  if (user.lease && user.lease.until > held.now)
    return postpone(client, found, options, user.lease.until, 'leased');
  const open = await findOpenAttempts(client, user.id);
  const value = await valueToSend(client, job, user, options);
  const quiet = quietUntil(open, value.hash, options.durations.zoomTimeoutMs);
  if (quiet > held.now) return postpone(client, found, options, quiet, 'quiet');
  const paused = await pausedClaim(client, found, 'write', options);
  if (paused) return paused;
  const lease = { token: options.newLeaseToken(), until: held.now + options.durations.leaseMs };
  const number = job.attempts + 1;
  const changes: Changes = {};
  person.jobs = person.jobs.map((one) =>
    one.id === job.id ? { ...one, state: 'running', attempts: number } : one,
  );
  person.zoomUsers = person.zoomUsers.map((one) =>
    one.id === user.id ? { ...userSending(one, job, value), lease } : one,
  );
  addChanges(changes, await decided(client, held, options));
  if (value.sealed) addChanges(changes, { hostKeys: [newKeyRow(user.id, value, held.now)] });
  addChanges(changes, { attempts: [attemptRow(job, number, user.id, value, lease, held.now)] });
  await writeChanges(client, changes);
  return {
    kind: 'write',
    action: job.action as 'set' | 'clear',
    jobId: job.id,
    number,
    personId: person.id,
    zoomUserId: user.id,
    generation: value.generation,
    hostKey: value.hostKey,
    standingAt: user.standingAt,
    leaseToken: lease.token,
    leaseEndsAt,
    priority: job.priority,
  };
}

/** What was decided on the way, braked last: nothing is locked after the brake. */
async function decided(client: Client, held: Held, { brake }: RunOptions): Promise<Changes> {
  await brake(client, held);
  return differences(held);
}

/** Puts the job off without counting an attempt; a code says what stands in its way. */
async function postpone(
  client: Client,
  { held, job }: HeldJob,
  options: RunOptions,
  until: number,
  why: string,
  code: string | null = null,
): Promise<Claim> {
  await writeChanges(client, await decided(client, held, options));
  await putOffJob(client, job.id, until, code);
  return skip(why);
}

export function skip(why: string, people: Person[] = []): Skip {
  return { kind: 'skip', why, people };
}
