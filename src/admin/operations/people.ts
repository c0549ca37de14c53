import { z } from 'zod';
import { clearEvent, OPERATOR_SOURCE_ID, restoreEvent, rotateEvent } from '../../jobs/operator.js';
import { isCancelled } from '../../lifecycle/cancel.js';
import type { LifecycleEvent } from '../../lifecycle/event.js';
import type { Person, ZoomUser } from '../../lifecycle/person.js';
import { isWanted, type Policies } from '../../lifecycle/wanted.js';
import { addAudit } from '../../records/audit.js';
import { transaction } from '../../records/database.js';
import type { FoundPerson } from '../../records/find-person.js';
import { listEvents, listJobs } from '../../records/listings.js';
import { holdPeople } from '../../records/people.js';
import { parseInput, whoInput } from '../input.js';
import type { OperationsParts } from './parts.js';
import { requirePerson } from './narrow.js';
import { drop } from './standings.js';

const personInput = z.strictObject({ who: whoInput });

const RECENT = 10;

type Parts = Pick<OperationsParts, 'pool' | 'prisma' | 'acceptor' | 'tell' | 'newId' | 'brake'>;

export function createPeopleOperations(parts: Parts) {
  return {
    show: (given: unknown) => show(parts, given),
    /** They have left, whatever their sources say; never braked. */
    clear: (by: string, given: unknown) => say(parts, { by, action: 'people.clear', given }, clearEvent),
    restore: (by: string, given: unknown) =>
      say(parts, { by, action: 'people.restore', given }, restoreEvent),
    rotate: (by: string, given: unknown) => say(parts, { by, action: 'people.rotate', given }, rotateEvent),
    dropStandings: (by: string, given: unknown) => drop(parts, by, given),
  };
}

interface Asked {
  by: string;
  action: string;
  given: unknown;
}

/** The operator's word about a person goes the way of every other notice. */
async function say(
  { prisma, acceptor }: Parts,
  asked: Asked,
  eventOf: (person: FoundPerson) => LifecycleEvent,
) {
  const { who } = parseInput(personInput, asked.given);
  const person = await requirePerson(prisma, who);
  const subject = person.mail ?? person.id;
  await addAudit(prisma, { actor: asked.by, action: asked.action, personId: person.id, subject });
  const accepted = await acceptor.accept({
    sourceId: OPERATOR_SOURCE_ID,
    noticeKey: null,
    body: { by: asked.by },
    events: [eventOf(person)],
  });
  const { outcome = 'kept', reason = null } = accepted.events[0] ?? {};
  const { rows } = await listJobs(prisma, { personId: person.id }, { limit: RECENT });
  return {
    personId: person.id,
    mail: person.mail,
    outcome,
    reason,
    jobs: rows.filter((job) => job.finishedAt === null),
  };
}

/** Everything on which a decision about a person rests, and what was lately done; of keys their states only. */
async function show({ pool, prisma }: Parts, given: unknown) {
  const { id } = await requirePerson(prisma, parseInput(personInput, given).who);
  const held = await transaction(pool, (client) => holdPeople(client, { personIds: [id] }));
  const person = [...held.people.values()][0];
  if (!person) throw new TypeError('a person that was found a moment ago is gone');
  const jobs = await listJobs(prisma, { personId: person.id }, { limit: RECENT });
  const events = await listEvents(prisma, { personId: person.id }, { limit: RECENT });
  return { ...tell(person, held.policies), jobs: jobs.rows, events: events.rows };
}

function tell(person: Person, policies: Policies) {
  return {
    id: person.id,
    name: person.name,
    mail: person.mail,
    wanted: isWanted(person, policies),
    contestedAt: toDate(person.contestedAt),
    // The time stays with the person; it is told for as long as it keeps a set from being made.
    cancelledAt: isCancelled(person, policies) ? toDate(person.cancelledAt) : null,
    links: person.links.map(({ kind, value }) => ({ kind, value })),
    standings: person.records.map(({ sourceId, record, standing, standingAt }) => ({
      source: policies.get(sourceId)?.name ?? null,
      record,
      standing,
      standingAt: toDate(standingAt),
    })),
    zoomUsers: person.zoomUsers.map(tellZoomUser),
  };
}

function tellZoomUser({ id, mail, standing, standingAt, keys }: ZoomUser) {
  const hostKeys = keys.map(({ generation, state, drawnAt, setAt }) => ({
    generation,
    state,
    drawnAt: toDate(drawnAt),
    setAt: toDate(setAt),
  }));
  return { id, mail, standing, standingAt: toDate(standingAt), hostKeys };
}

function toDate(atMs: number | null): Date | null {
  return atMs === null ? null : new Date(atMs);
}
