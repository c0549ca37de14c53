import { brakeLimit, spend, type BrakeTerms } from '../lifecycle/brake.js';
import type { Durations } from '../lifecycle/durations.js';
import type { UnfinishedJob } from '../lifecycle/person.js';
import type { Log } from '../log.js';
import { countPeople, hasBraked, lockBrakes, saveBrake, type BrakeRow } from '../records/brakes.js';
import type { Client } from '../records/database.js';
import type { Held } from '../records/people.js';
import { OPERATOR_SOURCE_ID } from './operator.js';

/**
 * Brakes those of a transaction's new clears and rotations that are too many for their source within the hour. To
 * be asked after every decision and before its changes are made out: of all that locks, the brake is last.
 */
export type Brake = (client: Client, held: Held) => Promise<void>;

export interface BrakeOptions extends BrakeTerms {
  durations: Durations;
  log: Log;
}

/** What follows from no event is counted together, as if it were a source of its own. */
const OURSELVES = '00000000-0000-0000-0000-000000000000';

export function createBrake(options: BrakeOptions): Brake {
  return async (client, held) => {
    const asked = brakeable(held);
    if (asked.size === 0) return;
    const braked: string[] = [];
    for (const row of await lockBrakes(client, [...asked.keys()])) {
      braked.push(...(await brakeSource(client, held, row, asked.get(row.sourceId) ?? [], options)));
    }
    if (braked.length > 0) putOn(held, new Set(braked));
  };
}

/** The new jobs that count, oldest first, by source. */
function brakeable({ people }: Held): Map<string, string[]> {
  const jobs = [...people.values()].flatMap((person) => person.jobs.filter(isBrakeable));
  const asked = new Map<string, string[]>();
  for (const job of jobs.sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const sourceId = job.fresh?.sourceId ?? OURSELVES;
    asked.set(sourceId, [...(asked.get(sourceId) ?? []), job.id]);
  }
  return asked;
}

/** Joiners and returners get their keys whatever happens, a re-send changes nothing, and an operator means it. */
function isBrakeable({ state, action, fresh }: UnfinishedJob): boolean {
  if (state !== 'queued' || !fresh || fresh.sourceId === OPERATOR_SOURCE_ID) return false;
  if (action === 'clear') return fresh.reason !== 'resend';
  return fresh.reason === 'renewed';
}

/** @returns the jobs that are too many */
async function brakeSource(
  client: Client,
  held: Held,
  row: BrakeRow,
  jobs: string[],
  options: BrakeOptions,
): Promise<string[]> {
  const { hourMs } = options.durations;
  const when = { now: held.now, hourMs };
  let { people, countedAt } = row;
  let limit = brakeLimit(options, people);
  let next = spend(row.spent, jobs.length, limit, when);
  const isOld = countedAt === null || countedAt + hourMs / 60 <= held.now;
  if (next.passed < jobs.length && isOld) {
    people = await countPeople(client);
    countedAt = held.now;
    limit = brakeLimit(options, people);
    next = spend(row.spent, jobs.length, limit, when);
  }
  await saveBrake(client, { sourceId: row.sourceId, spent: next.spent, people, countedAt });
  const braked = jobs.slice(next.passed);
  const sourceId = row.sourceId === OURSELVES ? null : row.sourceId;
  if (braked.length > 0 && !(await hasBraked(client, sourceId))) {
    const source = sourceId && (held.policies.get(sourceId)?.name ?? sourceId);
    const fields = { source, braked: braked.length, limit, people, code: 'BRAKE_PULLED' };
    options.log.alert('BRAKE_PULLED', fields, 'clears and rotations braked, until they are released');
  }
  return braked;
}

function putOn({ people }: Held, braked: ReadonlySet<string>): void {
  for (const [id, person] of people) {
    if (!person.jobs.some((job) => braked.has(job.id))) continue;
    const jobs = person.jobs.map((job) => (braked.has(job.id) ? { ...job, state: 'braked' as const } : job));
    people.set(id, { ...person, jobs });
  }
}
