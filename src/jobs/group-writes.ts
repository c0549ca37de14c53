import { isEntitledGroup } from '../lifecycle/entitled.js';
import { iso, writeChanges, type Row } from '../records/changes.js';
import type { Client, Lastly } from '../records/database.js';
import type { Deadline } from '../records/deadline.js';
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
import { takeSteps, type MemberStep } from './group-steps.js';

/** What was asked about one group. */
export interface GroupAsked {
  sourceId: string;
  /** Any text that a client sends. */
  id: string;
  /** Whether it may be done to the group as it is: what it throws undoes everything. */
  check?: (before: KeptResource) => void;
  /** What is stored of the request beside its effect. */
  body: unknown;
  /** Until when it may wait for others. */
  deadline: Deadline;
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

/** What a write has to work with. */
export interface Writing {
  client: Client;
  lastly: Lastly;
  noticeId: string;
  /** To be called when there is news. */
  tell: () => void;
  /** To be called before what may take long, or wait: it has no more time than is left. */
  hurry: () => void;
}

/** A new group, with the members that its steps add. */
export async function createGroup(
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
  await takeSteps(client, { leaving: members, joining: members, hurry: writing.hurry }, steps);
  await keepNotice(asked, writing, entitling);
  return { outcome: 'kept', group, changed: true };
}

/** A group changed, held from here to the end of the transaction. No change, no new version and no notice. */
export async function rewriteGroup(
  asked: GroupAsked,
  { next, steps }: GroupChange,
  writing: Writing,
): Promise<GroupOutcome> {
  const { client, lastly, hurry } = writing;
  const [entitling, before] = await Promise.all([
    readEntitling(client, asked.sourceId),
    holdAsked(asked, client),
  ]);
  if (!before) return { outcome: 'absent' };
  const row = next(before);
  const entitled = isEntitledGroup(row ?? before, entitling.groups);
  const leaving = membersOf(asked, writing, before, entitling.counts && before.entitled);
  const joining = membersOf(asked, writing, row ?? before, leaving.isNews && entitled);
  const moved = await takeSteps(client, { leaving, joining, hurry }, steps);
  if (!row && !moved) return { outcome: 'kept', group: before, changed: false };
  hurry();
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

/** A group deleted, after what it is itself a member of is held. */
export async function removeGroup(asked: GroupAsked, writing: Writing): Promise<GroupOutcome> {
  const { client, lastly, hurry } = writing;
  const { sourceId, id } = asked;
  const [entitling, doomed] = await Promise.all([
    readEntitling(client, sourceId),
    holdDoomed(client, [{ sourceId, id }]),
  ]);
  const before = await holdAsked(asked, client);
  if (!before) return { outcome: 'absent' };
  hurry();
  if (before.entitled)
    await tellOfMembers(client, membersOf(asked, writing, before, entitling.counts), false);
  const updated_at = iso(entitling.now);
  const parents = doomed.get(`${sourceId} ${id}`) ?? [];
  hurry();
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
