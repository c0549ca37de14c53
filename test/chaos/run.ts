import { writeFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { dumpDatabase, dumpRedis } from '../harness/dump.js';
import { pullTheBrake, type Braked } from './brake.js';
import { findDoubled } from './doubled.js';
import { isRight, noFindings, type Findings } from './findings.js';
import { applyLate } from './late.js';
import { findLeaked } from './leaked.js';
import { findLost } from './lost.js';
import type { Member } from './member.js';
import { findMismatched } from './mismatched.js';
import { busiestSecond, findOverBudget } from './over-budget.js';
import { play, type Tally } from './play.js';
import { comeToRest } from './rest.js';
import { writeScript } from './script.js';
import { PASSWORD } from './settings.js';
import { openStage, type Backend, type Stage } from './stage.js';

export interface Run {
  backend: Backend;
  seed: number;
  minutes: number;
  /** Answers of success that sources got. */
  acknowledged: number;
  /** Had to be said again, for want of an answer or after a 5xx. */
  repeated: number;
  people: number;
  calls: number;
  busiestSecond: number;
  /** Keys that Zoom applied so late that they undid a later write. */
  undoneByLate: number;
  /** Where Zoom said 204 and ignored the key, since the host was in a meeting. */
  ignoredInMeeting: number;
  /** Absent when it did not come to that. */
  braked: Omit<Braked, 'wrong'> | undefined;
  troubles: Tally;
  findings: Findings;
  /** How long each part took, and all. */
  partsMs: Record<string, number>;
  durationMs: number;
  logFile: string;
  lastLines: string[];
}

export interface RunOptions {
  seed: number;
  backend: Backend;
  minutes: number;
  logFile: string;
}

const PEOPLE = 60;
const KILLS_A_MINUTE = 25;

/** Plays one seed on one backend, lets it come to rest, and looks at what is left. */
export async function run({ seed, backend, minutes, logFile }: RunOptions): Promise<Run> {
  const beganAt = performance.now();
  const kills = Math.ceil(minutes * KILLS_A_MINUTE);
  const script = writeScript({
    seed,
    lengthMs: minutes * 60_000,
    people: PEOPLE,
    kills,
    redis: backend === 'redis',
  });
  const stage = await openStage(backend, logFile);
  try {
    const partsMs: Record<string, number> = {};
    const part = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      const partBeganAt = performance.now();
      return work().finally(() => (partsMs[name] = Math.round(performance.now() - partBeganAt)));
    };
    await part('start', () => stage.crew.allUp());
    const troubles = await part('play', () => play(stage, script));
    const unrest = await part('rest', () => comeToRest(stage));
    const undoneByLate = unrest.length > 0 ? 0 : await part('late', () => applyLate(stage, script.cast));
    if (unrest.length === 0) unrest.push(...(await part('rest after late', () => comeToRest(stage))));
    const braked =
      unrest.length > 0 ? undefined : await part('brake', () => pullTheBrake(stage, script.cast));
    unrest.push(...(braked?.wrong ?? []));
    if (unrest.length === 0) unrest.push(...(await part('rest after brake', () => comeToRest(stage))));
    const { findings, ignored } = await part('look', () => look(stage, script.cast, unrest));
    // Of use to whoever looks for a cause; what is secret in it is sealed.
    if (!isRight(findings)) await writeFile(`${logFile}.tables`, await dumpDatabase(stage.core.databaseUrl));
    const { okta, entra } = stage.directories;
    const delivered = stage.zoom.deliveries.filter(({ state }) => state === 'delivered').length;
    return {
      backend,
      seed,
      minutes,
      acknowledged: okta.counts.acknowledged + entra.counts.acknowledged + delivered,
      repeated: okta.counts.repeated + entra.counts.repeated,
      people: PEOPLE,
      calls: stage.zoom.log.requests.length,
      busiestSecond: busiestSecond(stage),
      undoneByLate,
      ignoredInMeeting: ignored,
      braked: braked && { gone: braked.gone, cleared: braked.cleared },
      troubles,
      findings,
      partsMs,
      durationMs: Math.round(performance.now() - beganAt),
      logFile,
      lastLines: (await stage.logged()).trimEnd().split('\n').slice(-20),
    };
  } catch (error) {
    // Closing may fail of the same cause, and must not hide it.
    process.stderr.write(`seed ${seed} on ${backend} broke off: ${inspect(error)}\n`);
    throw error;
  } finally {
    await stage.close();
  }
}

async function look(
  stage: Stage,
  cast: Member[],
  unrest: string[],
): Promise<{ findings: Findings; ignored: number }> {
  const { lost, doubled } = await findLost(stage, cast);
  const { mismatched, ignored } = await findMismatched(stage);
  const ended = stage.crew.ended.map((how) => `a process ended by itself (${how})`);
  const findings = {
    ...noFindings(),
    lost,
    doubled: [...doubled, ...(await findDoubled(stage, cast))],
    leaked: await leaks(stage),
    overBudget: findOverBudget(stage),
    mismatched,
    unrest: [...unrest, ...ended],
  };
  return { findings, ignored };
}

async function leaks({ core, zoom, redis, secrets, logged }: Stage): Promise<string[]> {
  const keys = zoom.log.requests.flatMap(({ hostKey }) => hostKey ?? []);
  const inZoom = zoom.users.list().flatMap(({ hostKey }) => (hostKey?.length === 10 ? [hostKey] : []));
  const places: Record<string, string> = {
    log: await logged(),
    database: await dumpDatabase(core.databaseUrl),
    ...(redis && { redis: await dumpRedis(redis.url) }),
  };
  // Were these not found, nothing would be.
  const known: Record<string, string> = {
    log: 'clear-host-key',
    database: 'department',
    redis: 'hostkeeper',
  };
  const blind = Object.entries(places).filter(
    ([place, text]) => findLeaked([known[place]!], { [place]: text }).length === 0,
  );
  return [
    ...blind.map(([place]) => `${place}: not even what must be there is found`),
    ...findLeaked([...secrets, PASSWORD, ...keys, ...inZoom], places),
  ];
}
