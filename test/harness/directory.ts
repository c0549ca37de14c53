import type { Core } from '../../src/assemble/core.js';
import type { MemberStep } from '../../src/jobs/group-steps.js';
import type { GroupKeeper, GroupOutcome, GroupRow } from '../../src/jobs/groups.js';
import type { Acceptor, ScimRow } from '../../src/jobs/intake.js';
import { nameKeyOf } from '../../src/lifecycle/fold.js';
import { deadlineIn } from '../../src/records/deadline.js';
import { joined, left } from './people.js';

export interface Member {
  id: string;
  mail: string;
}

/** A SCIM source as a directory that provisions it acts: users who are there or not, and groups of them. */
export interface Directory {
  sourceId: string;
  user(mail: string): Promise<Member>;
  /** Once each, in this order. */
  leave(member: Member): Promise<void>;
  comeBack(member: Member): Promise<void>;
  group(displayName: string, members?: Member[], externalId?: string): Promise<string>;
  join(groupId: string, ...members: Member[]): Promise<GroupOutcome>;
  quit(groupId: string, ...members: Member[]): Promise<GroupOutcome>;
  rename(groupId: string, displayName: string, externalId?: string): Promise<GroupOutcome>;
  drop(groupId: string): Promise<GroupOutcome>;
}

export interface DirectoryOptions {
  name?: string;
  entitledGroups?: string[];
  observed?: boolean;
}

type Parts = Pick<Core, 'database' | 'newId'> & { acceptor: Acceptor; groups: GroupKeeper };

/** Of tests, on however busy a machine. */
const PATIENCE_MS = 60_000;

export async function openDirectory(
  { database, newId, acceptor, groups }: Parts,
  { name = 'scim', entitledGroups = [], observed = false }: DirectoryOptions = {},
): Promise<Directory> {
  const sourceId = newId();
  const source = { id: sourceId, name, kind: 'scim', entitledGroups, observed };
  await database.prisma.source.create({ data: source });
  const asked = (id: string) => ({ sourceId, id, body: {}, deadline: deadlineIn(PATIENCE_MS) });
  const adding = (members: Member[]): MemberStep[] => [
    { step: 'add', members: members.map(({ id }) => ({ id, display: null })) },
  ];
  const change = (id: string, steps: MemberStep[], row?: GroupRow) =>
    groups.change(asked(id), { next: () => row, steps });
  const activate = async ({ id, mail }: Member, active: boolean, expectedVersion: number) => {
    const scim = { write: 'replace' as const, row: userRow(id, mail, active), expectedVersion };
    const event = (active ? joined : left)(mail, { record: id });
    await acceptor.accept({ sourceId, noticeKey: null, body: {}, scim, events: [event] });
  };
  return {
    sourceId,
    async user(mail) {
      const id = newId();
      const row = userRow(id, mail, true);
      const event = joined(mail, { record: id });
      await acceptor.accept({
        sourceId,
        noticeKey: null,
        body: {},
        scim: { write: 'create', row },
        events: [event],
      });
      return { id, mail };
    },
    leave: (member) => activate(member, false, 1),
    comeBack: (member) => activate(member, true, 2),
    async group(displayName, members = [], externalId) {
      const id = newId();
      const made = await groups.create(asked(id), groupRow(displayName, externalId), adding(members));
      if (made.outcome !== 'kept') throw new Error(`not made: ${made.outcome}`);
      return id;
    },
    join: (id, ...members) => change(id, adding(members)),
    quit: (id, ...members) => change(id, [{ step: 'remove', ids: members.map((member) => member.id) }]),
    rename: (id, displayName, externalId) => change(id, [], groupRow(displayName, externalId)),
    drop: (id) => groups.remove(asked(id)),
  };
}

function userRow(id: string, mail: string, active: boolean): ScimRow {
  return { id, type: 'User', nameKey: mail, externalId: null, active, resource: { userName: mail } };
}

function groupRow(displayName: string, externalId: string | null = null): GroupRow {
  return { nameKey: nameKeyOf(displayName), externalId, resource: { displayName } };
}
