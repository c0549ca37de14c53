import type { LoggedRequest } from '../../src/rehearsal/request-log.js';
import { waitFor } from '../harness/wait-for.js';
import { DIRECTORIES, isWanted, type Member } from './member.js';
import { COVERED_LATE_MS, DURATIONS } from './settings.js';
import type { Stage } from './stage.js';

const EACH = 3;

/** Later than the re-send that promise 7 owes: only Zoom's webhook can tell. */
const BEYOND_MS = DURATIONS.resendAfterMs + 4_000;

/**
 * Keys that Zoom applies long after it was given them, when another key, or a clear, has long got its 204: for some
 * within what the owed re-send covers, for others beyond it. Resolves when all of them are applied, with how many of
 * them undid a later write.
 */
export async function applyLate(stage: Stage, cast: Member[]): Promise<number> {
  const holders = cast.filter(
    (member) => isWanted(member) && stage.zoom.users.find(member.mail)?.status === 'active',
  );
  const undone: number[] = [];
  for (const [index, lateMs] of [COVERED_LATE_MS, BEYOND_MS].entries()) {
    const some = holders.slice(index * 2 * EACH, (index + 1) * 2 * EACH);
    undone.push(await applyLateFor(stage, some, lateMs));
  }
  return undone.reduce((sum, count) => sum + count, 0);
}

async function applyLateFor(stage: Stage, members: Member[], lateMs: number): Promise<number> {
  const { zoom, directories } = stage;
  const before = zoom.log.requests.length;
  zoom.faults.applyLate(members.length, lateMs);
  await Promise.all(members.map((member) => move(stage, member, 'Harbour')));
  const ids = new Set(members.map(({ mail }) => zoom.users.known(mail).id));
  // What goes on hourly about others is refused, and never applied.
  const sent = () => writes(zoom.log.requests.slice(before)).filter(({ userId = '' }) => ids.has(userId));
  await waitFor('every key to be sent', () => sent().length >= members.length, 30_000);
  const late = sent().slice(0, members.length);
  const leavers = members.slice(EACH);
  for (const member of leavers) {
    for (const by of DIRECTORIES.filter((directory) => member[directory] === 'active')) {
      await directories[by].tell({ what: 'leave', who: member.number, by, mail: member.mail, twice: false });
      member[by] = 'gone';
    }
  }
  await Promise.all(members.slice(0, EACH).map((member) => move(stage, member, 'Quay')));
  await waitFor('every late key to be applied', () => late.every(({ applied }) => applied), lateMs + 30_000);
  return late.filter((request) => undid(request, sent())).length;
}

async function move({ directories }: Stage, member: Member, department: string): Promise<void> {
  for (const by of DIRECTORIES.filter((directory) => member[directory] === 'active')) {
    member.causes++;
    await directories[by].tell({ what: 'move', who: member.number, by, department, twice: false });
  }
}

function writes(requests: readonly Readonly<LoggedRequest>[]): Readonly<LoggedRequest>[] {
  return requests.filter(({ method, hostKey }) => method === 'PATCH' && hostKey !== undefined);
}

function undid(late: Readonly<LoggedRequest>, sent: Readonly<LoggedRequest>[]): boolean {
  return sent.some(
    ({ userId, hostKey, appliedAt }) =>
      userId === late.userId &&
      hostKey !== late.hostKey &&
      appliedAt !== undefined &&
      appliedAt.monotonicMs < late.appliedAt!.monotonicMs,
  );
}
