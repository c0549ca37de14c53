import type { Client } from '../records/database.js';
import {
  addMembers,
  keepMembers,
  loadMembers,
  removeMembers,
  type MemberWriting,
  type NewMember,
} from '../records/scim-members.js';
import type { Membership } from '../records/scim-memberships.js';

/** What a request does to the members of a group, in its order. */
export type MemberStep =
  | { step: 'add'; members: NewMember[] }
  | { step: 'remove'; ids: string[] }
  /** These, and nobody else. */
  | { step: 'replace'; members: NewMember[] }
  | { step: 'remove-matching'; matches: (member: Membership) => boolean };

/** A member that nobody is: the transaction is undone. */
export class MemberUnknown extends Error {
  override readonly name = 'MemberUnknown';
  constructor(readonly id: string) {
    super('a member of a group is neither a user nor a group of its source');
  }
}

/** News of those who leave counts while the group was entitled, of those who join while it stays so. */
export interface StepWriting {
  leaving: MemberWriting;
  joining: MemberWriting;
  /** Called before each step. */
  hurry: () => void;
}

/** Takes the steps, each in one or two statements however many members it has. @returns whether any changed anything */
export async function takeSteps(client: Client, writing: StepWriting, steps: MemberStep[]): Promise<boolean> {
  let changed = false;
  for (const step of steps) {
    writing.hurry();
    changed = (await takeStep(client, writing, step)) || changed;
  }
  return changed;
}

async function takeStep(client: Client, writing: StepWriting, step: MemberStep): Promise<boolean> {
  const { leaving } = writing;
  switch (step.step) {
    case 'add':
      return add(client, writing, step.members);
    case 'remove':
      return removeMembers(client, leaving, step.ids);
    case 'replace': {
      const ids = step.members.map(({ id }) => id);
      const removed = await keepMembers(client, leaving, ids);
      return (await add(client, writing, step.members)) || removed;
    }
    case 'remove-matching': {
      const members = (await loadMembers(client, leaving)).filter(step.matches);
      const ids = members.map(({ id }) => id);
      return removeMembers(client, leaving, ids);
    }
  }
}

async function add(client: Client, { joining }: StepWriting, members: NewMember[]): Promise<boolean> {
  if (members.length === 0) return false;
  const { changed, unknown } = await addMembers(client, joining, members);
  if (unknown !== null) throw new MemberUnknown(unknown);
  return changed;
}
