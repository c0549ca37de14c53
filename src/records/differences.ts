import { personOf } from '../lifecycle/owners.js';
import { ENDED, type FreshJob, type KeyGeneration, type Person, type ZoomUser } from '../lifecycle/person.js';
import { iso, type Changes, type Row } from './changes.js';
import { storeFacts } from './facts.js';
import type { Held } from './people.js';

/**
 * What became of the held people since they were loaded, as rows to write. People are values: whatever was not
 * touched is the same object as before, so comparing identities finds every change and nothing else.
 */
export function differences(held: Held): Changes {
  const known = knownParts(held);
  const changes = {
    people: [],
    links: [],
    standings: [],
    zoomUsers: [],
    keyStates: [],
    mergedJobs: [],
    jobEnds: [],
    jobStates: [],
    jobs: [],
  } as Required<
    Pick<
      Changes,
      | 'people'
      | 'links'
      | 'standings'
      | 'zoomUsers'
      | 'keyStates'
      | 'mergedJobs'
      | 'jobEnds'
      | 'jobStates'
      | 'jobs'
    >
  >;
  for (const person of held.people.values()) {
    const before = held.before.get(person.id);
    if (before === person) continue;
    if (!before || hasNewFields(person, before)) changes.people.push(personRow(person, held.now));
    const becameId = before && person.mergedInto && personOf(held.people, person.id)?.id;
    if (becameId) changes.mergedJobs.push({ id: person.id, merged_into: becameId });
    // A part that another person held before is new here, though itself unchanged.
    const fresh = <T extends object>(part: T) => known.get(part) !== person.id;
    changes.links.push(...person.links.filter(fresh).map((link) => linkRow(person, link)));
    changes.standings.push(...person.records.filter(fresh).map((record) => standingRow(person, record)));
    for (const user of person.zoomUsers.filter(fresh)) {
      changes.zoomUsers.push(zoomUserRow(person, user, held.now));
      changes.keyStates.push(
        ...user.keys.filter((key) => !known.has(key)).map((key) => keyRow(user, key, held.now)),
      );
    }
    for (const job of person.jobs.filter(fresh)) {
      const row = jobRow(person, job, held.now);
      if (job.fresh) changes.jobs.push({ ...row, ...freshJobRow(job, job.fresh, held.now) });
      else (row['finished_at'] === null ? changes.jobStates : changes.jobEnds).push(row);
    }
  }
  return changes;
}

function knownParts(held: Held): Map<object, string> {
  const known = new Map<object, string>();
  for (const person of held.before.values()) {
    for (const part of [...person.links, ...person.records, ...person.zoomUsers, ...person.jobs])
      known.set(part, person.id);
    for (const key of person.zoomUsers.flatMap((user) => user.keys)) known.set(key, person.id);
  }
  return known;
}

function hasNewFields(a: Person, b: Person): boolean {
  return (
    a.name !== b.name ||
    a.mail !== b.mail ||
    a.mergedInto !== b.mergedInto ||
    a.contestedAt !== b.contestedAt ||
    a.exposedAt !== b.exposedAt ||
    a.transferredAt !== b.transferredAt ||
    a.transferAsked !== b.transferAsked ||
    a.cancelledAt !== b.cancelledAt
  );
}

function personRow(person: Person, now: number): Row {
  return {
    id: person.id,
    name: person.name,
    mail: person.mail,
    merged_into: person.mergedInto ?? null,
    contested_at: iso(person.contestedAt),
    exposed_at: person.exposedAt.map((at) => iso(at)),
    transferred_at: iso(person.transferredAt),
    transfer_asked: iso(person.transferAsked),
    cancelled_at: iso(person.cancelledAt),
    created_at: iso(now),
  };
}

function linkRow(person: Person, link: Person['links'][number]): Row {
  return { kind: link.kind, value: link.value, person_id: person.id, claimed_at: iso(link.claimedAt) };
}

function standingRow(person: Person, one: Person['records'][number]): Row {
  const { record, standing, sequence, facts } = one;
  return {
    source_id: one.sourceId,
    record,
    person_id: person.id,
    standing,
    standing_at: iso(one.standingAt),
    sequence,
    facts: storeFacts(facts),
  };
}

function zoomUserRow(person: Person, user: ZoomUser, now: number): Row {
  return {
    id: user.id,
    person_id: person.id,
    mail: user.mail,
    standing: user.standing,
    standing_at: iso(user.standingAt),
    generation: user.generation,
    renew_after: iso(user.renewAfter),
    lease_token: user.lease?.token ?? null,
    lease_until: iso(user.lease?.until ?? null),
    created_at: iso(now),
  };
}

function keyRow(user: ZoomUser, key: KeyGeneration, now: number): Row {
  return {
    zoom_user_id: user.id,
    generation: key.generation,
    state: key.state,
    set_at: iso(key.setAt),
    replaced_at: key.state === 'previous' ? iso(now) : null,
    destroyed_at: key.state === 'destroyed' ? iso(now) : null,
  };
}

function jobRow(person: Person, job: Person['jobs'][number], now: number): Row {
  return {
    id: job.id,
    person_id: person.id,
    zoom_user_id: job.zoomUserId,
    state: job.state,
    code: job.code ?? null,
    attempts: job.attempts,
    next_attempt_at: job.state === 'queued' ? iso(now) : null,
    finished_at: ENDED.has(job.state) ? iso(now) : null,
  };
}

function freshJobRow(job: Person['jobs'][number], fresh: FreshJob, now: number): Row {
  return {
    action: job.action,
    reason: fresh.reason,
    priority: job.priority,
    source_id: fresh.sourceId,
    event_id: fresh.eventId,
    strikes: 0,
    next_attempt_at: iso(now),
    created_at: iso(now),
  };
}
