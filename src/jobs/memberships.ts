import type pg from 'pg';
import type { Log } from '../log.js';
import { ownerOfRecord } from '../lifecycle/owners.js';
import type { Person } from '../lifecycle/person.js';
import { addChanges, iso, writeChanges, type Changes, type Row } from '../records/changes.js';
import { isUnavailable, transaction, type Client, type Lastly } from '../records/database.js';
import { differences } from '../records/differences.js';
import {
  deleteNews,
  NEWS_AT_ONCE,
  takeNews,
  type MembershipNewsRow,
  type WhichNews,
} from '../records/membership-news.js';
import { holdPeople, type Held } from '../records/people.js';
import type { Brake } from './brake.js';
import type { Tell } from './relay.js';
import { decideAgain } from './decide-again.js';

export interface MembershipsOptions {
  pool: pg.Pool;
  tell: Tell;
  newId: () => string;
  brake: Brake;
  log: Pick<Log, 'warn' | 'error'>;
  /** Told after the commit: what became of each who joined or left. */
  decided: (events: MembershipEvent[]) => void;
}

export interface MembershipEvent {
  sourceId: string;
  outcome: 'applied' | 'no-change';
}

/**
 * Decides upon those who joined or left entitled groups. The news is committed with the change itself: whatever is
 * not decided upon right after it, for a crash or a full house, the sweep finds. Any number may be at it at once.
 */
export interface Memberships {
  /** A notice with news is committed. */
  follow(noticeId: string): void;
  /** Looks for news that nobody follows. */
  sweep(): void;
  /** Resolves once nothing is under way. */
  settled(): Promise<void>;
}

/** More would leave too few connections for what comes in. */
const MAX_RUNNING = 3;

export function createMemberships(options: MembershipsOptions): Memberships {
  /** Ids of notices; null: whatever there is. */
  const waiting = new Set<string | null>();
  const running = new Set<Promise<void>>();
  const start = () => {
    for (const next of waiting) {
      if (running.size >= MAX_RUNNING) return;
      waiting.delete(next);
      const run = decideSome(next, options)
        .then((isMore) => void (isMore && waiting.add(next)))
        .catch((error: unknown) => options.log.warn({ err: error }, 'memberships left to the sweep'))
        .finally(() => {
          running.delete(run);
          start();
        });
      running.add(run);
    }
  };
  const add = (next: string | null) => {
    waiting.add(next);
    start();
  };
  return {
    follow: (noticeId) => add(noticeId),
    sweep: () => add(null),
    settled: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

/** One transaction's worth. @returns whether there may be more */
async function decideSome(noticeId: string | null, options: MembershipsOptions): Promise<boolean> {
  try {
    const which = { noticeId, after: '0', limit: NEWS_AT_ONCE };
    return (await decideTogether(which, options)).length === NEWS_AT_ONCE;
  } catch (error) {
    if (isUnavailable(error)) throw error;
    await decideEach(noticeId, options);
    return false;
  }
}

/** What cannot be decided, for whatever reason, does not keep the others from it. */
async function decideEach(noticeId: string | null, options: MembershipsOptions): Promise<void> {
  for (let after = '0'; ;) {
    const taken = (news: MembershipNewsRow[]) => void (after = news[0]?.id ?? after);
    try {
      const which = { noticeId, after, limit: 1 };
      if ((await decideTogether(which, options, taken)).length === 0) return;
    } catch (error) {
      if (isUnavailable(error)) throw error;
      options.log.error({ err: error, code: 'SWEEP_BROKEN' }, 'membership left out');
    }
  }
}

async function decideTogether(
  which: WhichNews,
  options: MembershipsOptions,
  taken: (news: MembershipNewsRow[]) => void = () => undefined,
): Promise<MembershipNewsRow[]> {
  const { decided, news } = await transaction(options.pool, async (client, lastly) => {
    const news = await takeNews(client, which);
    taken(news);
    return { news, decided: news.length > 0 ? await decideNews(client, lastly, news, options) : null };
  });
  if (decided) {
    options.tell.people(decided.held.people.values());
    options.decided(decided.events);
  }
  return news;
}

async function decideNews(
  client: Client,
  lastly: Lastly,
  news: MembershipNewsRow[],
  options: MembershipsOptions,
): Promise<{ held: Held; events: MembershipEvent[] }> {
  const records = news.map(({ sourceId, memberId }) => ({ sourceId, record: memberId }));
  const held = await holdPeople(client, { records });
  const events = news.flatMap((one) => decideOne(one, held, options) ?? []);
  const changes: Changes = { events: events.map(({ row }) => row) };
  await options.brake(client, held);
  addChanges(changes, differences(held));
  lastly(async () => {
    await Promise.all([writeChanges(client, changes), deleteNews(client, news)]);
  });
  return { held, events };
}

type Decided = MembershipEvent & { row: Row };

/** @returns the event of it; none about somebody whom no source tells of, such as a group in a group */
function decideOne(news: MembershipNewsRow, held: Held, { newId }: MembershipsOptions): Decided | undefined {
  const { sourceId, memberId } = news;
  const person = ownerOfRecord(held.people, sourceId, memberId);
  if (!person) return undefined;
  const eventId = newId();
  const asking = new Map([[person.id, news.joined ? asksAgain(person, news) : person]]);
  decideAgain(asking, new Map(), { held, newId, sourceId, eventId });
  const next = asking.get(person.id) ?? person;
  held.people.set(person.id, next);
  const changed = next.jobs !== person.jobs || next.zoomUsers !== person.zoomUsers;
  const outcome = changed ? 'applied' : 'no-change';
  return { sourceId, outcome, row: eventOf(eventId, news, person, { held, outcome }) };
}

/** Whoever joins asks for a key anew, although an operator called the last one off. */
function asksAgain(person: Person, { at }: MembershipNewsRow): Person {
  if (person.cancelledAt === null || person.cancelledAt >= at.getTime()) return person;
  return { ...person, cancelledAt: null };
}

function eventOf(
  id: string,
  { noticeId, sourceId, memberId, groupName, joined, at }: MembershipNewsRow,
  person: Person,
  { held, outcome }: { held: Held; outcome: MembershipEvent['outcome'] },
): Row {
  return {
    id,
    notice_id: noticeId,
    source_id: sourceId,
    person_id: person.id,
    type: joined ? 'created' : 'removed',
    outcome,
    reason: `${joined ? 'joined' : 'left'} the group ${JSON.stringify(groupName)}`,
    record: memberId,
    subject: person.mail ?? memberId,
    occurred_at: iso(at.getTime()),
    received_at: iso(held.now),
  };
}
