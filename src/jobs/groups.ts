import type pg from 'pg';
import { transaction } from '../records/database.js';
import {
  deadlineIn,
  isTooLong,
  limitStatements,
  LONG_LIMIT_MS,
  ResourceBusy,
  type Deadline,
} from '../records/deadline.js';
import { isId } from '../records/is-id.js';
import { MemberUnknown, type MemberStep } from './group-steps.js';
import {
  createGroup,
  removeGroup,
  rewriteGroup,
  type GroupAsked,
  type GroupChange,
  type GroupOutcome,
  type GroupRow,
  type Writing,
} from './group-writes.js';
import { createRunning } from './running.js';
import { createTurns } from './turns.js';

export type { GroupAsked, GroupChange, GroupOutcome, GroupRow };

/**
 * Writes groups. What follows from who belongs to them is decided right after the commit. Throws StoreUnavailable, and
 * ResourceBusy, for which nothing is changed, when others held it for too long.
 */
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
  const keep = (asked: GroupAsked, work: Work): Promise<GroupOutcome> => {
    const { sourceId, id, deadline } = asked;
    return running.add(inTurn(`${sourceId} ${id}`, deadline, () => keepGroup(work, deadline, options)));
  };
  return {
    create: (asked, row, steps) => keep(asked, (writing) => createGroup(asked, row, steps, writing)),
    change: async (asked, change) =>
      isId(asked.id) ? keep(asked, (writing) => rewriteGroup(asked, change, writing)) : { outcome: 'absent' },
    remove: async (asked) =>
      isId(asked.id) ? keep(asked, (writing) => removeGroup(asked, writing)) : { outcome: 'absent' },
    settled: running.settled,
  };
}

type Work = (writing: Writing) => Promise<GroupOutcome>;

/** A member that was deleted between being found and being tied: another look says so. */
const MEMBER_GONE = '23503';
const NAME_TAKEN = '23505';
const TRIES = 3;

/** Whose work takes long would never end if it were put off: only waiting is. */
async function keepGroup(work: Work, waiting: Deadline, options: GroupsOptions): Promise<GroupOutcome> {
  const deadline = deadlineIn(LONG_LIMIT_MS);
  for (let tried = 1; ; tried++) {
    const noticeId = options.newId();
    let isNews = false;
    const tell = () => void (isNews = true);
    try {
      const kept = await transaction(options.pool, (client, lastly) => {
        const hurry = () => limitStatements(client, deadline, waiting);
        hurry();
        return work({ client, lastly, noticeId, tell, hurry });
      });
      options.failpoint('after-group-commit');
      if (isNews) options.follow(noticeId);
      return kept;
    } catch (error) {
      if (error instanceof MemberUnknown) return { outcome: 'member-unknown', memberId: error.id };
      const { code } = error as { code?: unknown };
      if (code === NAME_TAKEN) return { outcome: 'name-taken' };
      if (isTooLong(error)) throw new ResourceBusy(error);
      if (code !== MEMBER_GONE || tried === TRIES) throw error;
    }
  }
}
