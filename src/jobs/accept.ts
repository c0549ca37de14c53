import type pg from 'pg';
import type { Log } from '../log.js';
import { isRejected, type LifecycleEvent } from '../lifecycle/event.js';
import type { Durations } from '../lifecycle/durations.js';
import { linksOf } from '../lifecycle/links.js';
import { auditRow } from '../records/audit.js';
import { addChanges, writeChanges, type Changes, type Row } from '../records/changes.js';
import { isUnavailable, transaction, type Client, type Lastly } from '../records/database.js';
import { differences } from '../records/differences.js';
import { findKnown, type Asked } from '../records/known.js';
import { beginLocking, holdPeople, type Held, type Whom } from '../records/people.js';
import { holdDoomed } from '../records/scim-parents.js';
import { createBatch } from './batch.js';
import type { Brake } from './brake.js';
import type { Accepted, Acceptor, Intake } from './intake.js';
import { OPERATOR_SOURCE_ID } from './operator.js';
import type { Tell } from './relay.js';
import { createRunning } from './running.js';
import { take } from './take.js';

export interface AcceptOptions {
  pool: pg.Pool;
  /** Told after the commit, never before: the queue is a hint. */
  tell: Tell;
  newId: () => string;
  brake: Brake;
  rotateOnTransfer: boolean;
  durations: Durations;
  log: Log;
  /** For tests that kill the process at a named place. */
  failpoint: (name: string) => void;
}

/** For whoever closes what it works with. */
export interface ClosingAcceptor extends Acceptor {
  /** Resolves once everything under way is kept, or known not to be; its sender may long be gone. */
  settled(): Promise<void>;
}

/** Measured: larger ones leave the database idle while they are made, smaller ones pay for too many transactions. */
const MAX_NOTICES = 16;
const MAX_TRANSACTIONS = 3;

/**
 * The one way in. Notices that arrive together share one transaction; a notice that breaks it is left to fail
 * alone. When `accept` resolves, notice, events, people and jobs are committed.
 */
export function createAcceptor(options: AcceptOptions): ClosingAcceptor {
  const together = async (intakes: Intake[]): Promise<PromiseSettledResult<Accepted>[]> => {
    try {
      const accepted = await acceptTogether(intakes, options);
      return accepted.map((value) => ({ status: 'fulfilled', value }));
    } catch (error) {
      if (intakes.length === 1 || isUnavailable(error)) throw error;
      options.log.warn({ err: error, notices: intakes.length }, 'notices accepted one by one');
      return Promise.allSettled(await oneByOne(intakes, options));
    }
  };
  const batch = createBatch({ run: together, maxItems: MAX_NOTICES, maxRunning: MAX_TRANSACTIONS });
  const running = createRunning();
  return { accept: (intake) => running.add(batch(intake)), settled: running.settled };
}

async function oneByOne(intakes: Intake[], options: AcceptOptions): Promise<Promise<Accepted>[]> {
  const results: Promise<Accepted>[] = [];
  for (const intake of intakes) {
    const result = acceptTogether([intake], options).then((accepted) => accepted[0] as Accepted);
    results.push(result);
    await result.catch(() => undefined);
  }
  return results;
}

async function acceptTogether(intakes: Intake[], options: AcceptOptions): Promise<Accepted[]> {
  const { pool, newId, rotateOnTransfer, durations } = options;
  const events = intakes.flatMap((intake) =>
    intake.events.map((event) => ({ event, sourceId: intake.sourceId })),
  );
  const read = events.flatMap(({ event, sourceId }) => (isRejected(event) ? [] : [{ event, sourceId }]));
  const asked = askedOf(intakes);
  const doomed = intakes.flatMap(({ sourceId, scim }) =>
    scim?.write === 'delete' ? [{ sourceId, id: scim.id }] : [],
  );
  const work = async (client: Client, lastly: Lastly) => {
    const [held, known] = await Promise.all([holdPeople(client, whomOf(read)), findKnown(client, asked)]);
    if (doomed.length > 0) known.parents = await holdDoomed(client, doomed);
    const changes: Changes = {};
    const accepted = intakes.map((intake) =>
      take(intake, { held, known, changes, newId, rotateOnTransfer, durations }),
    );
    await options.brake(client, held);
    addChanges(changes, differences(held));
    addChanges(changes, { audit: mergesOf(held, newId) });
    lastly(() => writeChanges(client, changes));
    return { accepted, held };
  };
  const { accepted, held } = await transaction(pool, work, beginLocking(identifiersOf(intakes)));
  options.failpoint('after-notice-commit');
  options.tell.people(held.people.values());
  alertContested(held, options.log);
  return accepted;
}

/** Two systems, or two people, that each set their own key: an operator must say which. */
function alertContested({ people, before }: Held, log: Log): void {
  for (const { id, contestedAt } of people.values()) {
    if (contestedAt === null || before.get(id)?.contestedAt != null) continue;
    const fields = { personId: id, code: 'KEY_CONTESTED' };
    log.alert('KEY_CONTESTED', fields, 'host key contested, no more sets');
  }
}

type Read = { event: LifecycleEvent; sourceId: string }[];

function whomOf(read: Read): Whom {
  return {
    links: read.flatMap(({ event }) => linksOf(event)),
    records: read.map(({ event, sourceId }) => ({ sourceId, record: event.record })),
    zoomUserIds: read
      .filter(({ event }) => event.zoomStanding || event.seenKeyHashes)
      .map(({ event }) => event.record),
    personIds: read
      .filter(({ sourceId }) => sourceId === OPERATOR_SOURCE_ID)
      .map(({ event }) => event.record),
  };
}

/**
 * Everything that two transactions may not bring into the world at once. What a SCIM request creates has an id that
 * nobody else knows yet.
 */
function identifiersOf(intakes: Intake[]): string[] {
  return intakes.flatMap((intake) => {
    const read = intake.events.filter((event): event is LifecycleEvent => !isRejected(event));
    return [...read.flatMap((event) => namesOf(event, intake)), ...deliveryOf(intake)];
  });
}

function namesOf(event: LifecycleEvent, { sourceId, scim }: Intake): string[] {
  const names = linksOf(event).map((link) => `${link.kind} ${link.value}`);
  if (scim?.write !== 'create') names.push(`record ${sourceId} ${event.record}`);
  if (event.zoomStanding) names.push(`zoom-user ${event.record}`);
  return names;
}

function deliveryOf({ sourceId, noticeKey, scim }: Intake): string[] {
  const identifiers = noticeKey ? [`notice ${sourceId} ${noticeKey.value}`] : [];
  if (scim && scim.write !== 'create')
    identifiers.push(`resource ${sourceId} ${scim.write === 'delete' ? scim.id : scim.row.id}`);
  if (scim && scim.write !== 'delete')
    identifiers.push(`name ${sourceId} ${scim.row.type} ${scim.row.nameKey}`);
  return identifiers;
}

function askedOf(intakes: Intake[]): Asked {
  const asked: Asked = { notices: [], resources: [], names: [] };
  for (const { sourceId, noticeKey, scim } of intakes) {
    if (noticeKey) asked.notices.push({ sourceId, key: noticeKey.value });
    if (scim && scim.write !== 'create')
      asked.resources.push({ sourceId, id: scim.write === 'delete' ? scim.id : scim.row.id });
    if (scim && scim.write !== 'delete')
      asked.names.push({ sourceId, type: scim.row.type, nameKey: scim.row.nameKey });
  }
  return asked;
}

export function mergesOf(held: Held, newId: () => string): Row[] {
  return [...held.people.values()].flatMap(({ id, mergedInto }) => {
    if (!mergedInto || !held.before.has(id)) return [];
    const line = {
      actor: 'hostkeeper',
      action: 'people.merged',
      personId: mergedInto,
      detail: { merged: id },
    };
    return [auditRow(newId(), held.now, line)];
  });
}
