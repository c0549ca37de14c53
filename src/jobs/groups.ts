import type pg from 'pg';
import { isEntitledGroup } from '../lifecycle/entitled.js';
import { iso, writeChanges, type Row } from '../records/changes.js';
import { transaction, type Client, type Lastly } from '../records/database.js';
import { isId } from '../records/is-id.js';
import {
  holdGroup,
  insertGroup,
  readEntitling,
  updateGroup,
  type Entitling,
  type GroupColumns,
  type HeldGroup,
} from '../records/scim-groups.js';
import { tellOfMembers, type MemberWriting } from '../records/scim-members.js';
import { holdDoomed } from '../records/scim-parents.js';
import type { KeptResource } from '../records/scim-resources.js';
import { MemberUnknown, takeSteps, type MemberStep } from './group-steps.js';
import { createRunning } from './running.js';
import { createTurns } from './turns.js';

/** What was asked about one group. */
export interface GroupAsked {
  sourceId: string;
  /** Any text that a client sends. */
  id: string;
  /** Whether it may be done to the group as it is: what it throws undoes everything. */
  check?: (before: KeptResource) => void;
  /** What is stored of the request beside its effect. */
  body: unknown;
}

/** A group as its own attributes tell of it. */
export type GroupRow = Omit<GroupColumns, 'entitled'>;

export interface GroupChange {
  /** Its own attributes afterwards; undefined: as they are. What it throws undoes everything. */
  next: (before: KeptResource) => GroupRow | undefined;
  steps: MemberStep[];
}

/**
 * `kept`: committed, or nothing had to be. `absent`: there is no such group. `member-unknown`: a member's id that neither a user nor a group of the source has.
 */
export type GroupOutcome =
  | { outcome: 'kept'; group: KeptResource; changed: boolean }
  | { outcome: 'name-taken' | 'absent' }
  | { outcome: 'member-unknown'; memberId: string };

/** Writes groups. What follows from who belongs to them is decided right after the commit. Throws StoreUnavailable. */
export interface GroupKeeper {
  create(asked: GroupAsked, row: GroupRow, steps: MemberStep[]): Promise<GroupOutcome>;
  change(asked: GroupAsked, change: GroupChange): Promise<GroupOutcome>;
  remove(asked: GroupAsked): Promise<GroupOutcome>;
}

export interface ClosingGroupKeeper extends GroupKeeper {
  /** Resolves once everything under way is kept, or known not to be. */
  settled(): Promise<void>;
}

export interface GroupsOptions {
  pool: pg.Pool;
  newId: () => string;
  /** Told after the commit: members of entitled groups came or went. */
  follow: (noticeId: string) => void;
  /** For tests that kill the process at a named place. */
  failpoint: (name: string) => void;
}

export function createGroupKeeper(options: GroupsOptions): ClosingGroupKeeper {
  const inTurn = createTurns();
  const running = createRunning();
  const keep = ({ sourceId, id }: GroupAsked, work: Work): Promise<GroupOutcome> =>
    running.add(inTurn(`${sourceId} ${id}`, () => keepGroup(work, options)));
  return {
    create: (asked, row, steps) => keep(asked, (writing) => create(asked, row, steps, writing)),
    change: async (asked, change) =>
      isId(asked.id) ? keep(asked, (writing) => rewrite(asked, change, writing)) : { outcome: 'absent' },
    remove: async (asked) =>
      isId(asked.id) ? keep(asked, (writing) => remove(asked, writing)) : { outcome: 'absent' },
    settled: running.settled,
  };
}

interface Writing {
  client: Client;
  lastly: Lastly;
  noticeId: string;
  /** To be called when there is news. */
  tell: () => void;
}

type Work = (writing: Writing) => Promise<GroupOutcome>;

/** A member that was deleted between being found and being tied: another look says so. */
const MEMBER_GONE = '23503';
const NAME_TAKEN = '23505';
const TRIES = 3;

async function keepGroup(work: Work, options: GroupsOptions): Promise<GroupOutcome> {
  for (let tried = 1; ; tried++) {
    const noticeId = options.newId();
    let isNews = false;
    const tell = () => void (isNews = true);
    try {
      const kept = await transaction(options.pool, (client, lastly) =>
        work({ client, lastly, noticeId, tell }),
      );
      options.failpoint('after-group-commit');
      if (isNews) options.follow(noticeId);
      return kept;
    } catch (error) {
      if (error instanceof MemberUnknown) return { outcome: 'member-unknown', memberId: error.id };
      const { code } = error as { code?: unknown };
      if (code === NAME_TAKEN) return { outcome: 'name-taken' };
      if (code !== MEMBER_GONE || tried === TRIES) throw error;
    }
  }
}

async function create(
  asked: GroupAsked,
  row: GroupRow,
  steps: MemberStep[],
  writing: Writing,
): Promise<GroupOutcome> {
  const { client } = writing;
  const entitling = await readEntitling(client, asked.sourceId);
  const entitled = isEntitledGroup(row, entitling.groups);
  const group = await insertGroup(client, asked.sourceId, asked.id, { ...row, entitled });
  if (!group) return { outcome: 'name-taken' };
  const members = membersOf(asked, writing, group, entitling.counts && entitled);
  await takeSteps(client, { leaving: members, joining: members }, steps);
  await keepNotice(asked, writing, entitling);
  return { outcome: 'kept', group, changed: true };
}

async function rewrite(
  asked: GroupAsked,
  { next, steps }: GroupChange,
  writing: Writing,
): Promise<GroupOutcome> {
  const { client, lastly } = writing;
  const [entitling, before] = await Promise.all([
    readEntitling(client, asked.sourceId),
    holdAsked(asked, client),
  ]);
  if (!before) return { outcome: 'absent' };
  const row = next(before);
  const entitled = isEntitledGroup(row ?? before, entitling.groups);
  const leaving = membersOf(asked, writing, before, entitling.counts && before.entitled);
  const joining = membersOf(asked, writing, row ?? before, leaving.isNews && entitled);
  const moved = await takeSteps(client, { leaving, joining }, steps);
  if (!row && !moved) return { outcome: 'kept', group: before, changed: false };
  if (before.entitled !== entitled) {
    const all = membersOf(asked, writing, entitled ? (row ?? before) : before, entitling.counts);
    await tellOfMembers(client, all, entitled);
  }
  const group = { ...before, ...row };
  lastly(async () => {
    const update = updateGroup(client, asked.sourceId, asked.id, { ...group, entitled });
    const [written] = await Promise.all([update, keepNotice(asked, writing, entitling)]);
    Object.assign(group, written);
  });
  return { outcome: 'kept', group, changed: true };
}

async function remove(asked: GroupAsked, writing: Writing): Promise<GroupOutcome> {
  const { client, lastly } = writing;
  const { sourceId, id } = asked;
  const [entitling, doomed] = await Promise.all([
    readEntitling(client, sourceId),
    holdDoomed(client, [{ sourceId, id }]),
  ]);
  const before = await holdAsked(asked, client);
  if (!before) return { outcome: 'absent' };
  if (before.entitled)
    await tellOfMembers(client, membersOf(asked, writing, before, entitling.counts), false);
  const updated_at = iso(entitling.now);
  const parents = doomed.get(`${sourceId} ${id}`) ?? [];
  lastly(() =>
    writeChanges(client, {
      scimTouched: parents.map((parent) => ({ source_id: sourceId, id: parent, updated_at })),
      scimDeleted: [{ source_id: sourceId, id }],
      notices: [noticeOf(asked, writing, entitling)],
    }),
  );
  return { outcome: 'kept', group: before, changed: true };
}

async function holdAsked(
  { sourceId, id, check }: GroupAsked,
  client: Client,
): Promise<HeldGroup | undefined> {
  const before = await holdGroup(client, sourceId, id);
  if (before) check?.(before);
  return before;
}

function membersOf(
  { sourceId, id: groupId }: GroupAsked,
  { noticeId, tell }: Writing,
  { resource }: GroupRow,
  isNews: boolean,
): MemberWriting {
  if (isNews) tell();
  return { sourceId, groupId, groupName: String(resource['displayName']), noticeId, isNews };
}

function keepNotice(asked: GroupAsked, writing: Writing, entitling: Entitling): Promise<void> {
  return writeChanges(writing.client, { notices: [noticeOf(asked, writing, entitling)] });
}

function noticeOf({ sourceId, body }: GroupAsked, { noticeId }: Writing, { now }: Entitling): Row {
  return { id: noticeId, source_id: sourceId, key: null, by_hash: false, body, received_at: iso(now) };
}
