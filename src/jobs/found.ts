import { withZoomUserStanding } from '../lifecycle/after.js';
import { normalise } from '../lifecycle/event.js';
import type { Link, Person } from '../lifecycle/person.js';
import { giveZoomUser } from '../lifecycle/claim.js';
import { ownerOfZoomUser } from '../lifecycle/owners.js';
import { iso, writeChanges } from '../records/changes.js';
import { transaction, type Client } from '../records/database.js';
import { differences } from '../records/differences.js';
import { beginLocking } from '../records/people.js';
import type { CallAbout } from '../records/pauses.js';
import type { Then, ZoomFailure } from '../zoom/failure.js';
import type { ZoomUser } from '../zoom/actions/find-user.js';
import { alertIfOverdue, thenOf } from './after-failure.js';
import { resumeAll } from './after-success.js';
import { claimHeld, skip, type Claim, type FindClaim } from './claim.js';
import { holdJob, type HeldJob } from './held-job.js';
import { withGivenUp } from './given-up.js';
import { momentIn } from './moment.js';
import { nextStep } from './retry.js';
import type { RunOptions } from './run-options.js';
import { decideAgain } from './decide-again.js';

/** What Zoom said when asked for a person's user. */
export type Looked =
  { outcome: 'found'; user: ZoomUser } | { outcome: 'nobody' } | { outcome: 'failure'; failure: ZoomFailure };

/**
 * Takes what Zoom says of a waiting set's person: an active user is theirs and the set goes on at once; otherwise
 * the set waits for Zoom's webhook or the next hour. The standing is read again under the lock, so that a webhook
 * that came meanwhile is not lost.
 */
export async function takeFound(
  jobId: string,
  attempt: number,
  looked: Looked,
  options: RunOptions & Pick<FindClaim, 'askedAt'>,
): Promise<Claim> {
  const leaseEndsAt = momentIn(options.durations.leaseMs);
  const user = looked.outcome === 'found' && looked.user.id ? { ...looked.user, id: looked.user.id } : null;
  const links = user ? [{ kind: 'mail' as const, value: normalise(user.email) }] : [];
  const work = async (client: Client) => {
    const found = await holdJob(client, jobId, { links, zoomUserIds: user ? [user.id] : [] });
    if (!found || found.job.finished || found.job.attempts + 1 !== attempt) return skip('overtaken');
    const person = user ? withFoundUser(found, user, options.askedAt) : found.person;
    if (looked.outcome !== 'failure') await resumeAll(client, callAbout(found), options);
    if (person.zoomUsers.some((one) => one.standing === 'active')) {
      return claimHeld(client, { ...found, person }, leaseEndsAt, options);
    }
    return wait(client, found, looked, options);
  };
  return transaction(options.pool, work, beginLocking(user ? identifiersOf(user) : []));
}

/** The same that a notice of Zoom's about this user locks: two may not bring it into the world at once. */
function identifiersOf({ id, email }: ZoomUser & { id: string }): string[] {
  return [`zoom-user ${id}`, `mail ${normalise(email)}`];
}

async function wait(client: Client, found: HeldJob, looked: Looked, options: RunOptions): Promise<Claim> {
  const { held, job } = found;
  const then =
    looked.outcome === 'failure' ? await thenOf(client, looked.failure, callAbout(found), options) : 'wait';
  decideAgain(held.people, held.before, { held, newId: options.newId });
  await options.brake(client, held);
  await writeChanges(client, differences(held));
  const mine = held.people.get(job.personId)?.jobs.find((one) => one.id === job.id);
  if (mine?.state === 'superseded') return skip('superseded', [...held.people.values()]);
  const row = waitRow(found, looked, then, options);
  await writeChanges(client, { jobStates: [row] });
  // Their own job waits: of them only what failed is to be told.
  const isTold = (one: Person) => one.id !== job.personId || row.state === 'failed';
  const told = withGivenUp(held.people.values(), [row]);
  return skip(row.code, told.filter(isTold));
}

function callAbout({ held, job }: HeldJob): CallAbout {
  return { call: 'find', personId: job.personId, now: held.now };
}

/** The Zoom user follows its mail's owner: whoever had it before has it no longer. */
function withFoundUser({ held, person }: HeldJob, user: ZoomUser & { id: string }, askedAt: number): Person {
  const mail = normalise(user.email);
  const owner = [...held.people.values()].find((one) => one.links.some((link) => isMail(link, mail)));
  if (owner && owner.id !== person.id) return person;
  const holder = ownerOfZoomUser(held.people, user.id);
  if (holder && isRenamedSince(holder, user.id, mail, askedAt)) return person;
  if (holder && holder.id !== person.id) giveZoomUser(user.id, holder, person, held.people);
  const next = withZoomUserStanding(
    held.people.get(person.id) ?? person,
    user.id,
    user.status,
    askedAt,
    mail,
  );
  held.people.set(next.id, next);
  return next;
}

/** Whether its source gave the Zoom user another mail while Zoom was being asked. */
function isRenamedSince({ records }: Person, id: string, mail: string, askedAt: number): boolean {
  const told = records.find((one) => one.record === id)?.facts['mail'];
  return told !== undefined && told.at > askedAt && told.value !== mail;
}

function isMail({ kind, value }: Link, mail: string): boolean {
  return kind === 'mail' && value === mail;
}

function waitRow({ held, job }: HeldJob, looked: Looked, then: Then, options: RunOptions) {
  const failure = looked.outcome === 'failure' ? looked.failure : null;
  const code = failure?.code ?? waitCode(looked);
  const trouble = { then, code, ...(failure?.rate && { delayMs: failure.rate.delayMs }) };
  const { clockSpeed, random, log } = options;
  const facts = {
    action: 'set' as const,
    strikes: job.strikes,
    mayBeApplied: false,
    refusedValues: 0,
    clockSpeed,
    random,
  };
  const step = nextStep(trouble, facts);
  const fields = { jobId: job.id, personId: job.personId, code };
  const alerted = step.state !== 'failed' && alertIfOverdue(job, held.now, fields, options);
  if (step.state === 'failed') log.error(fields, 'job gave up');
  else if (!alerted) log.info(fields, 'job waits for zoom');
  return {
    id: job.id,
    person_id: job.personId,
    zoom_user_id: null,
    state: step.state,
    code,
    attempts: job.attempts + 1,
    strikes: step.strikes,
    next_attempt_at: step.state === 'failed' ? null : iso(held.now + step.delayMs),
    finished_at: step.state === 'failed' ? iso(held.now) : null,
    alerted_at: alerted ? iso(held.now) : null,
  };
}

function waitCode(looked: Looked): string {
  if (looked.outcome !== 'found') return 'ZOOM_USER_NOT_FOUND';
  return looked.user.status === 'inactive' ? 'ZOOM_USER_INACTIVE' : 'ZOOM_USER_PENDING';
}
